//! Golden records: bytes once written are read for ever, and mean what they meant.
//!
//! Not made by hand: `cargo xtask golden` adds what is missing in corpus/golden/records and never
//! changes what is there.

#![expect(clippy::disallowed_methods, reason = "only tests read and write golden files")]

use super::codec::Wire;
use super::sample::{AGGREGATE, Sample};
use super::{Section, decode, encode};
use crate::command::{
    BatchCommand, BpmnSignalCommand, EntryCommand, EvaluationCommand, HeadCommand, InstanceCommand,
    MailboxCommand, ResourceCommand, SuspensionCommand,
};
use crate::event::InstanceEvent;
use crate::state::batch_operation::{BatchOperation, BatchOperationEvent};
use crate::state::bpmn_signal::{BpmnSignal, BpmnSignalEvent};
use crate::state::entry::{Entry, EntryEvent};
use crate::state::evaluation::EvaluationEvent;
use crate::state::head::{Head, HeadEvent};
use crate::state::instance::{Awaited, Body, ElementInstance, Instance};
use crate::state::mailbox::{Mailbox, MailboxEvent};
use crate::state::resource::{ResourceEvent, ResourceHead};
use crate::state::suspensions::{SuspensionEvent, Suspensions};
use std::fmt::{Debug, Write};
use std::path::PathBuf;

/// A record: its name, its bytes, and what they say.
#[derive(Debug, PartialEq)]
struct Record {
    name: String,
    hex: String,
    text: String,
}

/// One file of records of one type.
struct File {
    name: &'static str,
    samples: fn() -> Vec<Record>,
    /// What bytes say now.
    read: fn(&[u8]) -> Result<String, String>,
}

fn file<T: Sample + Wire + Debug + PartialEq>(name: &'static str) -> File {
    let samples = || {
        let record = |value: T| {
            let text = format!("{value:?}");
            let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
            Record { name: text[..end].to_owned(), hex: hex(&encode(AGGREGATE, &value)), text }
        };
        T::samples().into_iter().map(record).collect()
    };
    let read = |bytes: &[u8]| {
        let value: T = decode(AGGREGATE, bytes).map_err(|bad| bad.to_string())?;
        let again: T =
            decode(AGGREGATE, &encode(AGGREGATE, &value)).map_err(|bad| bad.to_string())?;
        if again == value { Ok(format!("{value:?}")) } else { Err(format!("{again:?}")) }
    };
    File { name, samples, read }
}

fn files() -> Vec<File> {
    vec![
        file::<Awaited>("awaited"),
        file::<BatchCommand>("batch_command"),
        file::<BatchOperation>("batch_operation"),
        file::<BatchOperationEvent>("batch_operation_event"),
        file::<Body>("body"),
        file::<BpmnSignal>("bpmn_signal"),
        file::<BpmnSignalCommand>("bpmn_signal_command"),
        file::<BpmnSignalEvent>("bpmn_signal_event"),
        file::<ElementInstance>("element_instance"),
        file::<Entry>("entry"),
        file::<EntryCommand>("entry_command"),
        file::<EntryEvent>("entry_event"),
        file::<EvaluationCommand>("evaluation_command"),
        file::<EvaluationEvent>("evaluation_event"),
        file::<Head>("head"),
        file::<HeadCommand>("head_command"),
        file::<HeadEvent>("head_event"),
        file::<Instance>("instance"),
        file::<InstanceCommand>("instance_command"),
        file::<InstanceEvent>("instance_event"),
        file::<Mailbox>("mailbox"),
        file::<MailboxCommand>("mailbox_command"),
        file::<MailboxEvent>("mailbox_event"),
        file::<ResourceCommand>("resource_command"),
        file::<ResourceEvent>("resource_event"),
        file::<ResourceHead>("resource_head"),
        file::<Section>("section"),
        file::<SuspensionCommand>("suspension_command"),
        file::<SuspensionEvent>("suspension_event"),
        file::<Suspensions>("suspensions"),
        file::<work::alert::AlertCommand>("alert_command"),
        file::<work::alert::AlertEvent>("alert_event"),
        file::<work::alert::AlertLine>("alert_line"),
        file::<work::case::Case>("case"),
        file::<work::case::CaseCommand>("case_command"),
        file::<work::case::CaseEvent>("case_event"),
        file::<work::detector::Detector>("detector"),
        file::<work::detector::DetectorCommand>("detector_command"),
        file::<work::detector::DetectorEvent>("detector_event"),
        file::<work::expectation::Expectation>("expectation"),
        file::<work::expectation::ExpectationCommand>("expectation_command"),
        file::<work::expectation::ExpectationEvent>("expectation_event"),
        file::<work::gate::Gate>("gate"),
        file::<work::gate::GateCommand>("gate_command"),
        file::<work::gate::GateEvent>("gate_event"),
        file::<work::received::Received>("received"),
        file::<work::received::ReceivedCommand>("received_command"),
        file::<work::received::ReceivedEvent>("received_event"),
    ]
}

