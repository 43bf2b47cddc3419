//! `clients`: Camunda 8 workers and clients that other people wrote, unmodified, against the real
//! binary; and schemathesis, which calls every operation of the API with whatever it can think of.
//!
//! Not here: what they try; clients/ has a folder per language.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::workspace::Workspace;
use crate::{Failure, child};

/// Where packages and data go, below the root.
const FOLDER: &str = "target/clients";

/// Requests of each operation at most: more than 5,000 of all.
const EXAMPLES: &str = "35";

/// A language with its clients.
struct Language {
    name: &'static str,
    /// What must answer `--version`.
    programs: &'static [&'static str],
    /// Debian packages that have them.
    packages: &'static [&'static str],
    /// Installs what clients/NAME names; `Err` says why not.
    install: fn(&Workspace, &Path) -> Result<(), Failure>,
    run: fn(&Workspace, &Path, &Server) -> Result<(), Failure>,
}

const LANGUAGES: &[Language] = &[
    Language {
        name: "python",
        programs: &["python3"],
        packages: &["python3", "python3-venv"],
        install: install_python,
        run: run_python,
    },
    Language {
        name: "node",
        programs: &["node", "npm"],
        packages: &["nodejs", "npm"],
        install: install_node,
        run: run_node,
    },
    Language {
        name: "schemathesis",
        programs: &["python3"],
        packages: &["python3", "python3-venv"],
        install: install_python,
        run: run_schemathesis,
    },
];

pub(crate) fn clients(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(wrong) = arguments.iter().find(|it| !LANGUAGES.iter().any(|one| one.name == **it)) {
        return Err(Failure::Usage(format!(
            "Expected python, node or schemathesis, but found `{wrong}`."
        )));
    }
    child::cargo(&workspace.root, &["build", "--profile", "ci", "-p", "segue", "--quiet"])?;
    let wanted = |language: &&Language| {
        arguments.is_empty() || arguments.iter().any(|it| it == language.name)
    };
    for language in LANGUAGES.iter().filter(wanted) {
        if let Some(reason) = provide(workspace, language)? {
            eprintln!("skipped: {} clients: {reason}", language.name);
            continue;
        }
        let folder = workspace.root.join(FOLDER).join(language.name);
        let server = Server::start(workspace, language.name)?;
        (language.run)(workspace, &folder, &server)?;
    }
    Ok(())
}

/// Makes the packages of a language available; the reason when this machine cannot.
fn provide(workspace: &Workspace, language: &Language) -> Result<Option<String>, Failure> {
    if !language.programs.iter().all(|it| child::answers(it)) {
        let install = [&["install", "-y", "--no-install-recommends"], language.packages].concat();
        let installed =
            child::answers("apt-get") && child::run(&workspace.root, "apt-get", &install).is_ok();
        if !installed || !language.programs.iter().all(|it| child::answers(it)) {
            return Ok(Some(format!("expected {}, found none", language.programs.join(" and "))));
        }
    }
    let folder = workspace.root.join(FOLDER).join(language.name);
    fs::create_dir_all(&folder).map_err(failed)?;
    // What was installed for this very list is used again.
    let list = lock_of(workspace, language.name);
    let mark = folder.join("installed");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == list) {
        return Ok(None);
    }
    match (language.install)(workspace, &folder) {
        Ok(()) => {
            fs::write(mark, list).map_err(failed)?;
            Ok(None)
        }
        Err(_) => Ok(Some("the packages could not be installed; is there a registry?".to_owned())),
    }
}

/// The list of packages with their versions.
fn lock_of(workspace: &Workspace, name: &str) -> String {
    let file = if name == "node" { "package-lock.json" } else { "requirements.txt" };
    workspace.read(&format!("clients/{name}/{file}")).unwrap_or_default()
}

fn install_python(workspace: &Workspace, folder: &Path) -> Result<(), Failure> {
    let venv = folder.join("venv");
    let (venv, pip) = (text(&venv), text(&venv.join("bin/pip")));
    child::run(&workspace.root, "python3", &["-m", "venv", &venv])?;
    let list = ["install", "--quiet", "--disable-pip-version-check", "--retries", "2"];
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let requirements = format!("clients/{name}/requirements.txt");
    child::run(&workspace.root, &pip, &[&list[..], &["-r", &requirements]].concat())
}

