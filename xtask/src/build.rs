//! `run` and `dist`: the binary, to try out and to ship.
//!
//! Not here: what the demo does; that is `segue demo`.

use crate::workspace::Workspace;
use crate::{Failure, child, web};

const DATA_FOLDER: &str = "data";
const HTTP_ADDRESS: &str = "127.0.0.1:8080";
/// The demo shows what users see: it has some, and prints their passwords.
const AUTHENTICATION: &str = "local";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Err(Failure::Work(reason)) = web::build(workspace) {
        eprintln!("xtask: without the browser workspace, because {reason}");
    }
    child::cargo(&workspace.root, &["build", "--release", "--package", "segue"])?;
    let binary = workspace.binary("release");
    let line = demo_line(arguments);
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    Err(child::become_program(&workspace.root, &binary, &line))
}

/// The defaults, unless the caller sets them.
fn demo_line(arguments: &[String]) -> Vec<String> {
    let given = |name: &str| {
        let with_value = format!("{name}=");
        arguments.iter().any(|argument| argument == name || argument.starts_with(&with_value))
    };
    let mut line = vec!["demo".to_owned()];
    let defaults =
        [("--data", DATA_FOLDER), ("--http", HTTP_ADDRESS), ("--authentication", AUTHENTICATION)];
    for (name, value) in defaults {
        if !given(name) {
            line.extend([name.to_owned(), value.to_owned()]);
        }
    }
    line.extend_from_slice(arguments);
    line
}

pub(crate) fn dist(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::Usage(format!(
            "Expected no argument for dist, but found `{argument}`."
        )));
    }
    web::build(workspace)?;
    child::cargo(&workspace.root, &["build", "--profile", "dist", "--locked", "-p", "segue"])?;
    let binary = workspace.binary("dist");
    let size_bytes = std::fs::metadata(&binary)
        .map_err(|error| Failure::Work(format!("{} is not there: {error}", binary.display())))?
        .len();
    println!("{} {:.1} MiB", binary.display(), size_bytes as f64 / (1024.0 * 1024.0));
    Ok(())
}

impl Workspace {
    /// Where cargo leaves `segue` when it builds with the profile.
    pub(crate) fn binary(&self, profile: &str) -> std::path::PathBuf {
        let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        let name = format!("segue{}", std::env::consts::EXE_SUFFIX);
        self.root.join(target).join(profile).join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn starts_the_demo_on_its_own_folder_and_port() {
        assert_eq!(
            demo_line(&[]),
            words("demo --data data --http 127.0.0.1:8080 --authentication local")
        );
    }

    #[test]
    fn lets_the_caller_choose_another_port_and_hands_on_the_rest() {
        assert_eq!(
            demo_line(&words("--http=127.0.0.1:9090 --orders 5")),
            words("demo --data data --authentication local --http=127.0.0.1:9090 --orders 5")
        );
        assert_eq!(
            demo_line(&words("--data elsewhere --authentication none")),
            words("demo --http 127.0.0.1:8080 --data elsewhere --authentication none")
        );
    }
}
