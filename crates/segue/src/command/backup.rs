//! `segue backup`: copies of everything, made beside a running server or by it.
//!
//! Not the copying; that is the store's, and the manifest `runtime::keep::backup`'s.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use runtime::keep::backup::{self, Manifest};
use serde_json::{Value, json};
use store::Store;
use store::sqlite::Sqlite;

use super::{block_on, now_ms, text};
use crate::client::ServerAddress;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// How often a server is asked how its backup goes on.
const PULSE: Duration = Duration::from_millis(200);

/// Copies a data folder into a folder of its own, with a manifest, while the server runs
///
/// Reads the data folder beside the server that holds it, which never waits for it. With --address
/// the server makes the backup itself, in its own folder of backups; --to is then the name. Views
/// are left out: the first start after a restore makes them anew.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Backup {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// The data folder
    #[arg(long, env = "SEGUE_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// The folder to make, or the name of the backup with --address
    #[arg(long, required = true, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Let this server make it, in its folder of backups
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// Print the manifest as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Verify(Verify),
}

/// Checks a backup: its files are as they were made, the database is whole, the audit chain holds
///
/// Exit code 0: it can be restored. 1: something is wrong.
#[derive(Debug, clap::Args)]
struct Verify {
    /// The backup
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

impl Backup {
    /// Copies or checks.
    pub(crate) fn run(&self) -> Outcome {
        if let Some(Verb::Verify(verify)) = &self.verb {
            return verify.run();
        }
        let Some(to) = &self.to else {
            return Err(Failure::usage("Expected --to DIR."));
        };
        match &self.address {
            None => self.copy(to),
            Some(address) => self.ask(&ServerAddress { address: address.clone() }, to),
        }
    }

    fn copy(&self, to: &Path) -> Outcome {
        let store = Sqlite::open_reader(&self.data).map_err(Failure::work)?;
        let bar = terminal::progress(0, "copying");
        let mut progress = |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        };
        let made = backup::make(to, now_ms(), |file| store.backup(file, &mut progress));
        bar.finish_and_clear();
        let manifest = made.map_err(Failure::work)?;
        if self.json {
            terminal::json(&manifest.to_json());
        } else {
            terminal::line(summary(&manifest, to));
        }
        Ok(())
    }

    fn ask(&self, server: &ServerAddress, name: &Path) -> Outcome {
        let mut client = server.client()?;
        let bar = terminal::progress(0, "the server copies");
        let name = name.display().to_string();
        let made: Result<Value, Failure> = block_on(async {
            client.post("/api/v1/backups", &json!({ "name": name })).await?;
            loop {
                let now = client.get(&format!("/api/v1/backups/{name}")).await?;
                if now["state"] != "RUNNING" {
                    return Ok(now);
                }
                bar.set_length(now["totalBytes"].as_u64().unwrap_or(0));
                bar.set_position(now["bytes"].as_u64().unwrap_or(0));
                tokio::time::sleep(PULSE).await;
            }
        });
        bar.finish_and_clear();
        let made = made?;
        if made["state"] == "FAILED" {
            return Err(Failure::work(text(&made, "error")));
        }
        match self.json {
            true => terminal::json(&made),
            false => terminal::line(format_args!(
                "backup {name} of position {} at the server",
                text(&made, "position")
            )),
        }
        Ok(())
    }
}

fn summary(manifest: &Manifest, to: &Path) -> String {
    let facts = &manifest.facts;
    format!("{}: {} bytes, up to position {}", to.display(), facts.bytes, facts.position)
}

impl Verify {
    fn run(&self) -> Outcome {
        let bar = terminal::progress(0, "checking");
        let checked = backup::check(&self.from, &mut |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        match checked {
            Ok(checked) if self.json => terminal::json(&json!({
                "whole": true,
                "manifest": checked.manifest.to_json(),
                "records": checked.audit.records,
                "erased": checked.audit.erased,
            })),
            Ok(checked) => {
                terminal::line(summary(&checked.manifest, &self.from));
                terminal::line(format_args!(
                    "whole: {} records of the audit chain, {} erased",
                    checked.audit.records, checked.audit.erased
                ));
            }
            Err(error) if self.json => {
                terminal::json(&json!({ "whole": false, "error": error.to_string() }));
                return Err(Failure::Answered);
            }
            Err(error) => return Err(Failure::work(error)),
        }
        Ok(())
    }
}
