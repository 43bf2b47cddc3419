//! `segue solution`: imports a folder of files that belong together.
//!
//! Not the check of what is in them; the server does it.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::Value;
use work::definition::{self, Definition};

use super::block_on;
use super::deploy::tell;
use crate::client::{ServerAddress, read_files};
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// The manifest of a solution.
const MANIFEST: &str = "solution.yaml";

/// Imports and lists solutions: processes, decisions, forms, rules, case types and more in one
#[derive(Debug, clap::Args)]
pub(crate) struct Solution {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    server: ServerAddress,
    /// Print the server's answer as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Deploys the files a folder's solution.yaml names: all of them, or none. Again: nothing new
    Import {
        /// The folder
        folder: PathBuf,
        /// Send the sample events too; those that were sent before change nothing
        #[arg(long)]
        events: bool,
    },
    /// Lists what was imported
    List,
}

impl Solution {
    /// Imports or lists.
    pub(crate) fn run(&self) -> Outcome {
        let mut client = self.server.client()?;
        let (folder, sends) = match &self.verb {
            Verb::List => {
                let answer = block_on(async { client.get("/api/v1/solutions").await })?;
                list(&answer, self.json);
                return Ok(());
            }
            Verb::Import { folder, events } => (folder, *events),
        };
        let solution = manifest(folder)?;
        let names = std::iter::once(MANIFEST).chain(solution.files.iter().map(|name| &**name));
        let paths: Vec<PathBuf> = names.map(|name| folder.join(name)).collect();
        let files = read_files(&paths)?;
        let samples: Vec<PathBuf> =
            solution.events.iter().map(|name| folder.join(&**name)).collect();
        let samples = if sends { read_files(&samples)? } else { Vec::new() };
        let answer = block_on(async {
            let answer = client.send_files("/api/v1/solutions", &files).await?;
            for (name, content) in &samples {
                let events: Value = serde_json::from_slice(content).map_err(|error| {
                    Failure::work(format!("Expected JSON in {name}, but found: {error}"))
                })?;
                client.post("/api/v1/signals", &events).await?;
            }
            Ok(answer)
        })?;
        if self.json {
            terminal::json(&answer);
            return Ok(());
        }
        tell(&answer);
        if !solution.events.is_empty() && !sends {
            terminal::note(format_args!("--events sends its sample events"));
        }
        Ok(())
    }
}

fn manifest(folder: &Path) -> Result<definition::Solution, Failure> {
    let path = folder.join(MANIFEST);
    let content = std::fs::read(&path)
        .map_err(|error| Failure::work(format!("Expected to read {}: {error}", path.display())))?;
    match definition::read(&content) {
        Ok(Definition::Solution(solution)) => Ok(solution),
        Ok(_) => Err(Failure::work(format!(
            "Expected `kind: solution` in {}, but found another kind.",
            path.display()
        ))),
        Err(faults) => {
            let told = faults.iter().map(|fault| {
                let (path, line, column) = (path.display(), fault.line, fault.column);
                format!("{path}:{line}:{column}: {}: {}", fault.path, fault.message)
            });
            Err(Failure::work(told.collect::<Vec<_>>().join("\n")))
        }
    }
}

fn list(answer: &Value, as_json: bool) {
    if as_json {
        return terminal::json(answer);
    }
    let rows = answer["items"].as_array().map_or(&[][..], Vec::as_slice);
    let fields = ["solutionId", "name", "version", "description"];
    let row = |it: &Value| fields.map(|field| super::text(it, field));
    terminal::table(["solution", "name", "version", "description"], rows.iter().map(row));
}
