//! `segue deploy`: hands files to a server, all or none.
//!
//! Not the check; the server does it, and `segue check` shows more of it.

use std::path::PathBuf;

use serde_json::Value;

use super::{block_on, text};
use crate::client::{ServerAddress, read_files};
use crate::failure::Outcome;
use crate::terminal;

/// Deploys BPMN, DMN and form files to a server: all of them, or none
#[derive(Debug, clap::Args)]
pub(crate) struct Deploy {
    /// BPMN, DMN and form files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    server: ServerAddress,
    /// Print the server's answer as JSON
    #[arg(long)]
    json: bool,
}

impl Deploy {
    /// Deploys and prints the versions.
    pub(crate) fn run(&self) -> Outcome {
        let files = read_files(&self.files)?;
        let mut client = self.server.client()?;
        let answer = block_on(async { client.deploy(&files).await })?;
        if self.json {
            terminal::json(&answer);
            return Ok(());
        }
        tell(&answer);
        Ok(())
    }
}

/// Prints the versions of a deployment, and what is likely not as meant.
pub(super) fn tell(answer: &Value) {
    answer["problems"].as_array().into_iter().flatten().for_each(warn);
    let deployed = answer["deployments"].as_array().map_or(&[][..], Vec::as_slice);
    terminal::table(["what", "id", "version", "key", "file"], deployed.iter().map(row));
}

/// What each kind of deployed thing calls its id, version and key.
const KINDS: [(&str, &str, [&str; 4]); 5] = [
    (
        "processDefinition",
        "process",
        ["processDefinitionId", "processDefinitionVersion", "processDefinitionKey", "resourceName"],
    ),
    (
        "decisionRequirements",
        "decision file",
        ["decisionRequirementsId", "version", "decisionRequirementsKey", "resourceName"],
    ),
    (
        "decisionDefinition",
        "decision",
        ["decisionDefinitionId", "version", "decisionDefinitionKey", "resourceName"],
    ),
    ("form", "form", ["formId", "version", "formKey", "resourceName"]),
    (
        "resource",
        "rule, case type, calendar, queue",
        ["resourceId", "version", "resourceKey", "resourceName"],
    ),
];

fn row(deployed: &Value) -> [String; 5] {
    let found = KINDS.iter().find(|(name, ..)| !deployed[*name].is_null());
    let Some((name, what, fields)) = found else { return Default::default() };
    let [id, version, key, file] = fields.map(|field| text(&deployed[*name], field));
    [(*what).to_owned(), id, version, key, file]
}

/// What runs, but likely not as meant.
fn warn(problem: &Value) {
    if problem["severity"] == "warning" {
        let field = |name| text(problem, name);
        terminal::note(format_args!(
            "{}:{}:{}: warning {}: {}",
            field("resource"),
            field("line"),
            field("column"),
            field("rule"),
            field("message")
        ));
    }
}
