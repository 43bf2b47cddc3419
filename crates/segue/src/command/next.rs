//! `segue next`: takes the next piece of work of a queue.
//!
//! Not doing it; that is for people.

use serde_json::Value;

use super::{block_on, text};
use crate::client::ServerAddress;
use crate::failure::Outcome;
use crate::terminal;

/// Takes the most urgent piece of a queue nobody has taken, and says why that one
///
/// Without a queue: lists the queues.
#[derive(Debug, clap::Args)]
pub(crate) struct Next {
    /// Id of the queue
    queue: Option<String>,
    #[command(flatten)]
    server: ServerAddress,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

impl Next {
    /// Takes it and prints it.
    pub(crate) fn run(&self) -> Outcome {
        let mut client = self.server.client()?;
        let Some(queue) = &self.queue else {
            let answer = block_on(async { client.get("/api/v1/queues").await })?;
            if self.json {
                terminal::json(&answer);
                return Ok(());
            }
            let rows = answer["items"].as_array().map_or(&[][..], Vec::as_slice);
            let row = |it: &Value| ["queueId", "name", "depth"].map(|field| text(it, field));
            terminal::table(["queue", "name", "waiting"], rows.iter().map(row));
            return Ok(());
        };
        let path = format!("/api/v1/queues/{queue}/next");
        let answer = block_on(async { client.post(&path, &Value::Null).await })?;
        if self.json {
            terminal::json(&answer);
            return Ok(());
        }
        let item = &answer["item"];
        if item.is_null() {
            terminal::note(format_args!("nothing waits in {queue}"));
            return Ok(());
        }
        let key = if item["caseKey"].is_null() { "userTaskKey" } else { "caseKey" };
        terminal::line(format!(
            "{} {} {}",
            text(item, "kind"),
            text(item, key),
            text(item, "title")
        ));
        for reason in answer["why"].as_array().into_iter().flatten() {
            terminal::line(format!("  {}", reason.as_str().unwrap_or_default()));
        }
        Ok(())
    }
}
