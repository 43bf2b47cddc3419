//! The BPMN XML of what was read in short notation.
//!
//! Not a diagram: the file has no shapes.

use std::collections::BTreeMap;

use super::extensions::{extensions, loops, option, repeats};
use super::kinds::{COMPENSATE, CONDITIONAL, ERROR, ESCALATION, LINK, MESSAGE, SIGNAL, TIMER};
use super::roots::{Roots, numbered};
use super::xml::Xml;
use super::{Item, Sheet};
use crate::namespace::Namespace;

/// Writes the file.
pub(super) fn write(sheet: &Sheet<'_>) -> String {
    let mut writer = Writer { sheet, edges: edges(sheet), roots: Roots::default() };
    let publishes = sheet.items.iter().any(|item| option(item, "publish").is_some());
    let mut xml = Xml::new(0);
    xml.open(
        "bpmn:definitions",
        &[
            ("xmlns:bpmn", Some(Namespace::Bpmn.uri())),
            ("xmlns:segue", publishes.then(|| Namespace::Segue.uri())),
            ("xmlns:zeebe", Some(Namespace::Zeebe.uri())),
            ("xmlns:xsi", Some("http://www.w3.org/2001/XMLSchema-instance")),
            ("id", Some("definitions.1")),
            ("targetNamespace", Some("urn:segue:short")),
        ],
    );
    for header in &sheet.processes {
        let name = header.name.as_deref();
        let executable = ("isExecutable", Some("true"));
        xml.open("bpmn:process", &[("id", Some(header.id)), ("name", name), executable]);
        if let Some(version) = &header.version {
            let mut inner = xml.inside();
            inner.leaf("zeebe:versionTag", &[("value", Some(version))]);
            xml.around("bpmn:extensionElements", &[], &inner);
        }
        writer.scope(&mut xml, header.scope);
        xml.close("bpmn:process");
    }
    writer.roots.write(&mut xml);
    xml.close("bpmn:definitions");
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    head + &xml.finish()
}

/// A sequence flow, or the association from a compensation event to its handler.
struct Edge<'s> {
    id: String,
    scope: usize,
    source: usize,
    target: usize,
    condition: Option<&'s str>,
    is_default: bool,
    is_association: bool,
}

fn edges<'s>(sheet: &'s Sheet<'_>) -> Vec<Edge<'s>> {
    let mut taken = BTreeMap::new();
    let mut edges = Vec::new();
    for arrow in &sheet.arrows {
        let ends = (sheet.mentions[arrow.source].item, sheet.mentions[arrow.target].item);
        let (Some(source), Some(target)) = ends else {
            continue;
        };
        let from = &sheet.items[source];
        // Ids in the notation have no dot, so an id with a dot is never taken by a flow node.
        let plain = format!("{}.{}", from.id, sheet.items[target].id);
        let before = taken.entry((source, target)).or_insert(0);
        *before += 1;
        let id = if *before == 1 { plain } else { format!("{plain}.{before}") };
        edges.push(Edge {
            id,
            scope: arrow.scope,
            source,
            target,
            condition: arrow.condition.as_deref(),
            is_default: arrow.is_default,
            is_association: from.host.is_some() && from.kind.event == COMPENSATE,
        });
    }
    edges
}

struct Writer<'s, 't> {
    sheet: &'s Sheet<'t>,
    edges: Vec<Edge<'s>>,
    roots: Roots,
}

impl Writer<'_, '_> {
    /// Depth is bounded by the grammar (`MAX_SHORT_DEPTH`).
    fn scope(&mut self, xml: &mut Xml, scope: usize) {
        let sheet = self.sheet;
        let inside = sheet.items.iter().enumerate().filter(|(_, item)| item.scope == scope);
        let mut inside: Vec<_> = inside.collect();
        // A bare `start` is known only after everything declared; the file keeps the text's order.
        inside.sort_by_key(|(_, item)| item.at);
        for (index, item) in inside {
            self.item(xml, index, item);
        }
        for edge in self.edges.iter().filter(|edge| edge.scope == scope) {
            let ends = [
                ("id", Some(&*edge.id)),
                ("sourceRef", Some(&*sheet.items[edge.source].id)),
                ("targetRef", Some(&*sheet.items[edge.target].id)),
            ];
            match edge.condition {
                _ if edge.is_association => {
                    let [id, source, target] = ends;
                    let direction = ("associationDirection", Some("One"));
                    xml.leaf("bpmn:association", &[id, direction, source, target]);
                }
                None => xml.leaf("bpmn:sequenceFlow", &ends),
                Some(condition) => {
                    xml.open("bpmn:sequenceFlow", &ends);
                    let kind = [("xsi:type", Some("bpmn:tFormalExpression"))];
                    xml.text("bpmn:conditionExpression", &kind, condition);
                    xml.close("bpmn:sequenceFlow");
                }
            }
        }
    }

