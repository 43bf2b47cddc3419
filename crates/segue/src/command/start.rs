//! `segue start`: starts an instance, and waits for its end when asked to.
//!
//! Not messages that start instances; those are `segue message`.

use serde_json::json;

use super::{block_on, text, variables};
use crate::client::ServerAddress;
use crate::failure::Outcome;
use crate::terminal;

/// Starts an instance of the latest version of a process and prints its key
#[derive(Debug, clap::Args)]
pub(crate) struct Start {
    /// BPMN process id
    process_id: String,
    /// Variables as a JSON object, or @FILE
    #[arg(long, default_value = "{}", value_name = "JSON")]
    variables: String,
    /// Wait for the end and print the variables
    #[arg(long = "await")]
    awaits: bool,
    /// Seconds to wait with --await; the instance goes on all the same
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    timeout: u64,
    #[command(flatten)]
    server: ServerAddress,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

impl Start {
    /// Starts and prints the key, or the variables at the end.
    pub(crate) fn run(&self) -> Outcome {
        let mut body = json!({
            "processDefinitionId": self.process_id,
            "variables": variables(&self.variables)?,
        });
        if self.awaits {
            body["awaitCompletion"] = json!(true);
            body["requestTimeout"] = json!(self.timeout.saturating_mul(1_000));
        }
        let mut client = self.server.client()?;
        let answer = block_on(async { client.post("/v2/process-instances", &body).await })?;
        if self.json {
            terminal::json(&answer);
        } else if self.awaits {
            terminal::json(&answer["variables"]);
        } else {
            terminal::line(text(&answer, "processInstanceKey"));
        }
        Ok(())
    }
}
