//! Every element lives through every phase it can in some scenario, and the book names them all.
//!
//! With `UPDATE=1` the transcripts in the sources, and the book, are written again as they are.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use engine::element::Kind;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use testkit::coverage::{Coverage, PHASES, Phase};
use testkit::scenario::source;

/// Phases an element cannot live through, each list with its reason.
const CANNOT: &[(Phase, &[&str])] = &[
    // The process is there from the start and waits for nothing itself.
    (Phase::Activate, &["process"]),
    // These pass at once: what they were about has happened, or there is nothing to wait for.
    (Phase::Activate, &["boundary_error", "boundary_message", "boundary_timer"]),
    (Phase::Activate, &["end_event", "terminate_end", "exclusive_gateway", "parallel_gateway"]),
    (Phase::Activate, &["inclusive_gateway", "manual_task", "none_throw", "undefined_task"]),
    (Phase::Activate, &["error_start", "message_start", "start_event", "timer_start"]),
    (Phase::Activate, &["link_catch", "link_throw"]),
    (Phase::Activate, &["boundary_bpmn_signal", "boundary_escalation", "bpmn_signal_end"]),
    (Phase::Activate, &["bpmn_signal_start", "bpmn_signal_throw", "escalation_start"]),
    (Phase::Activate, &["boundary_condition", "boundary_multiple", "complex_gateway"]),
    (Phase::Activate, &["condition_start", "multiple_start"]),
    // It waits in the name of its event and is never entered itself.
    (Phase::Arrive, &["multiple_part"]),
    (Phase::Activate, &["multiple_part"]),
    (Phase::Wait, &["multiple_part"]),
    (Phase::Complete, &["multiple_part"]),
    (Phase::Cancel, &["multiple_part"]),
    (Phase::Incident, &["multiple_part"]),
    (Phase::Activate, &["boundary_cancel", "compensation_start"]),
    // No token comes to it: it names who undoes its activity.
    (Phase::Arrive, &["boundary_compensation"]),
    (Phase::Activate, &["boundary_compensation"]),
    (Phase::Complete, &["boundary_compensation"]),
    (Phase::Cancel, &["boundary_compensation"]),
    (Phase::Incident, &["boundary_compensation"]),
    // Its activities arrive, wait and fail in slots of their own.
    (Phase::Wait, &["ad_hoc_inner"]),
    // No job, timer, subscription or user task is theirs.
    (Phase::Wait, &["boundary_error", "end_event", "error_end", "terminate_end"]),
    (Phase::Wait, &["exclusive_gateway", "parallel_gateway", "process", "sub_process"]),
    (Phase::Wait, &["inclusive_gateway", "manual_task", "none_throw", "undefined_task"]),
    (Phase::Wait, &["error_start", "event_sub_process", "start_event"]),
    (Phase::Wait, &["complex_gateway", "multiple_end", "multiple_throw"]),
    // The events behind it wait, in its stead.
    (Phase::Wait, &["event_gateway"]),
    (Phase::Wait, &["link_catch", "link_throw"]),
    (Phase::Wait, &["boundary_escalation", "bpmn_signal_end", "bpmn_signal_throw"]),
    (Phase::Wait, &["escalation_end", "escalation_start", "escalation_throw"]),
    (Phase::Wait, &["boundary_cancel", "boundary_compensation", "compensation_start"]),
    // Handlers work for them, in slots of their own.
    (Phase::Wait, &["cancel_end", "compensation_end", "compensation_throw"]),
    (Phase::Wait, &["transaction"]),
    // It ends with the transaction it cancels.
    (Phase::Complete, &["cancel_end"]),
    // An error that is caught cancels its event; one that is not is an incident.
    (Phase::Complete, &["error_end"]),
    // It has no mappings and no conditions: nothing in it can fail.
    (Phase::Incident, &["parallel_gateway"]),
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Sources with scenarios: the elements' own files and the phases of life beside them.
fn sources() -> Vec<PathBuf> {
    let folders = ["crates/engine/src/element", "crates/engine/tests/life"];
    let folders = folders.map(|folder| workspace().join(folder));
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
    let mut coverage = Coverage::default();
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let place = |why: String| format!("{}: {why}", path.display());
        if updating() {
            match source::updated(&text).map_err(place) {
                Ok(updated) if updated != text => std::fs::write(&path, updated).unwrap(),
                Ok(_) => {}
                Err(why) => println!("{why}"),
            }
        }
        let text = std::fs::read_to_string(&path).unwrap();
        coverage.add(&source::cover(&text).map_err(place).unwrap());
    }
    println!("{coverage}");
    let cannot = |file: &str, phase: Phase| {
        CANNOT.iter().any(|(at, files)| *at == phase && files.contains(&file))
    };
    let mut wrong = String::new();
    for (file, phase) in Kind::FILES.iter().flat_map(|file| PHASES.map(|phase| (*file, phase))) {
        match (coverage.count(file, phase), cannot(file, phase)) {
            (0, false) => writeln!(wrong, "no scenario: {file} {phase:?}").unwrap(),
            (1.., true) => writeln!(wrong, "happens, but cannot: {file} {phase:?}").unwrap(),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The book's page about elements, from the elements' own files.
fn page() -> String {
    let folder = workspace().join("crates/engine/src/element");
    let list = std::fs::read_to_string(folder.join("mod.rs")).unwrap();
    let mut page = String::from(
        "# Elements\n\n\
         The BPMN elements this version runs. Whatever else a file has is a problem at deployment,\n\
         with its place and a hint; nothing is skipped in silence.\n\n\
         <!-- Written by `UPDATE=1 cargo test -p testkit --test coverage`, from the first lines of each\n\
         file in crates/engine/src/element. -->\n",
    );
    for file in Kind::FILES {
        let text = std::fs::read_to_string(folder.join(file).with_extension("rs")).unwrap();
        let entry = format!(" => {file}, \"");
        let named = list.split(&entry).nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let (title, does) = first_words(&text);
        write!(page, "\n## {title}\n\n`{named}`. {does}\n").unwrap();
        let (attributes, extensions) = (reads(&text, "attr(\""), reads(&text, "extension(\""));
        for (what, names) in [("Attributes", attributes), ("Extensions", extensions)] {
            if !names.is_empty() {
                writeln!(page, "{what} it reads itself: {}.", names.join(", ")).unwrap();
            }
        }
    }
    page.push_str(ALSO);
    page
}

const ALSO: &str = "
## What all of them share

- `zeebe:ioMapping` on activities and events: inputs are local to the element, outputs go to the
  nearest scope that has the variable, else to the process.
- Boundary events on every activity that waits, interrupting or not.
- An incident wherever an expression cannot be evaluated to what is needed; after repair,
  resolving it tries again.
- `zeebe:taskDefinition` (type, retries) and `zeebe:taskHeaders` on everything a worker does.
- `segue:publishMessage` (`correlationKey`, `timeToLive`, `messageId`, each fixed or FEEL, in the
  namespace `urn:segue:bpmn:1.0`) on send tasks, message throw and message end events: Segue
  publishes the message of `messageRef` itself. Without a key it has the empty one, without a time
  to live only who waits already gets it. An id that a buffered message has already is not taken
  twice.
- Timers as ISO 8601 date, duration or cycle, or cron with six fields, fixed or FEEL.
";

/// The title before the colon, and the rest of the first paragraphs as sentences.
fn first_words(text: &str) -> (String, String) {
    let lines = text.lines().take_while(|line| line.starts_with("//!"));
    let words: Vec<&str> = lines.map(|line| line.trim_start_matches("//!").trim()).collect();
    let words = words.join(" ");
    let (title, does) = words.split_once(": ").unwrap();
    let (first, rest) = does.split_at(1);
    (title.to_owned(), format!("{}{rest}", first.to_uppercase()).replace("  ", " "))
}

/// Names in a file's own calls that read XML, in the order of the alphabet.
fn reads(text: &str, call: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap();
    let found = code.split(call).skip(1).filter_map(|rest| rest.split('"').next());
    let names: std::collections::BTreeSet<String> = found.map(|it| format!("`{it}`")).collect();
    names.into_iter().collect()
}

#[test]
fn the_book_names_every_element() {
    let path = workspace().join("docs/elements.md");
    let page = page();
    if updating() {
        std::fs::write(&path, &page).unwrap();
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(held, page, "docs/elements.md is as the elements are: run with UPDATE=1");
}
