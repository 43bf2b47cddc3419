//! `segue incident`: what cannot proceed, and trying it again.
//!
//! Not the repair; that is a variable, a worker or a new version.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{block_on, text, time};
use crate::client::ServerAddress;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Incidents listed.
const LISTED_MAX: u64 = 1_000;

/// Lists what cannot proceed, or tries it again
#[derive(Debug, clap::Args)]
pub(crate) struct Incident {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Lists open incidents
    List {
        #[command(flatten)]
        server: ServerAddress,
        /// Print the rows as a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Groups open incidents that are alike: same element, same kind, messages of one shape
    ///
    /// `segue batch begin resolve --incidents FILTER` tries all of a group again.
    Groups {
        #[command(flatten)]
        server: ServerAddress,
        /// Print the groups as a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Tries again what an incident stopped; repair the cause first
    Resolve {
        /// Incident key
        key: String,
        /// Tries a job gets whose retries were used up
        #[arg(long, default_value_t = 1, value_name = "N")]
        retries: u32,
        #[command(flatten)]
        server: ServerAddress,
    },
}

impl Incident {
    /// Lists or resolves.
    pub(crate) fn run(&self) -> Outcome {
        match &self.verb {
            Verb::List { server, json } => list(server, *json),
            Verb::Groups { server, json } => groups(server, *json),
            Verb::Resolve { key, retries, server } => resolve(server, key, *retries),
        }
    }
}

fn list(server: &ServerAddress, as_json: bool) -> Outcome {
    let mut client = server.client()?;
    let filter = json!({ "state": "ACTIVE" });
    let search = client.search("/v2/incidents/search", &filter, LISTED_MAX);
    let rows = block_on(search)?;
    if as_json {
        terminal::json(&rows);
        return Ok(());
    }
    let header = ["incident", "instance", "element", "type", "since", "message"];
    terminal::table(header, rows.iter().map(row));
    Ok(())
}

fn groups(server: &ServerAddress, as_json: bool) -> Outcome {
    let mut client = server.client()?;
    let body = json!({ "page": { "limit": LISTED_MAX } });
    let path = "/api/v1/incidents/groups/search";
    let answer = block_on(async { client.post(path, &body).await })?;
    let rows = answer["items"].as_array().map_or(&[][..], Vec::as_slice);
    if as_json {
        terminal::json(&rows);
        return Ok(());
    }
    let row = |group: &Value| {
        [
            text(group, "incidentCount"),
            text(group, "processDefinitionId"),
            text(group, "elementId"),
            text(group, "errorType"),
            time(group, "lastCreationTime"),
            text(group, "errorMessage"),
            text(group, "incidentFilter"),
        ]
    };
    let header = ["count", "process", "element", "type", "last", "message", "filter"];
    terminal::table(header, rows.iter().map(row));
    Ok(())
}

fn row(incident: &Value) -> [String; 6] {
    [
        text(incident, "incidentKey"),
        text(incident, "processInstanceKey"),
        text(incident, "elementId"),
        text(incident, "errorType"),
        time(incident, "creationTime"),
        text(incident, "errorMessage"),
    ]
}

fn resolve(server: &ServerAddress, key: &str, retries: u32) -> Outcome {
    key.parse::<engine::key::Key>()
        .map_err(|_| Failure::usage(format!("Expected an incident key, but found `{key}`.")))?;
    let mut client = server.client()?;
    block_on(async {
        let incident = client.get(&format!("/v2/incidents/{key}")).await?;
        if let Some(job) = incident["jobKey"].as_str() {
            let body = json!({ "changeset": { "retries": retries } });
            client.patch(&format!("/v2/jobs/{job}"), &body).await?;
        }
        client.post(&format!("/v2/incidents/{key}/resolution"), &json!({})).await
    })?;
    terminal::note(format_args!("incident {key}: tried again"));
    Ok(())
}
