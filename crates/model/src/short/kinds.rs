//! The words of the short notation: kinds of flow nodes and their options.
//!
//! Not their meaning at run time; each word stands for a BPMN element.

/// A word after the colon and the BPMN it stands for.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) word: &'static str,
    pub(super) element: &'static str,
    /// The event definition, empty without one.
    pub(super) event: &'static str,
    /// What goes between the parentheses; what is optional ends in `?`.
    pub(super) arguments: &'static [&'static str],
}

const fn kind(
    word: &'static str,
    element: &'static str,
    event: &'static str,
    arguments: &'static [&'static str],
) -> Kind {
    Kind { word, element, event, arguments }
}

const START: &str = "startEvent";
const CATCH: &str = "intermediateCatchEvent";
const THROW: &str = "intermediateThrowEvent";
const END: &str = "endEvent";
const BOUNDARY: &str = "boundaryEvent";

pub(super) const COMPENSATE: &str = "compensateEventDefinition";
pub(super) const CONDITIONAL: &str = "conditionalEventDefinition";
pub(super) const ERROR: &str = "errorEventDefinition";
pub(super) const ESCALATION: &str = "escalationEventDefinition";
pub(super) const LINK: &str = "linkEventDefinition";
pub(super) const MESSAGE: &str = "messageEventDefinition";
pub(super) const SIGNAL: &str = "signalEventDefinition";
const TERMINATE: &str = "terminateEventDefinition";
pub(super) const TIMER: &str = "timerEventDefinition";

/// Kinds in the flow.
pub(super) const KINDS: &[Kind] = &[
    kind("ad-hoc", "adHocSubProcess", "", &[]),
    kind("and", "parallelGateway", "", &[]),
    kind("call", "callActivity", "", &["process id"]),
    kind("cancel-end", END, "cancelEventDefinition", &[]),
    kind("catch-condition", CATCH, CONDITIONAL, &["= condition"]),
    kind("catch-link", CATCH, LINK, &["name"]),
    kind("catch-message", CATCH, MESSAGE, &["message name", "= correlation key"]),
    kind("catch-signal", CATCH, SIGNAL, &["signal name"]),
    kind("compensation-end", END, COMPENSATE, &["activity?"]),
    kind("compensation-start", START, COMPENSATE, &[]),
    kind("compensation-throw", THROW, COMPENSATE, &["activity?"]),
    kind("complex", "complexGateway", "", &[]),
    kind("condition-start", START, CONDITIONAL, &["= condition"]),
    kind("decision", "businessRuleTask", "", &["decision id", "result variable"]),
    kind("end", END, "", &[]),
    kind("error-end", END, ERROR, &["error code"]),
    kind("error-start", START, ERROR, &["error code?"]),
    kind("escalation-end", END, ESCALATION, &["escalation code"]),
    kind("escalation-start", START, ESCALATION, &["escalation code?"]),
    kind("escalation-throw", THROW, ESCALATION, &["escalation code"]),
    kind("event-gateway", "eventBasedGateway", "", &[]),
    kind("event-sub", "subProcess", "", &[]),
    kind("job", "serviceTask", "", &["job type"]),
    kind("link-throw", THROW, LINK, &["name"]),
    kind("manual", "manualTask", "", &[]),
    kind("message-end", END, MESSAGE, &["message name", "job type?"]),
    kind("message-start", START, MESSAGE, &["message name", "= correlation key?"]),
    kind("message-throw", THROW, MESSAGE, &["message name", "job type?"]),
    kind("or", "inclusiveGateway", "", &[]),
    kind("receive", "receiveTask", "", &["message name", "= correlation key"]),
    kind("script", "scriptTask", "", &["= expression", "result variable"]),
    kind("send", "sendTask", "", &["job type"]),
    kind("send-message", "sendTask", "", &["message name", "job type?"]),
    kind("signal-end", END, SIGNAL, &["signal name"]),
    kind("signal-start", START, SIGNAL, &["signal name"]),
    kind("signal-throw", THROW, SIGNAL, &["signal name"]),
    kind("start", START, "", &[]),
    kind("sub", "subProcess", "", &[]),
    kind("task", "task", "", &[]),
    kind("terminate", END, TERMINATE, &[]),
    kind("throw", THROW, "", &[]),
    kind("timer", CATCH, TIMER, &["duration, date or cycle"]),
    kind("timer-start", START, TIMER, &["duration, date or cycle"]),
    kind("transaction", "transaction", "", &[]),
    kind("user", "userTask", "", &[]),
    kind("user-job", "userTask", "", &[]),
    kind("xor", "exclusiveGateway", "", &[]),
];

/// Kinds after `!`: boundary events.
pub(super) const BOUNDARY_KINDS: &[Kind] = &[
    kind("cancel", BOUNDARY, "cancelEventDefinition", &[]),
    kind("compensation", BOUNDARY, COMPENSATE, &[]),
    kind("condition", BOUNDARY, CONDITIONAL, &["= condition"]),
    kind("error", BOUNDARY, ERROR, &["error code?"]),
    kind("escalation", BOUNDARY, ESCALATION, &["escalation code?"]),
    kind("message", BOUNDARY, MESSAGE, &["message name", "= correlation key"]),
    kind("signal", BOUNDARY, SIGNAL, &["signal name"]),
    kind("timer", BOUNDARY, TIMER, &["duration, date or cycle"]),
];

