//! `segue task`: user tasks from the command line.
//!
//! Not a workspace for people; it is for scripts and for trying things out.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{block_on, text, time, variables};
use crate::client::ServerAddress;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Tasks listed.
const LISTED_MAX: u64 = 1_000;

/// Lists open user tasks, or completes one
#[derive(Debug, clap::Args)]
pub(crate) struct Task {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Lists open user tasks
    List {
        #[command(flatten)]
        server: ServerAddress,
        /// Print the rows as a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Completes a user task
    Complete {
        /// User task key
        key: String,
        /// Variables as a JSON object, or @FILE
        #[arg(long, default_value = "{}", value_name = "JSON")]
        variables: String,
        #[command(flatten)]
        server: ServerAddress,
    },
}

impl Task {
    /// Lists or completes.
    pub(crate) fn run(&self) -> Outcome {
        match &self.verb {
            Verb::List { server, json } => list(server, *json),
            Verb::Complete { key, variables, server } => complete(server, key, variables),
        }
    }
}

fn list(server: &ServerAddress, as_json: bool) -> Outcome {
    let mut client = server.client()?;
    let filter = json!({ "state": "CREATED" });
    let rows = block_on(client.search("/v2/user-tasks/search", &filter, LISTED_MAX))?;
    if as_json {
        terminal::json(&rows);
        return Ok(());
    }
    let header = ["task", "instance", "element", "assignee", "groups", "since"];
    terminal::table(header, rows.iter().map(row));
    Ok(())
}

fn row(task: &Value) -> [String; 6] {
    let groups = task["candidateGroups"].as_array().map_or(&[][..], Vec::as_slice);
    let groups: Vec<&str> = groups.iter().filter_map(Value::as_str).collect();
    [
        text(task, "userTaskKey"),
        text(task, "processInstanceKey"),
        text(task, "elementId"),
        text(task, "assignee"),
        groups.join(","),
        time(task, "creationDate"),
    ]
}

fn complete(server: &ServerAddress, key: &str, given: &str) -> Outcome {
    key.parse::<engine::key::Key>()
        .map_err(|_| Failure::usage(format!("Expected a user task key, but found `{key}`.")))?;
    let body = json!({ "variables": variables(given)? });
    let mut client = server.client()?;
    let path = format!("/v2/user-tasks/{key}/completion");
    block_on(async { client.post(&path, &body).await })?;
    terminal::note(format_args!("task {key}: completed"));
    Ok(())
}
