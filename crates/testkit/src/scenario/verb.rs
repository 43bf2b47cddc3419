//! The verbs of a transcript: what is done, read from one line.
//!
//! Not here: doing it (`play`).

use super::line::{Words, duration_ms};
use engine::command::{JobResult, TaskCorrections};
use engine::event::Variables;
use std::sync::Arc;

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verb {
    /// The process is deployed; every transcript begins so.
    Deploy,
    Start {
        process: Option<String>,
        business_id: Option<String>,
        variables: Variables,
        begin_at: Vec<Arc<str>>,
        stop_after: Vec<Arc<str>>,
    },
    Evaluate {
        variables: Variables,
    },
    Publish(Publish),
    Broadcast {
        name: String,
        variables: Variables,
    },
    Complete {
        job_type: String,
        variables: Variables,
        result: Option<Box<JobResult>>,
    },
    Activate {
        element: String,
        activities: Vec<(Arc<str>, Variables)>,
        cancels_remaining: bool,
    },
    Fail(Fail),
    Throw {
        job_type: String,
        code: String,
        message: String,
        variables: Variables,
    },
    Task {
        element: String,
        act: TaskAct,
    },
    Advance {
        ms: i64,
    },
    AdvanceTo {
        text: String,
    },
    /// `compensating`: what has completed is undone.
    Cancel {
        compensating: bool,
    },
    /// Everything is cancelled, and a token begins at an element.
    Restart {
        element: String,
        variables: Variables,
    },
    Suspend,
    Resume,
    Modify {
        changes: Vec<TokenChange>,
    },
    Migrate {
        process: Option<String>,
        /// Element ids that differ from the proposal; no target: left out.
        mapping: Vec<(String, Option<String>)>,
    },
    Resolve {
        element: Option<String>,
    },
    Retries {
        job_type: String,
        retries: i32,
    },
    Set {
        element: Option<String>,
        variables: Variables,
        local: bool,
    },
    Redeploy {
        process: String,
    },
}

/// One change of a modification.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenChange {
    Add { element: String, variables: Variables },
    Move { from: String, to: String },
    Cancel { element: String },
}

/// What a person does with a user task.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TaskAct {
    Complete {
        variables: Variables,
    },
    /// `claim` leaves the task to who has it already.
    Assign {
        assignee: Option<String>,
        allow_override: bool,
    },
    Update {
        changes: Box<Changes>,
    },
}

