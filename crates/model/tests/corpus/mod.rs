//! Finds the models of others that are kept beside the workspace.

use std::path::{Path, PathBuf};

/// The models of these corpora, sorted by path; empty, with a word about it, if there are none.
pub(crate) fn models(names: &[&str]) -> Vec<(PathBuf, Vec<u8>)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpora = here.ancestors().map(|up| up.join("../shared/corpora"));
    let Some(corpora) = corpora.into_iter().find(|path| path.is_dir()) else {
        println!("skipped: no corpus");
        return Vec::new();
    };
    let mut agenda: Vec<PathBuf> = names.iter().map(|name| corpora.join(name)).collect();
    let mut found = Vec::new();
    while let Some(path) = agenda.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a folder of the corpus can be read");
            agenda.extend(entries.map(|entry| entry.expect("it has a name").path()));
        } else if path.extension().is_some_and(|extension| extension == "bpmn") {
            #[expect(clippy::disallowed_methods, reason = "tests read the corpus")]
            let source = std::fs::read(&path).expect("a file of the corpus can be read");
            found.push((path, source));
        }
    }
    found.sort();
    found
}
