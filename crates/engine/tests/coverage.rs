//! Every element lives through every phase it can in some scenario, and the book says what it is.
//!
//! With `UPDATE=1` the transcripts in the sources are written again as they really went.

use std::path::{Path, PathBuf};
use testkit::scenario::source;

/// Sources with scenarios: the elements' own files and the phases of life in this folder.
fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("src/element"), root.join("tests")];
    let entries = folders.iter().flat_map(|folder| folder.read_dir().unwrap());
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "rs"));
    paths.sort();
    paths
}

fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

#[test]
fn every_element_lives_through_every_phase_it_can() {
    let mut coverage = testkit::coverage::Coverage::default();
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let place = |why: String| format!("{}: {why}", path.display());
        if updating() {
            match source::updated(&text).map_err(place) {
                Ok(updated) if updated != text => std::fs::write(&path, updated).unwrap(),
                Ok(_) => {}
                Err(why) => println!("{why}"),
            }
        } else {
            coverage.add(&source::cover(&text).map_err(place).unwrap());
        }
    }
    println!("{coverage}");
}