/// Changes of a user task as written: a wait instead of a moment, empty for none.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Changes {
    pub(super) groups: Option<String>,
    pub(super) users: Option<String>,
    pub(super) due: Option<String>,
    pub(super) follow_up: Option<String>,
    pub(super) priority: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Publish {
    pub(super) name: String,
    pub(super) key: String,
    pub(super) variables: Variables,
    pub(super) ttl_ms: i64,
    pub(super) id: Option<String>,
    pub(super) must_correlate: bool,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Fail {
    pub(super) job_type: String,
    pub(super) retries: i32,
    pub(super) back_off_ms: i64,
    pub(super) message: String,
    pub(super) variables: Variables,
}

/// The verbs, for the message about one that is none.
const WORDS: &str = "start, evaluate, publish, correlate, broadcast, complete, activate, fail, \
                     throw, task, advance, cancel, restart, suspend, resume, modify, migrate, \
                     resolve, retries, set or redeploy";

impl Verb {
    pub(super) fn read(text: &str) -> Result<Verb, String> {
        let mut words = Words::new(text);
        let verb = words.need("a verb")?;
        let verb = match verb.as_str() {
            "start" => start(&mut words)?,
            "evaluate" => Verb::Evaluate { variables: words.variables()? },
            "publish" => Verb::Publish(publish(&mut words, false)?),
            "correlate" => Verb::Publish(publish(&mut words, true)?),
            "broadcast" => {
                let name = words.need("the name of a BPMN signal")?;
                Verb::Broadcast { name, variables: words.variables()? }
            }
            "complete" => {
                let job_type = words.need("a job type")?;
                let variables = words.variables()?;
                Verb::Complete { job_type, variables, result: result(&mut words)? }
            }
            "activate" => {
                let element = words.need("the id of an ad-hoc sub-process")?;
                let activities = activities(&mut words)?;
                let cancels_remaining = words.eat("instead");
                Verb::Activate { element, activities, cancels_remaining }
            }
            "fail" => Verb::Fail(fail(&mut words)?),
            "throw" => {
                let job_type = words.need("a job type")?;
                let code = words.need("an error code")?;
                let message = words.next().unwrap_or_default();
                Verb::Throw { job_type, code, message, variables: words.variables()? }
            }
            "task" => {
                let element = words.need("the id of a user task")?;
                let act = task_act(&mut words, &element)?;
                Verb::Task { element, act }
            }
            "advance" if words.eat("to") => Verb::AdvanceTo { text: words.need("a moment")? },
            "advance" => Verb::Advance { ms: duration_ms(&words.need("a duration")?)? },
            "cancel" => Verb::Cancel { compensating: words.eat("compensating") },
            "restart" => {
                let element = words.need("the id of an element")?;
                Verb::Restart { element, variables: words.variables()? }
            }
            "suspend" => Verb::Suspend,
            "resume" => Verb::Resume,
            "modify" => Verb::Modify { changes: token_changes(&mut words)? },
            "migrate" => migrate(&mut words)?,
            "resolve" => Verb::Resolve { element: words.next() },
            "retries" => {
                let job_type = words.need("a job type")?;
                Verb::Retries { job_type, retries: number(&words.need("a number")?)? }
            }
            "set" => {
                let element = words.next();
                let variables = words.variables()?;
                Verb::Set { element, variables, local: words.eat("local") }
            }
            "redeploy" => Verb::Redeploy { process: words.rest().to_owned() },
            other => return Err(format!("Expected {WORDS}, but found `{other}`.")),
        };
        words.end()?;
        Ok(verb)
    }
}

/// What a worker decided: `activate ID {..} ID`, `instead` of what runs, `fulfilled`; of a task
/// listener `deny "why"` or `correct` and what to change.
fn result(words: &mut Words<'_>) -> Result<Option<Box<JobResult>>, String> {
    let mut result = JobResult::default();
    loop {
        if words.eat("activate") {
            result.activate = activities(words)?;
        } else if words.eat("instead") {
            result.cancels_remaining = true;
        } else if words.eat("fulfilled") {
            result.is_fulfilled = true;
        } else if words.eat("deny") {
            result.denied = true;
            result.denied_reason = words.next().unwrap_or_default().into();
        } else if words.eat("correct") {
            result.corrections = corrections(words)?;
        } else {
            return Ok((result != JobResult::default()).then(|| Box::new(result)));
        }
    }
}

/// In any order; an empty text is nobody, or no date.
fn corrections(words: &mut Words<'_>) -> Result<TaskCorrections, String> {
    let mut found = TaskCorrections::default();
    let text = |value: Option<String>, before| value.map(Arc::from).or(before);
    let list = |value: Option<String>, before| value.map(|text| names(&text)).or(before);
    loop {
        let before = found.clone();
        found.assignee = text(words.option("assignee"), found.assignee);
        found.candidate_groups = list(words.option("groups"), found.candidate_groups);
        found.candidate_users = list(words.option("users"), found.candidate_users);
        found.due_date = text(words.option("due"), found.due_date);
        found.follow_up_date = text(words.option("follow-up"), found.follow_up_date);
        let priority = words.option("priority").map(|it| number(&it)).transpose()?;
        found.priority = priority.or(found.priority);
        if found == before {
            return Ok(found);
        }
    }
}

/// Names with commas between them.
pub(super) fn names(text: &str) -> Vec<Arc<str>> {
    text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(Arc::from).collect()
}

/// Ids of activities, each with its variables, to the end of the line or a word that is none.
fn activities(words: &mut Words<'_>) -> Result<Vec<(Arc<str>, Variables)>, String> {
    let mut found = Vec::new();
    while !words.comes("instead") && !words.comes("fulfilled") {
        let Some(id) = words.next() else { break };
        found.push((id.into(), words.variables()?));
    }
    Ok(found)
}

/// `start [PROCESS] [business ID] [{..}] [at ID ..] [until ID ..]`.
fn start(words: &mut Words<'_>) -> Result<Verb, String> {
    let process = if words.comes("at") || words.comes("until") { None } else { words.next() };
    let process = process.filter(|word| word != "business");
    let business = process.is_none() && !words.comes("at") && !words.comes("until");
    let business = business || words.eat("business");
    let business_id = if business { words.next() } else { None };
    let variables = words.variables()?;
    let ids = |words: &mut Words<'_>, word: &str| {
        let mut found: Vec<Arc<str>> = Vec::new();
        if words.eat(word) {
            while !words.comes("until") {
                let Some(id) = words.next() else { break };
                found.push(id.into());
            }
        }
        found
    };
    let (begin_at, stop_after) = (ids(words, "at"), ids(words, "until"));
    Ok(Verb::Start { process, business_id, variables, begin_at, stop_after })
}

