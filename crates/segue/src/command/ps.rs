//! `segue ps`: which instances there are, newest first.
//!
//! Not what one of them does; that is `segue show`.

use serde_json::{Value, json};

use super::{block_on, text, time};
use crate::client::ServerAddress;
use crate::failure::Outcome;
use crate::terminal;

/// Lists process instances, newest first
#[derive(Debug, clap::Args)]
pub(crate) struct Ps {
    /// Only instances of this process id
    #[arg(long, value_name = "PROCESS_ID")]
    process: Option<String>,
    /// Ended instances too
    #[arg(long, short)]
    all: bool,
    /// At most this many
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u64,
    #[command(flatten)]
    server: ServerAddress,
    /// Print the rows as a JSON array
    #[arg(long)]
    json: bool,
}

impl Ps {
    /// Asks and prints a table.
    pub(crate) fn run(&self) -> Outcome {
        let mut filter = json!({});
        if let Some(process) = &self.process {
            filter["processDefinitionId"] = json!(process);
        }
        if !self.all {
            filter["state"] = json!("ACTIVE");
        }
        let body = json!({
            "filter": filter,
            "sort": [{ "field": "startDate", "order": "DESC" }],
            "page": { "limit": self.limit },
        });
        let mut client = self.server.client()?;
        let path = "/v2/process-instances/search";
        let answer = block_on(async { client.post(path, &body).await })?;
        let rows = answer["items"].as_array().map_or(&[][..], Vec::as_slice);
        if self.json {
            terminal::json(&rows);
            return Ok(());
        }
        let header = ["instance", "process", "version", "state", "started", "ended"];
        terminal::table(header, rows.iter().map(row));
        let total = answer["page"]["totalItems"].as_u64().unwrap_or(0);
        if total > rows.len() as u64 {
            terminal::note(format_args!("{} of {total}; --limit shows more", rows.len()));
        }
        Ok(())
    }
}

fn row(instance: &Value) -> [String; 6] {
    let state = match instance["hasIncident"].as_bool() {
        Some(true) => format!("{} (incident)", text(instance, "state")),
        _ => text(instance, "state"),
    };
    [
        text(instance, "processInstanceKey"),
        text(instance, "processDefinitionId"),
        text(instance, "processDefinitionVersion"),
        state,
        time(instance, "startDate"),
        time(instance, "endDate"),
    ]
}