impl Sample for Instance {
    fn samples() -> Vec<Self> {
        let value = Instance {
            key: AGGREGATE,
            definition: Sample::sample(),
            tenant: Sample::sample(),
            entry: Sample::sample(),
            business_id: Sample::sample(),
            next_slot: Sample::sample(),
            agenda: Sample::sample(),
            continuations: Sample::sample(),
            case: Sample::sample(),
            tags: Sample::sample(),
            stop_after: Sample::sample(),
            stopped: Sample::sample(),
            ..Instance::default()
        };
        vec![value]
    }
}

fn path(file: &File) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../corpus/golden/records");
    root.join(format!("{}.txt", file.name))
}

/// Three lines a record: name, bytes, words.
fn stored(file: &File) -> Vec<Record> {
    let text = std::fs::read_to_string(path(file)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let record = |three: &[&str]| Record {
        name: three[0].to_owned(),
        hex: three[1].to_owned(),
        text: three[2].to_owned(),
    };
    lines.chunks_exact(3).map(record).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("golden bytes are hex");
    (0..text.len()).step_by(2).map(digits).collect()
}

/// Whether everything that was said is still said, in that order: fields may come, none may go.
fn says_all(now: &str, then: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let separate = |c: char| !c.is_alphanumeric() && !"\"\\-.".contains(c);
        text.split(separate).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let now = words(now);
    let mut left = now.iter();
    words(then).iter().all(|word| left.any(|held| held == word))
}

#[test]
fn what_was_written_once_is_read_and_means_the_same() {
    for file in files() {
        for record in stored(&file) {
            let now = (file.read)(&unhex(&record.hex));
            let place = format!("{} in {}", record.name, path(&file).display());
            match now {
                Ok(now) => {
                    assert!(says_all(&now, &record.text), "{place}:\n{}\n{now}", record.text);
                }
                Err(error) => panic!("{place}: {error}"),
            }
        }
    }
}

#[test]
fn one_of_everything_is_golden() {
    for file in files() {
        let held = stored(&file);
        let missing: Vec<Record> = (file.samples)()
            .into_iter()
            .filter(|sample| held.iter().all(|record| record.name != sample.name))
            .collect();
        if missing.is_empty() {
            continue;
        }
        let names: Vec<&str> = missing.iter().map(|record| record.name.as_str()).collect();
        let path = path(&file);
        assert!(
            std::env::var_os("UPDATE").is_some(),
            "{names:?} are not in {}: run `cargo xtask golden` and commit what it adds",
            path.display()
        );
        let mut text = std::fs::read_to_string(&path).unwrap_or_default();
        for Record { name, hex, text: words } in &missing {
            let _infallible = write!(text, "{name}\n{hex}\n{words}\n\n");
        }
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).unwrap();
        std::fs::write(&path, text).unwrap();
    }
}

#[test]
fn a_field_may_come_and_none_may_go() {
    let then = "JobCreated { slot: 5, key: Key(-7), name: \"a b\" }";
    assert!(says_all("JobCreated { slot: 5, more: None, key: Key(-7), name: \"a b\" }", then));
    assert!(!says_all("JobCreated { slot: 5, key: Key(7), name: \"a b\" }", then));
    assert!(!says_all("JobCreated { key: Key(-7), name: \"a b\" }", then));
}