fn number(text: &str) -> Result<i32, String> {
    text.parse().map_err(|_| format!("Expected a whole number, but found `{text}`."))
}

fn publish(words: &mut Words<'_>, must_correlate: bool) -> Result<Publish, String> {
    let name = words.need("a message name")?;
    let key = words.need("a correlation key (`\"\"`: none)")?;
    let mut publish = Publish { name, key, must_correlate, ..Publish::default() };
    publish.variables = words.variables()?;
    loop {
        if words.eat("ttl") {
            publish.ttl_ms = duration_ms(&words.need("a duration")?)?;
        } else if words.eat("id") {
            publish.id = Some(words.need("a message id")?);
        } else {
            return Ok(publish);
        }
    }
}

fn token_changes(words: &mut Words<'_>) -> Result<Vec<TokenChange>, String> {
    let mut changes = Vec::new();
    loop {
        let change = words.need("add, move or cancel")?;
        let element = words.need("the id of an element")?;
        changes.push(match change.as_str() {
            "add" => TokenChange::Add { element, variables: words.variables()? },
            "move" if words.eat("to") => {
                TokenChange::Move { from: element, to: words.need("the id of an element")? }
            }
            "move" => return Err(format!("Expected `move {element} to` an element.")),
            "cancel" => TokenChange::Cancel { element },
            other => return Err(format!("Expected add, move or cancel, but found `{other}`.")),
        });
        if !words.eat("and") {
            return Ok(changes);
        }
    }
}

fn migrate(words: &mut Words<'_>) -> Result<Verb, String> {
    let process = if words.eat("to") { Some(words.need("a process")?) } else { None };
    let mut mapping = Vec::new();
    while let Some(pair) = words.next() {
        let Some((from, to)) = pair.split_once('=') else {
            return Err(format!("Expected a mapping like `a=b`, but found `{pair}`."));
        };
        mapping.push((from.to_owned(), Some(to.to_owned()).filter(|to| !to.is_empty())));
    }
    Ok(Verb::Migrate { process, mapping })
}

fn task_act(words: &mut Words<'_>, element: &str) -> Result<TaskAct, String> {
    let act = words.need("complete, claim, assign, unassign or update")?;
    Ok(match act.as_str() {
        "complete" => TaskAct::Complete { variables: words.variables()? },
        "claim" | "assign" => TaskAct::Assign {
            assignee: Some(words.need("a person")?),
            allow_override: act == "assign",
        },
        "unassign" => TaskAct::Assign { assignee: None, allow_override: true },
        "update" => {
            let mut changes = Changes::default();
            // In any order.
            loop {
                let before = changes.clone();
                changes.groups = words.option("groups").or(changes.groups);
                changes.users = words.option("users").or(changes.users);
                changes.due = words.option("due").or(changes.due);
                changes.follow_up = words.option("follow-up").or(changes.follow_up);
                let priority = words.option("priority").map(|it| number(&it)).transpose()?;
                changes.priority = priority.or(changes.priority);
                if changes == before {
                    break;
                }
            }
            TaskAct::Update { changes: Box::new(changes) }
        }
        other => {
            return Err(format!(
                "Expected `task {element}` to go on with complete, claim, assign, unassign or \
                 update, but found `{other}`."
            ));
        }
    })
}

fn fail(words: &mut Words<'_>) -> Result<Fail, String> {
    let mut fail = Fail { job_type: words.need("a job type")?, ..Fail::default() };
    if let Some(retries) = words.option("retries") {
        fail.retries = number(&retries)?;
    }
    if words.eat("backoff") {
        fail.back_off_ms = duration_ms(&words.need("a duration")?)?;
    }
    fail.message = words.next().unwrap_or_default();
    fail.variables = words.variables()?;
    Ok(fail)
}
