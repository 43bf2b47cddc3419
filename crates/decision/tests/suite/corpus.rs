//! Where the corpora are: the folder named by `SEGUE_CORPORA`, or one beside the workspace.

use std::path::{Path, PathBuf};

/// The folder of a corpus, or a note that it is skipped.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::var_os("SEGUE_CORPORA").map(PathBuf::from);
    let beside = manifest.ancestors().map(|ancestor| ancestor.join("../shared/corpora"));
    let found = named.into_iter().chain(beside).map(|all| all.join(name)).find(|it| it.is_dir());
    if found.is_none() {
        eprintln!("skipped: no corpus {name}");
    }
    found
}

/// What is in a folder, by name.
pub(crate) fn entries(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).expect("readable corpus");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// The files below a folder whose names end so.
pub(crate) fn files(path: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in entries(path) {
        if entry.is_dir() {
            found.extend(files(&entry, ending));
        } else if entry.to_string_lossy().ends_with(ending) {
            found.push(entry);
        }
    }
    found
}
