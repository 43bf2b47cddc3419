//! `segue deploy`: hands files to a server, all or none.
//!
//! Not the check; the server does it, and `segue check` shows more of it.

use std::path::PathBuf;

use serde_json::Value;

use super::{block_on, text};
use crate::client::{ServerAddress, read_files};
use crate::failure::Outcome;
use crate::terminal;

/// Deploys BPMN files to a server: all of them, or none
#[derive(Debug, clap::Args)]
pub(crate) struct Deploy {
    /// BPMN files
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
        let deployed = answer["deployments"].as_array().map_or(&[][..], Vec::as_slice);
        let rows = deployed.iter().map(|one| &one["processDefinition"]).map(row);
        terminal::table(["process", "version", "definition", "file"], rows);
        Ok(())
    }
}

fn row(definition: &Value) -> [String; 4] {
    ["processDefinitionId", "processDefinitionVersion", "processDefinitionKey", "resourceName"]
        .map(|field| text(definition, field))
}
