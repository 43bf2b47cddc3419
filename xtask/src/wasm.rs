//! `wasm`: FEEL and DMN as a WebAssembly module, and whether it answers as the machine does.
//!
//! Not here: what it answers; that is `crates/wasm`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::workspace::Workspace;
use crate::{Failure, child};

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "release";
/// Where requests, answers and the module go, below the root.
const FOLDER: &str = "target/wasm";

/// Builds the module and compares it.
pub(crate) fn wasm(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::Usage(format!(
            "Expected no argument for wasm, but found `{argument}`."
        )));
    }
    if let Some(missing) = missing(workspace) {
        return Err(Failure::Work(missing));
    }
    compare(workspace)
}

/// The same as a part of `test`: where it cannot be built it says so and goes on.
pub(crate) fn test(workspace: &Workspace) -> Result<(), Failure> {
    match missing(workspace) {
        Some(missing) => {
            eprintln!("skipped: WebAssembly: {missing}");
            Ok(())
        }
        None => compare(workspace),
    }
}

/// What has to be installed first.
fn missing(workspace: &Workspace) -> Option<String> {
    let line = ["--print", "target-libdir", "--target", TARGET];
    let output = Command::new("rustc").args(line).current_dir(&workspace.root).output();
    let folder = output.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned());
    if !folder.is_ok_and(|folder| Path::new(&folder).is_dir()) {
        return Some(format!("it needs `rustup target add {TARGET}`"));
    }
    (!child::answers("node")).then(|| "it needs Node.js".to_owned())
}

fn compare(workspace: &Workspace) -> Result<(), Failure> {
    let build = ["build", "--quiet", "--locked", "-p", "wasm", "--lib", "--target", TARGET];
    child::cargo(&workspace.root, &[&build[..], &["--profile", PROFILE]].concat())?;
    let folder = workspace.root.join(FOLDER);
    let written = |error: std::io::Error| Failure::Work(format!("{FOLDER}: {error}"));
    fs::create_dir_all(&folder).map_err(written)?;
    let module = folder.join("decision.wasm");
    let built = workspace.root.join("target").join(TARGET).join(PROFILE).join("wasm.wasm");
    fs::copy(built, &module).map_err(written)?;

    let requests = requests(workspace).map_err(written)?;
    let text: String = requests.iter().map(|request| format!("{request}\n")).collect();
    let native = ["run", "--quiet", "--locked", "--profile", "ci", "-p", "wasm", "--example"];
    let mut native = command(workspace, &child::cargo_path(), &native);
    native.arg("answer");
    let native = answers(&mut native, &text)?;
    let script = workspace.root.join("crates/wasm/answer.mjs");
    let mut node = command(workspace, "node", &[]);
    node.arg(script).arg(&module);
    let node = answers(&mut node, &text)?;
    let (native, node): (Vec<&str>, Vec<&str>) = (native.lines().collect(), node.lines().collect());
    if native.len() != requests.len() || node.len() != requests.len() {
        let found = format!("{} and {}", native.len(), node.len());
        let expected = requests.len();
        return Err(Failure::Work(format!("Expected {expected} answers, but found {found}.")));
    }
    for ((request, native), node) in requests.iter().zip(&native).zip(&node) {
        if native != node {
            return Err(Failure::Work(format!(
                "Expected the module to answer {request}\nwith {native}\nbut found {node}"
            )));
        }
    }
    let bytes = fs::metadata(&module).map_err(written)?.len();
    println!(
        "wasm: {} answers are the same in Node; {FOLDER}/decision.wasm has {} KiB",
        requests.len(),
        bytes / 1024
    );
    Ok(())
}

fn command(workspace: &Workspace, program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&workspace.root);
    command
}

/// What a program prints when it is given `input`.
fn answers(command: &mut Command, input: &str) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::Work(format!("{command:?}: {error}"));
    let mut child = Command::new(command.get_program());
    child.args(command.get_args()).stdin(Stdio::piped()).stdout(Stdio::piped());
    if let Some(folder) = command.get_current_dir() {
        child.current_dir(folder);
    }
    let mut child = child.spawn().map_err(failed)?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_owned();
    // Both sides are written and read at once, or both would wait for the other.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().map_err(failed)?;
    writer.join().expect("it does not panic").map_err(failed)?;
    if !output.status.success() {
        return Err(Failure::Work(format!("{command:?} failed ({})", output.status)));
    }
    String::from_utf8(output.stdout).map_err(|error| Failure::Work(error.to_string()))
}

/// Requests of our own, and those that the corpora have: expressions, and models with all their
/// decisions.
fn requests(workspace: &Workspace) -> std::io::Result<Vec<String>> {
    let own = fs::read_to_string(workspace.root.join("crates/wasm/requests.jsonl"))?;
    let mut requests: Vec<String> = own.lines().map(str::to_owned).collect();
    let sample = workspace.root.join("samples/order-to-cash/dunning.dmn");
    let mut models = vec![sample];
    if let Some(corpora) = corpora(workspace) {
        let cases = corpora.join("feel-scala-cases/cases.jsonl");
        for line in fs::read_to_string(cases).unwrap_or_default().lines() {
            let case: Value = serde_json::from_str(line)?;
            requests.push(json!({ "expression": case["expression"] }).to_string());
        }
        models_in(&corpora.join("dmn-tck"), &mut models);
        models_in(&corpora.join("dmn-scala"), &mut models);
    }
    for model in models {
        let source = fs::read_to_string(model)?;
        requests.push(json!({ "model": source }).to_string());
    }
    Ok(requests)
}

fn corpora(workspace: &Workspace) -> Option<PathBuf> {
    let named = std::env::var_os("SEGUE_CORPORA").map(PathBuf::from);
    let beside = workspace.root.ancestors().map(|it| it.join("../shared/corpora"));
    named.into_iter().chain(beside).find(|it| it.is_dir())
}

/// The models below a folder; its depth bounds the recursion.
fn models_in(folder: &Path, models: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            models_in(&path, models);
        } else if path.extension().is_some_and(|extension| extension == "dmn") {
            models.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_requests_of_its_own_that_are_json() {
        for request in requests(&Workspace::find()).unwrap() {
            let request: Value = serde_json::from_str(&request).unwrap();
            assert!(request.is_object(), "{request}");
        }
    }
}
