//! `segue migrate`: a data folder brought to the format of this release.
//!
//! Not the steps; those are the store's scripts and the engine's upgraders.

use std::path::PathBuf;

use serde_json::json;

use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Brings a data folder to the format of this release
///
/// A start does the same for the tables; this also rewrites rows of older releases and files that
/// cannot give space back. The server must be stopped. Interrupted, it goes on where it was. There
/// is no way back: make a backup first.
#[derive(Debug, clap::Args)]
pub(crate) struct Migrate {
    /// The data folder
    #[arg(long, env = "SEGUE_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

impl Migrate {
    /// Migrates and prints what it did.
    pub(crate) fn run(&self) -> Outcome {
        let wheel = terminal::wheel("migrating");
        let done = runtime::keep::migrate::migrate(&self.data, self.dry_run);
        wheel.finish_and_clear();
        let done = done.map_err(Failure::work)?;
        let (tables, rows) = (done.tables, done.rows);
        if self.json {
            terminal::json(&json!({
                "dryRun": self.dry_run,
                "from": tables.from,
                "to": tables.to,
                "rewritten": tables.rewritten,
                "rows": rows.read,
                "upgraded": rows.upgraded,
            }));
            return Ok(());
        }
        let would = if self.dry_run { "would be" } else { "was" };
        match tables.from == tables.to {
            true => terminal::line(format_args!("format {} is the newest", tables.to)),
            false => terminal::line(format_args!(
                "format {} {would} brought to {}",
                tables.from, tables.to
            )),
        }
        if tables.rewritten {
            terminal::line(format_args!("the file {would} rewritten, to give space back"));
        }
        terminal::line(format_args!(
            "{} of {} rows of state {would} rewritten",
            rows.upgraded, rows.read
        ));
        Ok(())
    }
}