    fn item(&mut self, xml: &mut Xml, index: usize, item: &Item<'_>) {
        let host = item.host.and_then(|mention| self.sheet.mentions[mention].item);
        let host = host.map(|host| &*self.sheet.items[host].id);
        let of_default = |edge: &&Edge<'_>| edge.source == index && edge.is_default;
        let default = self.edges.iter().find(of_default).map(|edge| edge.id.clone());
        let message =
            matches!(item.kind.word, "receive" | "send-message").then(|| self.message(item));
        let gentle = (!item.interrupting).then_some("false");
        let is_start = item.kind.element == "startEvent";
        let element = format!("bpmn:{}", item.kind.element);
        let attributes = [
            ("id", Some(&*item.id)),
            ("name", item.name.as_deref()),
            ("attachedToRef", host),
            ("cancelActivity", gentle.filter(|_| !is_start)),
            ("isInterrupting", gentle.filter(|_| is_start)),
            ("default", default.as_deref()),
            ("messageRef", message.as_deref()),
            ("triggeredByEvent", (item.kind.word == "event-sub").then_some("true")),
            ("isForCompensation", item.compensates.then_some("true")),
            ("parallelMultiple", option(item, "all").map(|_| "true")),
        ];
        xml.open(&element, &attributes);
        let mut inner = xml.inside();
        extensions(&mut inner, item);
        xml.around("bpmn:extensionElements", &[], &inner);
        for edge in self.edges.iter().filter(|edge| !edge.is_association) {
            if edge.target == index {
                xml.text("bpmn:incoming", &[], &edge.id);
            }
        }
        for edge in self.edges.iter().filter(|edge| !edge.is_association) {
            if edge.source == index {
                xml.text("bpmn:outgoing", &[], &edge.id);
            }
        }
        repeats(xml, item);
        loops(xml, item);
        self.event(xml, item);
        self.also(xml, item);
        if let Some(when) = option(item, "when") {
            xml.text("bpmn:activationCondition", &[], &when.values[0]);
        }
        if let Some(opened) = item.opens {
            self.scope(xml, opened);
        }
        if let (true, Some(until)) = (item.kind.word == "ad-hoc", option(item, "until")) {
            xml.text("bpmn:completionCondition", &[], &until.values[0]);
        }
        xml.close(&element);
    }

    fn message(&mut self, item: &Item<'_>) -> String {
        let name = item.arguments[0].clone();
        // The second argument of a throw event is its job type.
        let key = item.arguments.get(1).filter(|_| item.kind.arguments[1].starts_with('='));
        numbered(&mut self.roots.messages, "message", (name, key.cloned()))
    }

    fn event(&mut self, xml: &mut Xml, item: &Item<'_>) {
        if item.kind.event.is_empty() {
            return;
        }
        if item.kind.event == MESSAGE {
            let id = self.message(item);
            xml.leaf("bpmn:messageEventDefinition", &[("messageRef", Some(&id))]);
            return;
        }
        self.definition(xml, item.kind.event, item.arguments.first());
    }

    /// What else the event waits for, or throws.
    fn also(&mut self, xml: &mut Xml, item: &Item<'_>) {
        for choice in &item.options {
            let event = match choice.word {
                "also-condition" => CONDITIONAL,
                "also-error" => ERROR,
                "also-escalation" => ESCALATION,
                "also-message" => MESSAGE,
                "also-signal" => SIGNAL,
                "also-timer" => TIMER,
                _ => continue,
            };
            if event == MESSAGE {
                let named = (choice.values[0].clone(), choice.values.get(1).cloned());
                let id = numbered(&mut self.roots.messages, "message", named);
                xml.leaf("bpmn:messageEventDefinition", &[("messageRef", Some(&id))]);
            } else {
                self.definition(xml, event, choice.values.first());
            }
        }
    }

    fn definition(&mut self, xml: &mut Xml, event: &str, first: Option<&String>) {
        let name = format!("bpmn:{event}");
        match (event, first) {
            (SIGNAL, Some(signal)) => {
                let id = numbered(&mut self.roots.signals, "signal", signal.clone());
                xml.leaf(&name, &[("signalRef", Some(&id))]);
            }
            (ERROR, Some(code)) => {
                let id = numbered(&mut self.roots.errors, "error", code.clone());
                xml.leaf(&name, &[("errorRef", Some(&id))]);
            }
            (ESCALATION, Some(code)) => {
                let id = numbered(&mut self.roots.escalations, "escalation", code.clone());
                xml.leaf(&name, &[("escalationRef", Some(&id))]);
            }
            (COMPENSATE, Some(activity)) => xml.leaf(&name, &[("activityRef", Some(activity))]),
            (LINK, Some(link)) => xml.leaf(&name, &[("name", Some(link))]),
            (TIMER, Some(time)) => {
                let (element, time) = timer(time);
                xml.open(&name, &[]);
                xml.text(element, &[("xsi:type", Some("bpmn:tFormalExpression"))], time);
                xml.close(&name);
            }
            (CONDITIONAL, Some(condition)) => {
                xml.open(&name, &[]);
                let kind = [("xsi:type", Some("bpmn:tFormalExpression"))];
                xml.text("bpmn:condition", &kind, condition);
                xml.close(&name);
            }
            _ => xml.leaf(&name, &[]),
        }
    }
}

/// Which of the three kinds of timer a text is. `date:`, `cycle:` and `duration:` say so for
/// expressions, which are durations otherwise.
fn timer(text: &str) -> (&'static str, &str) {
    for (prefix, element) in [
        ("cycle:", "bpmn:timeCycle"),
        ("date:", "bpmn:timeDate"),
        ("duration:", "bpmn:timeDuration"),
    ] {
        if let Some(rest) = text.strip_prefix(prefix) {
            return (element, rest.trim());
        }
    }
    let is_cycle = text.starts_with(['R', '@']) || text.split_whitespace().count() > 4;
    let is_date = text.starts_with(|c: char| c.is_ascii_digit());
    match text {
        _ if text.starts_with('=') => ("bpmn:timeDuration", text),
        _ if is_cycle => ("bpmn:timeCycle", text),
        _ if is_date => ("bpmn:timeDate", text),
        _ => ("bpmn:timeDuration", text),
    }
}
