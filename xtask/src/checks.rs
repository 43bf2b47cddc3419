//! `test` and `ci`: what a change must pass.
//!
//! Not here: the checks themselves; those are tests of the crates, and `tidy`.

use crate::workspace::Workspace;
use crate::{Failure, child, clients, debian, tidy, wasm, web};

/// The one profile all test binaries share.
const PROFILE: &str = "ci";

pub(crate) fn test(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    provide_c_compiler(workspace)?;
    // Its files are part of the binary that the tests start.
    web::build(workspace)?;
    let chosen = arguments.iter().any(|argument| matches!(argument.as_str(), "-p" | "--package"));
    let mut line = vec!["test", "--profile", PROFILE, "--no-fail-fast"];
    if !chosen {
        line.push("--workspace");
    }
    line.extend(arguments.iter().map(String::as_str));
    child::cargo(&workspace.root, &line)?;
    if chosen {
        return Ok(());
    }
    clients::clients(workspace, &[])?;
    wasm::test(workspace)?;
    web::test(workspace, PROFILE)
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
    debian::install(workspace, "a C compiler `cc`", &["gcc", "libc6-dev"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_arguments_of_ci() {
        let failure = ci(&Workspace::find(), &["--fast".to_owned()]).unwrap_err();
        assert!(matches!(failure, Failure::Usage(_)));
    }
}
