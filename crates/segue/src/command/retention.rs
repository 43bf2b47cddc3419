//! `segue retention`: how long the history of ended instances is kept.
//!
//! Not erasing it; the server does that when it has time.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{block_on, text};
use crate::client::{Client, ServerAddress};
use crate::failure::{Failure, Outcome};
use crate::http::Request;
use crate::terminal;

/// Shows and sets how long the history of ended instances is kept
///
/// What is set here wins over `segue:history timeToLive` in the model, that over the server's
/// setting.
#[derive(Debug, clap::Args)]
pub(crate) struct Retention {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    server: ServerAddress,
    /// Print what is kept how long as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Keeps the history of a process so long after the end of each instance
    Set {
        /// BPMN process id
        process_id: String,
        /// An ISO 8601 duration such as P30D, or `forever`
        time_to_live: String,
    },
    /// Keeps the history of a process as its model or the server says
    Reset {
        /// BPMN process id
        process_id: String,
    },
    /// Erases nothing until told to resume
    Pause,
    /// Goes on erasing
    Resume,
}

impl Retention {
    /// Changes what is to be changed, and shows what is so now.
    pub(crate) fn run(&self) -> Outcome {
        let mut client = self.server.client()?;
        let now = block_on(async {
            if let Some(verb) = &self.verb {
                change(&mut client, verb).await?;
            }
            client.get("/api/v1/retention").await
        })?;
        if self.json {
            terminal::json(&now);
            return Ok(());
        }
        let rows = now["processes"].as_array().map_or(&[][..], Vec::as_slice);
        let ttl = |row: &Value, field: &str| match text(row, field) {
            none if none.is_empty() => "for ever".to_owned(),
            some => some,
        };
        let row = |row: &Value| {
            let source = text(row, "source").to_lowercase();
            [text(row, "processDefinitionId"), ttl(row, "timeToLive"), source]
        };
        terminal::table(["process", "kept", "says"], rows.iter().map(row));
        terminal::line(format_args!(
            "others: {}; {} history rows erased{}",
            ttl(&now, "defaultTimeToLive"),
            text(&now, "erasedRows"),
            if now["paused"] == true { "; paused" } else { "" }
        ));
        Ok(())
    }
}

async fn change(client: &mut Client, verb: &Verb) -> Result<(), Failure> {
    let of = |process_id: &str| {
        // An id is an XML name, which needs no escaping in a path but for these.
        let escaped = process_id.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
        format!("/api/v1/retention/processes/{escaped}")
    };
    match verb {
        Verb::Set { process_id, time_to_live } => {
            let kept = (time_to_live != "forever").then_some(time_to_live);
            let body = json!({ "timeToLive": kept }).to_string();
            let path = of(process_id);
            let request = Request::post(&path, body.as_bytes());
            client.ask(Request { method: "PUT", ..request }).await?;
        }
        Verb::Reset { process_id } => {
            let path = of(process_id);
            client.ask(Request { method: "DELETE", ..Request::get(&path) }).await?;
        }
        Verb::Pause => drop(client.post("/api/v1/retention/pause", &json!({})).await?),
        Verb::Resume => drop(client.post("/api/v1/retention/resume", &json!({})).await?),
    }
    Ok(())
}
