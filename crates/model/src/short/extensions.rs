//! The extension elements of what was read in short notation.
//!
//! Not checked here: which option belongs to which kind is settled when names are resolved.

use super::xml::Xml;
use super::{Choice, Item};

/// An option of a flow node.
pub(super) fn option<'i>(item: &'i Item<'_>, word: &str) -> Option<&'i Choice<'i>> {
    item.options.iter().find(|choice| choice.word == word)
}

/// The first value of an option.
pub(super) fn value<'i>(item: &'i Item<'_>, word: &str) -> Option<&'i str> {
    option(item, word).and_then(|choice| choice.values.first()).map(String::as_str)
}

/// A standard loop: `loop` looks at its condition after each round, `loop-while` before each.
pub(super) fn loops(xml: &mut Xml, item: &Item<'_>) {
    let first = option(item, "loop-while");
    let Some(found) = first.or(option(item, "loop")) else {
        return;
    };
    let (mut condition, mut maximum) = (None, None);
    for value in &found.values {
        let place = if value.starts_with('=') { &mut condition } else { &mut maximum };
        *place = Some(value.as_str());
    }
    let before = ("testBefore", first.map(|_| "true"));
    xml.open("bpmn:standardLoopCharacteristics", &[before, ("loopMaximum", maximum)]);
    if let Some(condition) = condition {
        xml.text("bpmn:loopCondition", &[], condition);
    }
    xml.close("bpmn:standardLoopCharacteristics");
}

/// Multi-instance.
pub(super) fn repeats(xml: &mut Xml, item: &Item<'_>) {
    let in_turn = option(item, "each-in-turn");
    let Some(each) = in_turn.or(option(item, "each")) else {
        return;
    };
    let sequential = in_turn.map(|_| "true");
    xml.open("bpmn:multiInstanceLoopCharacteristics", &[("isSequential", sequential)]);
    let mut inner = xml.inside();
    let given = |index: usize| each.values.get(index).map(String::as_str);
    inner.leaf(
        "zeebe:loopCharacteristics",
        &[
            ("inputCollection", given(0)),
            ("inputElement", given(1)),
            ("outputCollection", given(2)),
            ("outputElement", given(3)),
        ],
    );
    xml.around("bpmn:extensionElements", &[], &inner);
    if let Some(until) = value(item, "until") {
        xml.text("bpmn:completionCondition", &[], until);
    }
    xml.close("bpmn:multiInstanceLoopCharacteristics");
}

/// What goes into the extension elements of a flow node.
pub(super) fn extensions(xml: &mut Xml, item: &Item<'_>) {
    let given = |index: usize| item.arguments.get(index).map(String::as_str);
    let job = match item.kind.word {
        "job" | "send" => given(0),
        "message-end" | "message-throw" | "send-message" => given(1),
        _ => value(item, "type"),
    };
    if job.is_some() {
        let retries = ("retries", value(item, "retries"));
        xml.leaf("zeebe:taskDefinition", &[("type", job), retries]);
    }
    match item.kind.word {
        "ad-hoc" => ad_hoc(xml, item),
        "call" => {
            let propagate = value(item, "propagate").map(|word| match word {
                "no" => "false",
                "yes" => "true",
                other => other,
            });
            let propagate = ("propagateAllChildVariables", propagate);
            xml.leaf("zeebe:calledElement", &[("processId", given(0)), propagate]);
        }
        "decision" => xml.leaf(
            "zeebe:calledDecision",
            &[("decisionId", given(0)), ("resultVariable", given(1))],
        ),
        "script" => {
            xml.leaf("zeebe:script", &[("expression", given(0)), ("resultVariable", given(1))]);
        }
        "user" | "user-job" => user(xml, item),
        _ => {}
    }
    if let Some(form) = value(item, "form") {
        xml.leaf("zeebe:formDefinition", &[("formId", Some(form))]);
    }
    if let Some(priority) = value(item, "priority") {
        let is_user = item.kind.element == "userTask";
        let name = if is_user { "zeebe:priorityDefinition" } else { "zeebe:jobPriorityDefinition" };
        xml.leaf(name, &[("priority", Some(priority))]);
    }
    if let Some(publish) = option(item, "publish") {
        let given = |index: usize| publish.values.get(index).map(String::as_str);
        xml.leaf(
            "segue:publishMessage",
            &[("correlationKey", given(0)), ("timeToLive", given(1)), ("messageId", given(2))],
        );
    }
    blocks(xml, item);
    listeners(xml, item);
}

fn ad_hoc(xml: &mut Xml, item: &Item<'_>) {
    let results = option(item, "results").map_or(&[][..], |choice| &choice.values);
    let attributes = [
        ("activeElementsCollection", value(item, "active")),
        ("outputCollection", results.first().map(String::as_str)),
        ("outputElement", results.get(1).map(String::as_str)),
    ];
    if attributes.iter().any(|(_, value)| value.is_some()) {
        xml.leaf("zeebe:adHoc", &attributes);
    }
}

fn user(xml: &mut Xml, item: &Item<'_>) {
    if item.kind.word == "user" {
        xml.leaf("zeebe:userTask", &[]);
    }
    let who = [
        ("assignee", value(item, "assignee")),
        ("candidateGroups", value(item, "groups")),
        ("candidateUsers", value(item, "users")),
    ];
    let when = [("dueDate", value(item, "due")), ("followUpDate", value(item, "follow-up"))];
    if who.iter().any(|(_, value)| value.is_some()) {
        xml.leaf("zeebe:assignmentDefinition", &who);
    }
    if when.iter().any(|(_, value)| value.is_some()) {
        xml.leaf("zeebe:taskSchedule", &when);
    }
}

/// `inputs`, `outputs` and `headers`.
fn blocks(xml: &mut Xml, item: &Item<'_>) {
    let mut mapping = xml.inside();
    let mut headers = xml.inside();
    let entries = |word: &'static str| {
        let of_word = item.options.iter().filter(move |choice| choice.word == word);
        of_word.flat_map(|choice| &choice.entries)
    };
    for (target, source) in entries("inputs") {
        mapping.leaf("zeebe:input", &[("source", Some(source)), ("target", Some(target))]);
    }
    for (target, source) in entries("outputs") {
        mapping.leaf("zeebe:output", &[("source", Some(source)), ("target", Some(target))]);
    }
    for (key, value) in entries("headers") {
        headers.leaf("zeebe:header", &[("key", Some(key)), ("value", Some(value))]);
    }
    xml.around("zeebe:ioMapping", &[], &mapping);
    xml.around("zeebe:taskHeaders", &[], &headers);
}

fn listeners(xml: &mut Xml, item: &Item<'_>) {
    let mut execution = xml.inside();
    let mut task = xml.inside();
    for choice in &item.options {
        let Some(event) = choice.word.strip_prefix("on-") else {
            continue;
        };
        let is_execution = matches!(event, "start" | "end");
        let (to, name) = if is_execution {
            (&mut execution, "zeebe:executionListener")
        } else {
            (&mut task, "zeebe:taskListener")
        };
        let retries = choice.values.get(1).map(String::as_str);
        let kind = choice.values.first().map(String::as_str);
        to.leaf(name, &[("eventType", Some(event)), ("type", kind), ("retries", retries)]);
    }
    xml.around("zeebe:executionListeners", &[], &execution);
    xml.around("zeebe:taskListeners", &[], &task);
}
