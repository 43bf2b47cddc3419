//! One file per verb of the command line.
//!
//! Not here: what several verbs need; that lies beside this folder.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod batch;
pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod decide;
pub(crate) mod demo;
pub(crate) mod deploy;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod incident;
pub(crate) mod instance;
pub(crate) mod jobs;
pub(crate) mod message;
pub(crate) mod migrate;
pub(crate) mod next;
pub(crate) mod ps;
pub(crate) mod restore;
pub(crate) mod retention;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod signal;
pub(crate) mod solution;
pub(crate) mod start;
pub(crate) mod suspend;
pub(crate) mod task;
pub(crate) mod test;

use serde_json::Value;

use crate::failure::Failure;

/// Runs a verb that waits for other machines, on one thread.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(Failure::work)?.block_on(work)
}

/// Unix milliseconds of this machine's clock.
fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Reads variables given as JSON, or as `@FILE`.
fn variables(text: &str) -> Result<Value, Failure> {
    object("variables", text)
}

/// Reads a JSON object given as it is, or as `@FILE`.
fn object(what: &str, text: &str) -> Result<Value, Failure> {
    let read = match text.strip_prefix('@') {
        None => text.to_owned(),
        Some(path) => std::fs::read_to_string(path).map_err(|error| {
            Failure::work(format!("Expected to read {what} from {path}: {error}"))
        })?,
    };
    match serde_json::from_str::<Value>(&read) {
        Ok(value) if value.is_object() => Ok(value),
        Ok(_) => {
            Err(Failure::usage(format!("Expected {what} to be a JSON object like {{\"a\": 1}}.")))
        }
        Err(error) => Err(Failure::usage(format!(
            "Expected {what} to be a JSON object like {{\"a\": 1}}, but found: {error}."
        ))),
    }
}

/// Refuses what is no key.
fn key(what: &str, text: &str) -> Result<(), Failure> {
    let read = text.parse::<engine::key::Key>().map(drop);
    read.map_err(|_| Failure::usage(format!("Expected a {what} key, but found `{text}`.")))
}

/// A field of an answer as text for a table; absent is empty.
fn text(row: &Value, field: &str) -> String {
    match &row[field] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A date and time of an answer without fractions of a second.
fn time(row: &Value, field: &str) -> String {
    let text = text(row, field);
    match text.split_once('.') {
        Some((seconds, fraction)) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{seconds}{zone}").replace('T', " ")
        }
        None => text.replace('T', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variables_are_an_object_or_wrong_usage() {
        assert_eq!(variables("{\"a\":1}").unwrap(), json!({ "a": 1 }));
        assert_eq!(variables("[1]").unwrap_err().exit_code(), 2);
        assert_eq!(variables("{a}").unwrap_err().exit_code(), 2);
    }

    #[test]
    fn times_are_shown_to_the_second() {
        let row = json!({ "at": "2026-11-20T18:30:01.123Z", "bare": "2026-11-20T18:30:01Z" });
        assert_eq!(time(&row, "at"), "2026-11-20 18:30:01Z");
        assert_eq!(time(&row, "bare"), "2026-11-20 18:30:01Z");
        assert_eq!(time(&row, "absent"), "");
    }
}
