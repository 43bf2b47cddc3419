//! The real binary from the outside: what it prints, and its exit codes.
//!
//! Not a server; see `kill` and `server`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn segue(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SEGUE_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(words).output().expect("the binary starts")
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder with one process in `a.bpmn`.
fn folder_with(short: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let xml = model::short::to_bpmn(short).expect("a well-formed process");
    std::fs::write(folder.path().join("a.bpmn"), xml).expect("a file");
    folder
}

fn sample() -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("samples/order-to-cash/order-to-cash.bpmn").display().to_string()
}

#[test]
fn check_says_yes_to_the_sample_and_no_to_what_cannot_run() {
    let folder = folder_with("start -> work:job(charge) -> buy:message-throw(bought) -> end");
    let yes = segue(folder.path(), &["check", &sample()]);
    assert_eq!(yes.status.code(), Some(0), "{}", printed(&yes));
    let no = segue(folder.path(), &["check", &sample(), "a.bpmn", "--json"]);
    assert_eq!(no.status.code(), Some(1));
    let files: serde_json::Value = serde_json::from_str(&printed(&no)).unwrap();
    assert_eq!(files[0]["runs"], true);
    assert_eq!(files[1]["runs"], false);
    let problem = &files[1]["problems"][0];
    assert_eq!(problem["element"], "buy");
    assert!(problem["line"].as_u64().unwrap() > 1 && problem["hint"].is_string(), "{problem}");
}

