//! Where the corpora are: beside the workspace, or nowhere.

use std::path::{Path, PathBuf};

/// The folder of a corpus, or a note that it is skipped.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = manifest
        .ancestors()
        .map(|ancestor| ancestor.join("../shared/corpora").join(name))
        .find(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("skipped: no corpus {name}");
    }
    found
}
