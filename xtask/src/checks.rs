//! `test` and `ci`: what a change must pass.
//!
//! Not here: the checks themselves; those are tests of the crates, and `tidy`.

use crate::workspace::Workspace;
use crate::{Failure, child, clients, tidy};

/// The one profile all test binaries share.
const PROFILE: &str = "ci";

pub(crate) fn test(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    provide_c_compiler(workspace)?;
    let chosen = arguments.iter().any(|argument| matches!(argument.as_str(), "-p" | "--package"));
    let mut line = vec!["test", "--profile", PROFILE, "--no-fail-fast"];
    if !chosen {
        line.push("--workspace");
    }
    line.extend(arguments.iter().map(String::as_str));
    child::cargo(&workspace.root, &line)?;
    if chosen { Ok(()) } else { clients::clients(workspace, &[]) }
}

pub(crate) fn ci(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::Usage(format!(
            "Expected no argument for ci, but found `{argument}`."
        )));
    }
    provide_c_compiler(workspace)?;
    child::cargo(&workspace.root, &["fmt", "--all", "--check"])?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--profile", PROFILE];
    child::cargo(&workspace.root, &[&clippy[..], &["--", "-D", "warnings"]].concat())?;
    tidy::command(workspace, &[])?;
    test(workspace, &["--locked".to_owned()])
}

/// The tests that read golden files write those that are missing when they are told to.
pub(crate) fn golden(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::Usage(format!(
            "Expected no argument for golden, but found `{argument}`."
        )));
    }
    provide_c_compiler(workspace)?;
    let cargo = child::cargo_path();
    for place in [["engine", "--lib", "golden"], ["runtime", "--test", "golden"]] {
        let test = ["UPDATE=1", &cargo, "test", "--profile", PROFILE, "-p"];
        child::run(&workspace.root, "env", &[&test[..], &place].concat())?;
    }
    Ok(())
}

/// SQLite is compiled from source, the only thing here that is not Rust.
fn provide_c_compiler(workspace: &Workspace) -> Result<(), Failure> {
    if child::answers("cc") {
        return Ok(());
    }
    let install = ["install", "-y", "--no-install-recommends", "gcc", "libc6-dev"];
    if !child::answers("apt-get") || !is_root(&process_status()) {
        return Err(Failure::Work(format!(
            "Expected a C compiler `cc`, but found none. Run: sudo apt-get {}",
            install.join(" ")
        )));
    }
    if child::run(&workspace.root, "apt-get", &install).is_ok() {
        return Ok(());
    }
    child::run(&workspace.root, "apt-get", &["update"])?;
    child::run(&workspace.root, "apt-get", &install)
}

/// Whether the effective user in `/proc/self/status` is number 0.
fn is_root(status: &str) -> bool {
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    line.and_then(|numbers| numbers.split_whitespace().nth(1)) == Some("0")
}

/// Linux's page about this process; empty elsewhere.
fn process_status() -> String {
    std::fs::read_to_string("/proc/self/status").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_root_by_the_effective_user() {
        assert!(is_root("Name:\txtask\nUid:\t1000\t0\t1000\t1000\n"));
        assert!(!is_root("Name:\txtask\nUid:\t0\t1000\t0\t0\n"));
        assert!(!is_root(""));
    }

    #[test]
    fn refuses_arguments_of_ci() {
        let failure = ci(&Workspace::find(), &["--fast".to_owned()]).unwrap_err();
        assert!(matches!(failure, Failure::Usage(_)));
    }
}
