//! `segue doctor`: whether what is stored makes sense.
//!
//! Not the invariants; those are `runtime::doctor`'s. Not the audit chain; that is `segue audit`.

use std::path::PathBuf;

use serde_json::json;
use store::Store;
use store::sqlite::Sqlite;

use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Checks the stored state of a data folder against its rows and its own history
///
/// Works beside a running server, but only a quiet folder gives an answer about one moment. Exit
/// code 0: nothing found. 1: something is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    /// The data folder
    #[arg(long, env = "SEGUE_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Examines and prints.
    pub(crate) fn run(&self) -> Outcome {
        let wheel = terminal::wheel("examining the stored state");
        let findings = self.examine();
        wheel.finish_and_clear();
        let findings = findings?;
        if self.json {
            terminal::json(&json!({ "healthy": findings.is_empty(), "findings": findings }));
        } else {
            findings.iter().for_each(terminal::line);
            match findings.len() {
                0 => terminal::line("nothing found"),
                1 => terminal::line("1 finding"),
                many => terminal::line(format_args!("{many} findings")),
            }
        }
        if findings.is_empty() { Ok(()) } else { Err(Failure::Answered) }
    }

    fn examine(&self) -> Result<Vec<String>, Failure> {
        let store = Sqlite::open_reader(&self.data).map_err(Failure::work)?;
        store.health().map_err(Failure::work)?;
        let findings = runtime::doctor::examine(&store).map_err(Failure::work)?;
        Ok(findings.iter().map(ToString::to_string).collect())
    }
}
