//! Listeners of an element: which event each listens to, and the job a worker does for it.
//!
//! Not here: when they are heard (`life::listen`).

use super::job::{JobSpec, read_headers};
use super::text::Text;
use crate::event::{JobKind, ListenerEvent};
use model::{NodeRef, Problems};

/// One `zeebe:executionListener` or `zeebe:taskListener`.
#[derive(Debug, PartialEq)]
pub struct ListenerSpec {
    /// What it listens to.
    pub event: ListenerEvent,
    /// What it asks of a worker. Its headers are those of the element and then its own.
    pub job: JobSpec,
}

/// One of the two lists of listeners an element may have.
struct List {
    name: &'static str,
    child: &'static str,
    /// Whose listeners, in words.
    what: &'static str,
    /// `eventType` as it is written; `complete` and the like are those of the first releases.
    words: &'static [(&'static str, ListenerEvent)],
    choices: &'static str,
    panel: &'static str,
}

const LISTS: [List; 2] = [
    List {
        name: "executionListeners",
        child: "executionListener",
        what: "execution listener",
        words: &[
            ("start", ListenerEvent::Start),
            ("end", ListenerEvent::End),
            ("beforeAll", ListenerEvent::BeforeAll),
            ("cancel", ListenerEvent::Cancel),
        ],
        choices: "start, end, beforeAll or cancel",
        panel: "Choose the event under \"Execution listeners\" in the properties panel.",
    },
    List {
        name: "taskListeners",
        child: "taskListener",
        what: "task listener",
        words: &[
            ("creating", ListenerEvent::Creating),
            ("create", ListenerEvent::Creating),
            ("assigning", ListenerEvent::Assigning),
            ("assignment", ListenerEvent::Assigning),
            ("updating", ListenerEvent::Updating),
            ("update", ListenerEvent::Updating),
            ("completing", ListenerEvent::Completing),
            ("complete", ListenerEvent::Completing),
            ("canceling", ListenerEvent::Canceling),
            ("cancel", ListenerEvent::Canceling),
        ],
        choices: "creating, assigning, updating, completing or canceling",
        panel: "Choose the event under \"Task listeners\" in the properties panel.",
    },
];

impl ListenerSpec {
    /// Reads the listeners of an element in document order. One that is never heard is a problem.
    pub fn read_all(node: NodeRef<'_>, problems: &mut Problems) -> Vec<ListenerSpec> {
        let mut found = Vec::new();
        for list in &LISTS {
            let Some(written) = node.extension(list.name) else { continue };
            let children = written.children().filter(|child| child.name() == list.child);
            found.extend(children.filter_map(|child| Self::read(list, node, child, problems)));
        }
        found
    }

    fn read(
        list: &List,
        element: NodeRef<'_>,
        node: NodeRef<'_>,
        problems: &mut Problems,
    ) -> Option<ListenerSpec> {
        let written = node.attr("eventType").map(str::trim).unwrap_or_default();
        let Some((_, event)) = list.words.iter().find(|(word, _)| *word == written) else {
            let message = format!("Expected eventType {}, but found `{written}`.", list.choices);
            problems.error(node, "listener-event", message).at_attr("eventType").hint(list.panel);
            return None;
        };
        if let Some(why) = never_heard(element, *event) {
            problems
                .error(
                    node,
                    "listener-never-heard",
                    format!(
                        "Expected no {} of `{written}` on {} `{}`, but found one: {why}.",
                        list.what,
                        element.name(),
                        element.id().unwrap_or_default()
                    ),
                )
                .hint("Put the listener on the element before or behind it, or around it.");
            return None;
        }
        let mut headers = read_headers(element);
        let own = read_headers_of(node);
        headers.retain(|(key, _)| own.iter().all(|(name, _)| name != key));
        headers.extend(own);
        let job = JobSpec {
            job_type: Text::require(node, "type", "listener-type-missing", problems),
            retries: Text::read(node, "retries", problems),
            headers,
        };
        Some(ListenerSpec { event: *event, job })
    }

    /// Whose listener it is.
    #[must_use]
    pub fn kind(&self) -> JobKind {
        self.event.kind()
    }
}

/// Headers of a listener lie directly in it, or in extension elements of its own.
fn read_headers_of(node: NodeRef<'_>) -> Vec<(std::sync::Arc<str>, std::sync::Arc<str>)> {
    let direct = node.children().filter(|child| child.name() == "taskHeaders");
    let found = direct.flat_map(NodeRef::children).filter(|header| header.name() == "header");
    let read = |header: NodeRef<'_>| {
        let key = header.attr("key").filter(|key| !key.is_empty())?;
        Some((key.into(), header.attr("value").unwrap_or_default().into()))
    };
    found.filter_map(read).chain(read_headers(node)).collect()
}

/// Why nobody would hear it: as Camunda refuses, and where an element never ends.
fn never_heard(element: NodeRef<'_>, event: ListenerEvent) -> Option<&'static str> {
    let name = element.name();
    let has = |definition: &str| element.bpmn(definition).next().is_some();
    let is_activity = name.ends_with("Task")
        || matches!(name, "task" | "subProcess" | "transaction" | "adHocSubProcess")
        || name == "callActivity";
    match event {
        _ if event.kind() == JobKind::TaskListener => {
            let is_kept = name == "userTask" && element.extension("userTask").is_some();
            (!is_kept).then_some("only user tasks with `zeebe:userTask` have them")
        }
        ListenerEvent::Start | ListenerEvent::End
            if name == "boundaryEvent" && has("compensateEventDefinition") =>
        {
            Some("a compensation boundary event only leads to its handler")
        }
        ListenerEvent::Start if name == "startEvent" || name == "boundaryEvent" => {
            Some("by the time it begins, its event has happened")
        }
        ListenerEvent::End if name.ends_with("Gateway") => {
            Some("a gateway is left as soon as its flows are chosen")
        }
        ListenerEvent::End if name == "endEvent" && has("errorEventDefinition") => {
            Some("an error that is caught cancels its event")
        }
        ListenerEvent::End if name == "endEvent" && has("cancelEventDefinition") => {
            Some("it ends with the transaction it cancels")
        }
        ListenerEvent::BeforeAll
            if element.bpmn("multiInstanceLoopCharacteristics").next().is_none() =>
        {
            Some("it is not a multi-instance activity")
        }
        ListenerEvent::Cancel if !is_activity && name != "process" => {
            Some("only activities and processes are cancelled")
        }
        _ => None,
    }
}