impl Kind {
    /// How many arguments it needs.
    pub(super) fn needs(&self) -> usize {
        self.arguments.iter().filter(|argument| !argument.ends_with('?')).count()
    }

    /// Whether its braces hold flow nodes.
    pub(super) fn is_scope(&self) -> bool {
        crate::vocabulary::SUB_PROCESSES.contains(&self.element)
    }

    fn is_activity(&self) -> bool {
        self.is_scope()
            || self.element.ends_with("Task")
            || self.element == "callActivity"
            || self.element == "task"
    }

    fn is_event(&self) -> bool {
        self.element.ends_with("Event")
    }

    fn has_job(&self) -> bool {
        matches!(self.word, "ad-hoc" | "job" | "send") || self.is_sent()
    }

    /// Whether it names a message and how that is sent.
    fn is_sent(&self) -> bool {
        matches!(self.word, "message-end" | "message-throw" | "send-message")
    }

    fn is_user_task(&self) -> bool {
        self.element == "userTask"
    }
}

/// What may be written after an option's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `word`
    Flag,
    /// `word=value`
    Value,
    /// `word(a, b)` with at least and at most so many
    Arguments(usize, usize),
    /// `word { name = value }`
    Entries,
}

/// A word after a flow node.
pub(super) struct Opt {
    pub(super) word: &'static str,
    pub(super) form: Form,
    pub(super) applies: fn(&Kind) -> bool,
}

const fn opt(word: &'static str, form: Form, applies: fn(&Kind) -> bool) -> Opt {
    Opt { word, form, applies }
}

fn mapped(kind: &Kind) -> bool {
    kind.is_activity() || kind.is_event()
}

fn listened(kind: &Kind) -> bool {
    !kind.word.is_empty()
}

fn has_trigger(kind: &Kind) -> bool {
    !kind.event.is_empty()
}

fn waits(kind: &Kind) -> bool {
    has_trigger(kind) && !matches!(kind.element, END | THROW)
}

fn can_be_gentle(kind: &Kind) -> bool {
    kind.element == START || kind.element == BOUNDARY
}

/// All options.
pub(super) const OPTIONS: &[Opt] = &[
    opt("active", Form::Arguments(1, 1), |kind| kind.word == "ad-hoc"),
    opt("all", Form::Flag, waits),
    opt("also-condition", Form::Arguments(1, 1), has_trigger),
    opt("also-error", Form::Arguments(1, 1), has_trigger),
    opt("also-escalation", Form::Arguments(1, 1), has_trigger),
    opt("also-message", Form::Arguments(1, 2), has_trigger),
    opt("also-signal", Form::Arguments(1, 1), has_trigger),
    opt("also-timer", Form::Arguments(1, 1), has_trigger),
    opt("assignee", Form::Value, Kind::is_user_task),
    opt("due", Form::Value, Kind::is_user_task),
    opt("each", Form::Arguments(1, 4), Kind::is_activity),
    opt("each-in-turn", Form::Arguments(1, 4), Kind::is_activity),
    opt("follow-up", Form::Value, Kind::is_user_task),
    opt("form", Form::Value, |kind| kind.is_user_task() || kind.word == "start"),
    opt("groups", Form::Value, Kind::is_user_task),
    opt("headers", Form::Entries, |kind| kind.has_job() || kind.is_user_task()),
    opt("inputs", Form::Entries, mapped),
    opt("interrupting", Form::Flag, can_be_gentle),
    opt("loop", Form::Arguments(0, 2), Kind::is_activity),
    opt("loop-while", Form::Arguments(0, 2), Kind::is_activity),
    opt("non-interrupting", Form::Flag, can_be_gentle),
    opt("on-assigning", Form::Arguments(1, 2), Kind::is_user_task),
    opt("on-canceling", Form::Arguments(1, 2), Kind::is_user_task),
    opt("on-completing", Form::Arguments(1, 2), Kind::is_user_task),
    opt("on-creating", Form::Arguments(1, 2), Kind::is_user_task),
    opt("on-end", Form::Arguments(1, 2), listened),
    opt("on-start", Form::Arguments(1, 2), listened),
    opt("on-updating", Form::Arguments(1, 2), Kind::is_user_task),
    opt("outputs", Form::Entries, mapped),
    opt("priority", Form::Value, |kind| kind.has_job() || kind.is_user_task()),
    opt("propagate", Form::Value, |kind| kind.word == "call"),
    opt("publish", Form::Arguments(0, 3), Kind::is_sent),
    opt("results", Form::Arguments(2, 2), |kind| kind.word == "ad-hoc"),
    opt("retries", Form::Value, Kind::has_job),
    opt("type", Form::Value, |kind| kind.word == "ad-hoc"),
    opt("until", Form::Arguments(1, 1), Kind::is_activity),
    opt("users", Form::Value, Kind::is_user_task),
    opt("when", Form::Arguments(1, 1), |kind| kind.word == "complex"),
];

/// The kind of this word, in the flow or after `!`.
pub(super) fn find(word: &str, boundary: bool) -> Option<&'static Kind> {
    // Catching a message reads the same on an activity's boundary as in the flow.
    let word = if boundary { word.strip_prefix("catch-").unwrap_or(word) } else { word };
    let kinds = if boundary { BOUNDARY_KINDS } else { KINDS };
    kinds.iter().find(|kind| kind.word == word)
}

/// The option of this word.
pub(super) fn option(word: &str) -> Option<&'static Opt> {
    OPTIONS.iter().find(|option| option.word == word)
}
