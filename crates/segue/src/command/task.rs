//! `segue task`: user tasks from the command line.
//!
//! Not a workspace for people; it is for scripts and for trying things out.

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::{block_on, text, time, variables};
use crate::client::ServerAddress;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Tasks listed.
const LISTED_MAX: u64 = 1_000;

/// Lists user tasks, assigns, changes and completes them
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
    /// Takes a task that nobody has
    Claim {
        /// User task key
        key: String,
        /// Who takes it
        #[arg(value_name = "PERSON")]
        person: String,
        #[command(flatten)]
        server: ServerAddress,
    },
    /// Gives a task to a person, whoever has it
    Assign {
        /// User task key
        key: String,
        /// Who gets it
        #[arg(value_name = "PERSON")]
        person: String,
        #[command(flatten)]
        server: ServerAddress,
    },
    /// Gives a task back: nobody has it then
    Unassign {
        /// User task key
        key: String,
        #[command(flatten)]
        server: ServerAddress,
    },
    Update(Update),
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

/// Changes who may have a task, its dates or its priority
///
/// What is not named stays. An empty value takes the date, or the candidates, away.
#[derive(Debug, clap::Args)]
struct Update {
    /// User task key
    key: String,
    /// Groups that may claim it, with commas between them
    #[arg(long, value_name = "GROUPS")]
    groups: Option<String>,
    /// Persons who may claim it, with commas between them
    #[arg(long, value_name = "PERSONS")]
    users: Option<String>,
    /// Due date like 2026-11-30T09:00:00Z
    #[arg(long, value_name = "DATE")]
    due: Option<String>,
    /// Follow-up date like 2026-11-30T09:00:00Z
    #[arg(long, value_name = "DATE")]
    follow_up: Option<String>,
    /// Priority from 0 to 100
    #[arg(long, value_name = "N")]
    priority: Option<i32>,
    #[command(flatten)]
    server: ServerAddress,
}

impl Task {
    /// Lists or changes.
    pub(crate) fn run(&self) -> Outcome {
        match &self.verb {
            Verb::List { server, json } => list(server, *json),
            Verb::Claim { key, person, server } => assign(server, key, person, false),
            Verb::Assign { key, person, server } => assign(server, key, person, true),
            Verb::Unassign { key, server } => unassign(server, key),
            Verb::Update(update) => update.run(),
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

fn assign(server: &ServerAddress, key: &str, person: &str, allow_override: bool) -> Outcome {
    check(key)?;
    let action = if allow_override { "assign" } else { "claim" };
    let body = json!({ "assignee": person, "allowOverride": allow_override, "action": action });
    let mut client = server.client()?;
    let path = format!("/v2/user-tasks/{key}/assignment");
    block_on(async { client.post(&path, &body).await })?;
    terminal::note(format_args!("task {key}: {person} has it"));
    Ok(())
}

fn unassign(server: &ServerAddress, key: &str) -> Outcome {
    check(key)?;
    let mut client = server.client()?;
    let path = format!("/v2/user-tasks/{key}/assignee");
    block_on(async { client.delete(&path).await })?;
    terminal::note(format_args!("task {key}: nobody has it"));
    Ok(())
}

impl Update {
    fn run(&self) -> Outcome {
        check(&self.key)?;
        let list = |text: &String| {
            let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
            json!(names.collect::<Vec<_>>())
        };
        let changes = [
            ("candidateGroups", self.groups.as_ref().map(list)),
            ("candidateUsers", self.users.as_ref().map(list)),
            ("dueDate", self.due.as_ref().map(|it| json!(it))),
            ("followUpDate", self.follow_up.as_ref().map(|it| json!(it))),
            ("priority", self.priority.map(|it| json!(it))),
        ];
        let changeset: Map<String, Value> = changes
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        let mut client = self.server.client()?;
        let path = format!("/v2/user-tasks/{}", self.key);
        let body = json!({ "changeset": changeset });
        block_on(async { client.patch(&path, &body).await })?;
        terminal::note(format_args!("task {}: changed", self.key));
        Ok(())
    }
}

fn check(key: &str) -> Result<(), Failure> {
    let read = key.parse::<engine::key::Key>().map(drop);
    read.map_err(|_| Failure::usage(format!("Expected a user task key, but found `{key}`.")))
}

fn complete(server: &ServerAddress, key: &str, given: &str) -> Outcome {
    check(key)?;
    let body = json!({ "variables": variables(given)? });
    let mut client = server.client()?;
    let path = format!("/v2/user-tasks/{key}/completion");
    block_on(async { client.post(&path, &body).await })?;
    terminal::note(format_args!("task {key}: completed"));
    Ok(())
}