fn run_python(workspace: &Workspace, folder: &Path, server: &Server) -> Result<(), Failure> {
    let python = text(&folder.join("venv/bin/python"));
    let tests = ["-m", "unittest", "discover", "-s", "clients/python", "-p", "*_test.py"];
    server.run(&workspace.root, &python, &tests)
}

/// Calls every operation with what fits its description and with what does not. The same seed makes
/// the same requests.
fn run_schemathesis(workspace: &Workspace, folder: &Path, server: &Server) -> Result<(), Failure> {
    let program = text(&folder.join("venv/bin/schemathesis"));
    let description = format!("{}/api/v1/openapi.json", server.http);
    let what = ["run", &description, "--checks", "never_fails", "--phases", "fuzzing"];
    let how = ["--max-examples", EXAMPLES, "--seed", "1", "--generation-database", "none"];
    let quiet = ["--warnings", "off", "--suppress-health-check", "all", "--no-color"];
    let patient = ["--request-timeout", "60", "--continue-on-failure", "--workers", "2"];
    // It never ends: its own tests read it.
    let without = ["--exclude-path", "/api/v1/events"];
    let line = [&what[..], &how, &quiet, &patient, &without].concat();
    server.run(&workspace.root, &program, &line)
}

fn install_node(workspace: &Workspace, folder: &Path) -> Result<(), Failure> {
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        let from = workspace.root.join("clients/node").join(file);
        fs::copy(from, folder.join(file)).map_err(failed)?;
    }
    child::run(folder, "npm", &["ci", "--silent", "--no-audit", "--no-fund"])
}

fn run_node(workspace: &Workspace, folder: &Path, server: &Server) -> Result<(), Failure> {
    // Modules are looked for above the file that names them.
    let mut files: Vec<String> = Vec::new();
    for path in workspace.files("mjs").iter().filter(|path| path.starts_with("clients/node/")) {
        let name = path.rsplit('/').next().unwrap_or_default();
        fs::copy(workspace.root.join(path), folder.join(name)).map_err(failed)?;
        if name.ends_with(".test.mjs") {
            files.push(name.to_owned());
        }
    }
    let mut line = vec!["--test"];
    line.extend(files.iter().map(String::as_str));
    server.run(folder, "node", &line)
}

/// A server on free ports, killed when dropped.
struct Server {
    process: Child,
    http: String,
    grpc: String,
    models: PathBuf,
}

impl Server {
    fn start(workspace: &Workspace, name: &str) -> Result<Self, Failure> {
        let data = workspace.root.join(FOLDER).join(format!("data-{name}"));
        if data.exists() {
            fs::remove_dir_all(&data).map_err(failed)?;
        }
        let mut process = Command::new(workspace.root.join("target/ci/segue"))
            .args(["serve", "--json", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--data"])
            .arg(&data)
            .env("SEGUE_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(failed)?;
        }
        let said: Value = serde_json::from_str(&line).map_err(failed)?;
        let address = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        let models = workspace.root.join("clients/models");
        Ok(Server { process, http: address("http"), grpc: address("grpc"), models })
    }

    /// Runs tests that find the server in their environment.
    fn run(&self, folder: &Path, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        eprintln!("$ {program} {}", arguments.join(" "));
        let status = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .env("SEGUE_HTTP", &self.http)
            .env("SEGUE_GRPC", &self.grpc)
            .env("SEGUE_MODELS", &self.models)
            .env("SCHEMATHESIS_HOOKS", "clients/schemathesis/hooks.py")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .status()
            .map_err(failed)?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::Work(format!("`{program}` failed ({status})")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::Work(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_list_of_exact_versions() {
        let workspace = Workspace::find();
        for language in LANGUAGES {
            assert!(!lock_of(&workspace, language.name).is_empty(), "{}", language.name);
        }
        for name in ["python", "schemathesis"] {
            let list = lock_of(&workspace, name);
            assert!(
                list.lines().all(|line| line.starts_with('#') || line.contains("==")),
                "{list}"
            );
        }
        assert!(!lock_of(&workspace, "node").contains("\"resolved\""), "no address of a registry");
    }

    #[test]
    fn refuses_languages_nobody_knows() {
        let failure = clients(&Workspace::find(), &["cobol".to_owned()]).unwrap_err();
        assert!(matches!(failure, Failure::Usage(_)));
    }
}