#[test]
fn wrong_usage_has_its_own_exit_code() {
    let folder = folder_with("start -> work:job(charge) -> end");
    let wrong: &[&[&str]] = &[
        &["frobnicate"],
        &["check"],
        &["run", "a.bpmn", "--variables", "[1]"],
        &["run", "a.bpmn", "--worker", "charge"],
        &["ps", "--address", "https://example.org"],
        &["show", "no-key"],
        &["serve", "--http", "0.0.0.0:0"],
        &["serve", "--grpc", "0.0.0.0:0"],
        &["serve", "--authentication", "ldap"],
        &["serve", "--time-zone", "Mars/Olympus"],
    ];
    for words in wrong {
        let output = segue(folder.path(), words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", said(&output));
        assert!(!said(&output).is_empty(), "{words:?}");
    }
    assert!(!folder.path().join("data").exists(), "wrong usage leaves no data folder");
}

#[test]
fn run_does_a_process_with_an_expression_and_a_command() {
    let folder = folder_with(
        "start -> double:job(double) -> choice:xor\n\
         choice -[= total > 10]-> big:job(shout) -> end\n\
         choice -[default]-> small:end",
    );
    let words = [
        "run",
        "a.bpmn",
        "--variables",
        "{\"amount\": 6}",
        "--worker",
        "double== {total: amount * 2}",
        "--worker",
        "shout=sed s/amount/AMOUNT/",
    ];
    let output = segue(folder.path(), &words);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let variables: serde_json::Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!(variables, serde_json::json!({ "amount": 6, "total": 12, "AMOUNT": 6 }));
    assert!(said(&output).contains("+ big (service task)"), "{}", said(&output));
}

#[test]
fn run_says_which_worker_is_missing() {
    let folder = folder_with("start -> work:job(charge) -> end");
    let output = segue(folder.path(), &["run", "a.bpmn"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no worker for type charge"), "{}", said(&output));
}

#[test]
fn run_says_what_nobody_will_wake() {
    let folder = folder_with("start -> wait:receive(paid, = order) -> end");
    let variables = ["run", "a.bpmn", "--variables", "{\"order\": \"A-1\"}"];
    let output = segue(folder.path(), &variables);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("message paid with key A-1"), "{}", said(&output));
    let told = [&variables[..], &["--message", "paid=A-1={\"paid\": true}"]].concat();
    let output = segue(folder.path(), &told);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(printed(&output).contains("\"paid\":true"), "{}", printed(&output));
}

#[test]
fn run_waits_for_timers_and_reports_failures() {
    let folder = folder_with("start -> pause:timer(PT0.2S) -> work:job(charge) retries=2 -> end");
    let words = ["run", "a.bpmn", "--json", "--worker", "charge=echo no money >&2; exit 1"];
    let output = segue(folder.path(), &words);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.contains("1 retries left: no money"), "{said}");
    assert!(said.contains("JOB_NO_RETRIES"), "{said}");
}

#[test]
fn run_fast_lets_the_clock_jump_to_the_next_timer() {
    let folder = folder_with(
        "start -> pause:timer(P3D) -> work:job(charge) retries=2 -> end\n\
         work ! late:timer(P1D) -> other:end",
    );
    let worker =
        "charge=if [ -e tried ]; then echo '{\"paid\": true}'; else touch tried; exit 1; fi";
    let output = segue(folder.path(), &["run", "a.bpmn", "--fast", "--worker", worker]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(printed(&output).contains("\"paid\":true"), "{}", printed(&output));
}

#[test]
fn scenarios_pass_or_say_what_went_differently() {
    let folder = folder_with("start -> work:job(charge) -> done:end");
    let write = |name: &str, steps: &str| {
        let text = format!("process: file a.bpmn\n\n{steps}");
        std::fs::write(folder.path().join(name), text).unwrap();
    };
    write(
        "good.scenario",
        "start {}\ncomplete charge {\"receipt\": 7}\n~ variables {\"receipt\": 7}\n",
    );
    write(
        "bad.scenario",
        "start {}\ncomplete charge {\"receipt\": 7}\n~ variables {\"receipt\": 8}\n",
    );
    let good = segue(folder.path(), &["test", "good.scenario"]);
    assert_eq!(good.status.code(), Some(0), "{}", printed(&good));
    let both = segue(folder.path(), &["test", "good.scenario", "bad.scenario", "--json"]);
    assert_eq!(both.status.code(), Some(1));
    let results: serde_json::Value = serde_json::from_str(&printed(&both)).unwrap();
    assert_eq!(results[0]["passed"], true);
    assert_eq!(results[1]["passed"], false);
    assert!(results[1]["error"].as_str().unwrap().contains('8'), "{results}");
}

#[test]
fn completions_know_the_verbs() {
    let folder = tempfile::tempdir().unwrap();
    let output = segue(folder.path(), &["completions", "bash"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(printed(&output).contains("incident"));
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = segue(folder.path(), &["ps", "--address", "http://127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("http://127.0.0.1:1"), "{}", said(&output));
    assert!(said(&output).contains("segue serve"), "{}", said(&output));
}

#[test]
fn decisions_are_asked_checked_and_tested_without_a_server() {
    let folder = folder_with("start -> ask:decision(dunning-level, level) -> end");
    let samples = PathBuf::from(sample()).with_file_name("");
    let dmn = samples.join("dunning.dmn").display().to_string();
    let input = r#"{"reminders": 1, "amount": 2500}"#;
    let told = segue(folder.path(), &["decide", &dmn, "--input", input]);
    let text = printed(&told);
    assert_eq!(told.status.code(), Some(0), "{text}");
    assert!(text.starts_with("Dunning level (dunning-level): {\"level\":\"firm\",\"fee\":25}"));
    assert!(text.contains("  rule 2: level = \"firm\", fee = 25"), "{text}");
    let json = segue(folder.path(), &["decide", &dmn, "--input", input, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&printed(&json)).unwrap();
    assert_eq!(json["decisions"][0]["rules"][0]["id"], "Rule_FirmLarge");
    let unknown = segue(folder.path(), &["decide", &dmn, "--decision", "nothing"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));

    let suite = samples.join("dunning.decision-test.yaml").display().to_string();
    let tested = segue(folder.path(), &["test", &suite]);
    assert_eq!(tested.status.code(), Some(0), "{}", printed(&tested));
    assert!(printed(&tested).contains("(5 cases)"), "{}", printed(&tested));
    let wrong = std::fs::read_to_string(&suite).unwrap().replace("fee: 25 }", "fee: 26 }");
    std::fs::write(folder.path().join("wrong.decision-test.yaml"), wrong).unwrap();
    std::fs::copy(&dmn, folder.path().join("dunning.dmn")).unwrap();
    let tested = segue(folder.path(), &["test", "wrong.decision-test.yaml"]);
    assert_eq!(tested.status.code(), Some(1));
    assert!(printed(&tested).contains("found {\"level\":\"firm\",\"fee\":25}"));

    let checked = segue(folder.path(), &["check", "dunning.dmn", "a.bpmn"]);
    assert_eq!(checked.status.code(), Some(0), "{}", printed(&checked));
    assert!(printed(&checked).contains("dunning.dmn: runs\n"), "{}", printed(&checked));
    let overlapping = std::fs::read_to_string(&dmn).unwrap().replacen("\"FIRST\"", "\"UNIQUE\"", 1);
    std::fs::write(folder.path().join("overlapping.dmn"), overlapping).unwrap();
    let checked = segue(folder.path(), &["check", "overlapping.dmn"]);
    assert_eq!(checked.status.code(), Some(0), "{}", printed(&checked));
    assert!(printed(&checked).contains("dmn-table-overlap"), "{}", printed(&checked));
    let ran = segue(folder.path(), &["run", "a.bpmn", "dunning.dmn", "--variables", input]);
    assert_eq!(ran.status.code(), Some(0), "{}", said(&ran));
    assert!(printed(&ran).contains("\"fee\":25"), "{}", printed(&ran));
    assert!(said(&ran).contains("= ask"), "{}", said(&ran));
}
