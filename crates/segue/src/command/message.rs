//! `segue message`: publishes a message.
//!
//! Not who waits for it; the server finds that out, now or while the message is buffered.

use serde_json::json;

use super::{block_on, text, variables};
use crate::client::ServerAddress;
use crate::failure::Outcome;
use crate::terminal;

/// Publishes a message: it starts an instance, or goes to the one that waits for it
#[derive(Debug, clap::Args)]
pub(crate) struct Message {
    /// Message name
    name: String,
    /// Correlation key; who waits under it takes the message
    #[arg(long, default_value = "", value_name = "KEY")]
    key: String,
    /// Variables as a JSON object, or @FILE
    #[arg(long, default_value = "{}", value_name = "JSON")]
    variables: String,
    /// Seconds to keep the message while nobody waits for it
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    ttl: u64,
    /// Id of the message: a second one with the same id is refused
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    server: ServerAddress,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

impl Message {
    /// Publishes and prints the message's key.
    pub(crate) fn run(&self) -> Outcome {
        let mut body = json!({
            "name": self.name,
            "correlationKey": self.key,
            "timeToLive": self.ttl.saturating_mul(1_000),
            "variables": variables(&self.variables)?,
        });
        if let Some(id) = &self.id {
            body["messageId"] = json!(id);
        }
        let mut client = self.server.client()?;
        let answer = block_on(async { client.post("/v2/messages/publication", &body).await })?;
        match self.json {
            true => terminal::json(&answer),
            false => terminal::line(text(&answer, "messageKey")),
        }
        Ok(())
    }
}
