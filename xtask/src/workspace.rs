//! Where things are in the workspace, and what cargo knows about it.
//!
//! Not here: what is right or wrong about it; that is `tidy`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{Failure, child};

/// Folders that hold nothing of ours.
const SKIPPED_FOLDERS: &[&str] = &["target", "data", "node_modules"];

/// The root of the workspace this program was built from.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Self {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = own.parent().expect("xtask lies in a folder of the workspace").to_owned();
        Workspace { root }
    }

    /// All files with the extension, as sorted paths relative to the root, with `/`.
    pub(crate) fn files(&self, extension: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.walk("", extension, &mut found);
        found.sort();
        found
    }

    fn walk(&self, folder: &str, extension: &str, found: &mut Vec<String>) {
        let Ok(entries) = std::fs::read_dir(self.root.join(folder)) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                if !name.starts_with('.') && !SKIPPED_FOLDERS.contains(&name.as_str()) {
                    self.walk(&path, extension, found);
                }
            } else if name.rsplit_once('.').is_some_and(|(_, end)| end == extension) {
                found.push(path);
            }
        }
    }

    /// The names of the folders in `crates/`, sorted.
    pub(crate) fn crates(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.root.join("crates")).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.path().join("Cargo.toml").exists())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// A file's text, or `None` when it is absent or no UTF-8.
    pub(crate) fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(path)).ok()
    }

    /// `cargo metadata` with the resolved graph, taken from the lock file as it stands.
    pub(crate) fn metadata(&self) -> Result<Value, Failure> {
        let output = Command::new(child::cargo_path())
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(&self.root)
            .output()
            .map_err(|error| Failure::Work(format!("cargo metadata did not start: {error}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(Failure::Work(format!("cargo metadata failed:\n{said}")));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|error| Failure::Work(format!("cargo metadata printed no JSON: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_its_own_sources_and_nothing_that_was_built() {
        let files = Workspace::find().files("rs");
        assert!(files.iter().any(|path| path == "xtask/src/workspace.rs"));
        assert!(!files.iter().any(|path| path.starts_with("target/")));
    }

    #[test]
    fn knows_the_crates_by_their_folders() {
        assert!(Workspace::find().crates().contains(&"engine".to_owned()));
    }
}
