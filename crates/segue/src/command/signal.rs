//! `segue signal`: broadcasts a BPMN signal.
//!
//! Not who waits for it; everybody who does at this moment is reached.

use serde_json::json;

use super::{block_on, text, variables};
use crate::client::ServerAddress;
use crate::failure::Outcome;
use crate::terminal;

/// Broadcasts a BPMN signal to everybody who waits for it; what starts on it begins
#[derive(Debug, clap::Args)]
pub(crate) struct Signal {
    /// Name of the signal
    name: String,
    /// Variables as a JSON object, or @FILE
    #[arg(long, default_value = "{}", value_name = "JSON")]
    variables: String,
    #[command(flatten)]
    server: ServerAddress,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

impl Signal {
    /// Broadcasts and prints the broadcast's key.
    pub(crate) fn run(&self) -> Outcome {
        let body = json!({ "signalName": self.name, "variables": variables(&self.variables)? });
        let mut client = self.server.client()?;
        let answer = block_on(async { client.post("/v2/signals/broadcast", &body).await })?;
        match self.json {
            true => terminal::json(&answer),
            false => terminal::line(text(&answer, "signalKey")),
        }
        Ok(())
    }
}
