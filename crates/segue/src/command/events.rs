//! `segue events`: what happened and what happens, as the server commits it.
//!
//! Not the history of one instance as a whole; that is `segue show`.

use std::time::Duration;

use serde_json::Value;

use super::{block_on, text, time};
use crate::client::{ServerAddress, refusal};
use crate::credentials::authorization;
use crate::event_source::{EventSource, Opened};
use crate::failure::{Failure, Outcome};
use crate::limits::STREAM_RETRY_MS;
use crate::terminal;

/// Prints events: all that are kept, or with --follow those to come
///
/// One line is what one command did to one process instance. The id of a line, printed with
/// --json, is a place to go on from with --after.
#[derive(Debug, clap::Args)]
pub(crate) struct Events {
    /// Go on as events happen, until Ctrl-C; without --after from now on
    #[arg(long, short)]
    follow: bool,
    /// Only what comes after this event: an id, or `oldest` for all that is kept
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// Only instances of this process, by its id, or of one version, by its key
    #[arg(long, value_name = "PROCESS_ID|KEY")]
    definition: Option<String>,
    /// Only this instance
    #[arg(long, value_name = "KEY")]
    instance: Option<String>,
    /// Only these kinds of events, for example JOB_CREATED,JOB_COMPLETED
    #[arg(long = "type", value_name = "KINDS")]
    kinds: Option<String>,
    #[command(flatten)]
    server: ServerAddress,
    /// Print each event as one line of JSON
    #[arg(long)]
    json: bool,
}

impl Events {
    /// Reads and prints, and comes back when the connection breaks.
    pub(crate) fn run(&self) -> Outcome {
        let authority = self.server.authority()?;
        block_on(async {
            let mut last = None;
            loop {
                let broken = match self.read(&authority, &mut last).await {
                    Ok(()) if !self.follow => return Ok(()),
                    Ok(()) => "the server ended the stream".to_owned(),
                    Err(Broken::Refused(reason)) => return Err(Failure::Work(reason)),
                    Err(Broken::Connection(error)) => error.to_string(),
                };
                // Without a place to go on from nobody knows what was missed meanwhile.
                if !self.follow || last.is_none() {
                    return Err(Failure::work(format!(
                        "Expected events from http://{authority}, but found: {broken}."
                    )));
                }
                terminal::note(format_args!("segue: {broken}; going on when the server is back"));
                tokio::time::sleep(Duration::from_millis(STREAM_RETRY_MS)).await;
            }
        })
    }

    async fn read(&self, authority: &str, last: &mut Option<String>) -> Result<(), Broken> {
        let path = self.path(last.is_none());
        let opened = EventSource::open(authority, &path, last.as_deref(), authorization());
        let mut source = match opened.await.map_err(Broken::Connection)? {
            Opened::Stream(source) => source,
            // A server that is about to stop or has too many readers will have room again.
            Opened::Refused(429 | 503, _) if last.is_some() => return Ok(()),
            Opened::Refused(status, body) => {
                let problem = serde_json::from_slice(&body).unwrap_or(Value::Null);
                return Err(Broken::Refused(refusal(status, &problem)));
            }
        };
        loop {
            let next = source.next().await;
            last.clone_from(&source.last);
            match next.map_err(Broken::Connection)? {
                Some(data) => self.print(&data),
                None => return Ok(()),
            }
        }
    }

    fn path(&self, is_first: bool) -> String {
        let mut path = format!("/api/v1/events?follow={}", self.follow);
        let mut add = |name: &str, value: &str| {
            path.push('&');
            path.push_str(name);
            path.push('=');
            for byte in value.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b',' => {
                        path.push(char::from(byte));
                    }
                    other => path.push_str(&format!("%{other:02X}")),
                }
            }
        };
        let beginning = (!self.follow).then_some("oldest");
        if let Some(after) = self.after.as_deref().or(beginning).filter(|_| is_first) {
            add("after", after);
        }
        if let Some(definition) = &self.definition {
            // A process id is an XML name and cannot begin with a digit.
            let is_key = definition.bytes().all(|byte| byte.is_ascii_digit());
            add(if is_key { "processDefinitionKey" } else { "processDefinitionId" }, definition);
        }
        if let Some(instance) = &self.instance {
            add("processInstanceKey", instance);
        }
        if let Some(kinds) = &self.kinds {
            add("type", kinds);
        }
        path
    }

    fn print(&self, data: &str) {
        if self.json {
            return terminal::line(data);
        }
        let item: Value = serde_json::from_str(data).unwrap_or(Value::Null);
        let events = item["events"].as_array().map_or(&[][..], Vec::as_slice);
        let events = events.iter().map(|event| match event["elementId"].as_str() {
            Some(element) => format!("{} {element}", text(event, "type")),
            None => text(event, "type"),
        });
        let events: Vec<String> = events.collect();
        terminal::line(format_args!(
            "{}  {}  {}  {}  {}: {}",
            time(&item, "time"),
            text(&item, "processDefinitionId"),
            text(&item, "processInstanceKey"),
            text(&item, "actor"),
            text(&item, "command"),
            events.join(", ")
        ));
    }
}

/// Why no more events came.
enum Broken {
    /// The server said no.
    Refused(String),
    /// The connection broke, or there was none.
    Connection(std::io::Error),
}

#[cfg(test)]
mod tests {
    use crate::arguments::{Arguments, Verb};
    use clap::Parser;

    fn path(words: &[&str]) -> String {
        let all = ["segue", "events"].iter().chain(words);
        let Verb::Events(events) = Arguments::parse_from(all).verb else { panic!() };
        events.path(true)
    }

    #[test]
    fn asks_for_what_was_said() {
        let base = "/api/v1/events?follow=";
        assert_eq!(path(&[]), format!("{base}false&after=oldest"));
        assert_eq!(path(&["--follow"]), format!("{base}true"));
        let words = ["-f", "--after", "1-2-3-4", "--definition", "17", "--type", "A,B"];
        let expected = format!("{base}true&after=1-2-3-4&processDefinitionKey=17&type=A,B");
        assert_eq!(path(&words), expected);
        let named = path(&["-f", "--definition", "ä b"]);
        assert_eq!(named, format!("{base}true&processDefinitionId=%C3%A4%20b"));
    }
}
