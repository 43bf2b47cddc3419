//! `segue restore`: a backup put in the place of a data folder.
//!
//! Not the checks; those are `runtime::keep::backup`'s and the store's.

use std::path::PathBuf;

use runtime::keep::backup;
use serde_json::json;
use store::sqlite::Replace;

use super::now_ms;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Makes a data folder from a backup
///
/// Checksums, the database and the audit chain are checked before anything there is touched. The
/// restored history has a new name, so that readers of the old one are told. Jobs that workers did
/// after the backup are handed out again.
#[derive(Debug, clap::Args)]
pub(crate) struct Restore {
    /// The backup
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The data folder to make; it must be empty or not there
    #[arg(long, env = "SEGUE_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// Where there is a data file, set it aside in a folder beside it
    #[arg(long)]
    replace: bool,
    /// Print what was restored as JSON
    #[arg(long)]
    json: bool,
}

impl Restore {
    /// Restores.
    pub(crate) fn run(&self) -> Outcome {
        let replace = if self.replace { Replace::SetAside } else { Replace::Nothing };
        let bar = terminal::progress(0, "restoring");
        let restored =
            backup::restore(&self.from, &self.data, replace, now_ms(), &mut |done, all| {
                bar.set_length(all);
                bar.set_position(done);
            });
        bar.finish_and_clear();
        let restored = restored.map_err(Failure::work)?;
        let (facts, data) = (&restored.facts, self.data.display());
        if self.json {
            terminal::json(&json!({
                "data": data.to_string(),
                "position": facts.position,
                "history": format!("{:016x}", facts.history),
                "setAside": restored.aside.map(|aside| aside.display().to_string()),
                "manifest": restored.manifest.to_json(),
            }));
            return Ok(());
        }
        terminal::line(format_args!("{data} holds the history up to {}", facts.position));
        if let Some(aside) = restored.aside {
            terminal::line(format_args!("what was there is in {}", aside.display()));
        }
        Ok(())
    }
}
