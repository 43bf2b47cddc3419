//! Other programs: say what is started, start it, turn its end into ours.
//!
//! Not here: which programs; there is no shell between us and them.

use std::path::Path;
use std::process::Command;

use crate::Failure;

/// Runs a program in the foreground, with our terminal as its own.
pub(crate) fn run(root: &Path, program: &str, arguments: &[&str]) -> Result<(), Failure> {
    let line = said(program, arguments);
    eprintln!("$ {line}");
    let status = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .status()
        .map_err(|error| Failure::Work(format!("`{line}` did not start: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Work(format!("`{line}` failed ({status})")))
}

/// Runs cargo in the foreground.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Result<(), Failure> {
    run(root, &cargo_path(), arguments)
}

/// The cargo that started us, or the one on the path.
pub(crate) fn cargo_path() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Becomes the program, so that Ctrl-C and its exit code are its own business.
pub(crate) fn become_program(root: &Path, program: &Path, arguments: &[&str]) -> Failure {
    let line = said(&program.to_string_lossy(), arguments);
    eprintln!("$ {line}");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root);
    replace(&mut command, &line)
}

#[cfg(unix)]
fn replace(command: &mut Command, line: &str) -> Failure {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Failure::Work(format!("`{line}` did not start: {error}"))
}

#[cfg(not(unix))]
fn replace(command: &mut Command, line: &str) -> Failure {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => Failure::Work(format!("`{line}` did not start: {error}")),
    }
}

/// Whether the program is there and answers `--version`.
pub(crate) fn answers(program: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let name = Path::new(program).file_name().map(|name| name.to_string_lossy().into_owned());
    let mut line = name.unwrap_or_else(|| program.to_owned());
    for argument in arguments {
        line.push(' ');
        line.push_str(argument);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_failed_and_how() {
        let failure = run(Path::new("."), "false", &["indeed"]).unwrap_err();
        let Failure::Work(reason) = failure else { panic!("expected a failure of the work") };
        assert!(reason.starts_with("`false indeed` failed (exit"), "{reason}");
    }

    #[test]
    fn says_which_program_is_absent() {
        let failure = run(Path::new("."), "no-such-program-here", &["x"]).unwrap_err();
        let Failure::Work(reason) = failure else { panic!("expected a failure of the work") };
        assert!(reason.starts_with("`no-such-program-here x` did not start"), "{reason}");
        assert!(!answers("no-such-program-here"));
    }
}
