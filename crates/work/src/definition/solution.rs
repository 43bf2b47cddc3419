//! Solutions: files that belong together, and what they are for.
//!
//! Not here: the files. A solution is deployed with them, in one deployment.

use super::Fault;
use super::node::Node;
use super::read::Members;
use crate::limits::SOLUTION_FILES_MAX;
use std::sync::Arc;

/// The manifest of a solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// Its id.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// Version tag, or the empty string.
    pub version_tag: Arc<str>,
    /// What it does, for people.
    pub description: Arc<str>,
    /// Names of its files, beside the manifest; all are deployed.
    pub files: Vec<Arc<str>>,
    /// Names of files with sample events, each one CloudEvent or a list of them.
    pub events: Vec<Arc<str>>,
}

pub(super) fn read(root: &Node, faults: &mut Vec<Fault>) -> Solution {
    let mut members = Members::of(root, "", faults);
    members.get("kind");
    let id = members.need_text("id", "the id of the solution");
    let name = members.text("name").unwrap_or_else(|| id.clone());
    let version_tag = members.text("versionTag").unwrap_or_default();
    let description = members.text("description").unwrap_or_default();
    let files = read_names(&mut members, "files");
    if files.is_empty() && members.get("files").is_none() {
        members.missing("files", "the names of its files");
    }
    let events = read_names(&mut members, "events");
    members.finish();
    Solution { id, name, version_tag, description, files, events }
}

/// Names of files in the folder of the manifest: no paths, each once.
fn read_names(members: &mut Members<'_, '_>, name: &'static str) -> Vec<Arc<str>> {
    let names = members.texts(name, SOLUTION_FILES_MAX);
    for (place, file) in names.iter().enumerate() {
        let is_path = file.contains(['/', '\\']) || file.starts_with('.');
        let found = match (is_path, names[..place].contains(file)) {
            (true, _) => format!("the path `{file}`"),
            (_, true) => format!("`{file}` twice"),
            _ => continue,
        };
        if let Some(node) = members.get(name) {
            let message = format!(
                "Expected names of files beside the manifest, each once, but found {found}."
            );
            members.fault(node, name, message);
        }
    }
    names
}
