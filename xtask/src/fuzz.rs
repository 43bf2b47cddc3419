//! `fuzz`: mutated models, expressions, stored bytes and requests for as long as one likes.
//!
//! Not here: the mutations; they are tests of `runtime` and `segue` with a fixed budget.

use std::process::Command;

use crate::workspace::Workspace;
use crate::{Failure, child};

/// Seconds for each kind of input when the caller gives none.
const SECONDS: u64 = 60;
/// Packages with a test `mutated`.
const PACKAGES: [&str; 2] = ["runtime", "segue"];

pub(crate) fn fuzz(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let seconds = seconds(arguments)?;
    for package in PACKAGES {
        let line = ["test", "--profile", "ci", "-p", package, "--test", "mutated"];
        let status = Command::new(child::cargo_path())
            .args(line)
            .args(["--", "--nocapture", "--test-threads", "1"])
            .env("SEGUE_FUZZ_SECONDS", seconds.to_string())
            .current_dir(&workspace.root)
            .status()
            .map_err(|error| Failure::Work(format!("cargo did not start: {error}")))?;
        if !status.success() {
            return Err(Failure::Work(format!("mutated input broke `{package}` ({status})")));
        }
    }
    Ok(())
}

fn seconds(arguments: &[String]) -> Result<u64, Failure> {
    match arguments {
        [] => Ok(SECONDS),
        [name, value] if name == "--seconds" => value
            .parse()
            .map_err(|_| Failure::Usage(format!("Expected seconds, but found `{value}`."))),
        _ => Err(Failure::Usage("Expected --seconds N and nothing else.".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_long() {
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(seconds(&[]), Ok(SECONDS));
        assert_eq!(seconds(&words("--seconds 7")), Ok(7));
        assert!(matches!(seconds(&words("--seconds x")), Err(Failure::Usage(_))));
        assert!(matches!(seconds(&words("--minutes 1")), Err(Failure::Usage(_))));
    }
}
