//! The browser workspace: built where Node.js is there, and tried in a real browser.
//!
//! Not here: the workspace (`web/`) and the journeys (`web/tests/`).

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::workspace::Workspace;
use crate::{Failure, child, debian};

/// What Vite needs.
const NODE_MAJOR_MIN: u32 = 20;
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
/// Built from these; a newer one means building again.
const SOURCES: &[&str] = &["src", "public", "build", "index.html", "package-lock.json"];

/// Builds the workspace if Node.js is there and something changed; says so if it is not.
///
/// Returns whether there is a workspace to embed.
pub(crate) fn build(workspace: &Workspace) -> Result<bool, Failure> {
    if !has_node() {
        eprintln!(
            "xtask: no Node.js {NODE_MAJOR_MIN} with npm here, so the browser workspace is left \
             as it is; everything else is built."
        );
        return Ok(false);
    }
    let web = workspace.root.join("web");
    let installed = newest(&web.join("node_modules/.package-lock.json"));
    if installed < newest(&web.join("package-lock.json")) {
        child::run(&web, "npm", &["ci", "--ignore-scripts"])?;
    }
    let sources = SOURCES.iter().map(|name| newest(&web.join(name))).max().flatten();
    if newest(&web.join("dist/index.html")) < sources {
        child::run(&web, "npm", &["run", "build"])?;
    }
    Ok(true)
}

/// Types, unit tests and journeys in a browser against the binary of the profile.
pub(crate) fn test(workspace: &Workspace, profile: &str) -> Result<(), Failure> {
    if !build(workspace)? {
        eprintln!("xtask: the journeys need Node.js {NODE_MAJOR_MIN}; they were not run.");
        return Ok(());
    }
    let web = workspace.root.join("web");
    child::run(&web, "npm", &["run", "check"])?;
    child::cargo(&workspace.root, &["build", "--profile", profile, "--package", "segue"])?;
    let browser = browser(workspace)?;
    let binary = workspace.binary(if profile == "dev" { "debug" } else { profile });
    let binary = binary.to_string_lossy().into_owned();
    child::run(&web, "npm", &["run", "--silent", "journeys", "--", &binary, &browser])
}

/// `cargo xtask journeys`.
pub(crate) fn journeys(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let profile = match arguments {
        [] => "ci",
        [name, profile] if name == "--profile" => profile,
        _ => {
            let found = arguments.join(" ");
            return Err(Failure::Usage(format!(
                "Expected nothing or `--profile NAME` for journeys, but found `{found}`."
            )));
        }
    };
    test(workspace, profile)
}

fn has_node() -> bool {
    let Ok(output) = Command::new("node").arg("--version").output() else { return false };
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    major(&version).is_some_and(|major| major >= NODE_MAJOR_MIN) && child::answers("npm")
}

/// 20 of `v20.11.1`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// A browser that is there, or Debian's Chromium.
fn browser(workspace: &Workspace) -> Result<String, Failure> {
    if let Some(found) = BROWSERS.iter().find(|name| child::answers(name)) {
        return Ok((*found).to_owned());
    }
    debian::install(workspace, "Chromium for the journeys", &["chromium"])?;
    Ok(BROWSERS[0].to_owned())
}

/// When the file, or any file below the folder, was changed last; `None` if it is absent.
fn newest(path: &Path) -> Option<SystemTime> {
    let metadata = std::fs::metadata(path).ok()?;
    if !metadata.is_dir() {
        return metadata.modified().ok();
    }
    let entries = std::fs::read_dir(path).ok()?;
    entries.flatten().map(|entry| newest(&entry.path())).max().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_version_of_node() {
        assert_eq!(major("v20.11.1\n"), Some(20));
        assert_eq!(major("20.11.1"), None);
        assert_eq!(major(""), None);
    }

    #[test]
    fn what_is_absent_is_older_than_everything() {
        assert!(newest(Path::new("no-such-file")) < newest(Path::new(env!("CARGO_MANIFEST_DIR"))));
    }

    #[test]
    fn refuses_arguments_it_does_not_know() {
        let failure = journeys(&Workspace::find(), &["--fast".to_owned()]).unwrap_err();
        assert!(matches!(failure, Failure::Usage(_)));
    }
}
