//! The verbs of a transcript: what is done, read from one line.
//!
//! Not here: doing it (`play`).

use super::line::{Words, duration_ms};
use engine::event::Variables;

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verb {
    /// The process is deployed; every transcript begins so.
    Deploy,
    Start {
        process: Option<String>,
        business_id: Option<String>,
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
        variables: Variables,
    },
    Advance {
        ms: i64,
    },
    AdvanceTo {
        text: String,
    },
    Cancel,
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
const WORDS: &str = "start, publish, correlate, broadcast, complete, fail, throw, task, advance, \
                     cancel, resolve, retries, set or redeploy";

impl Verb {
    pub(super) fn read(text: &str) -> Result<Verb, String> {
        let mut words = Words::new(text);
        let verb = words.need("a verb")?;
        let verb = match verb.as_str() {
            "start" => {
                let process = words.next().filter(|word| word != "business");
                let business = process.is_none() || words.eat("business");
                let business_id = if business { words.next() } else { None };
                Verb::Start { process, business_id, variables: words.variables()? }
            }
            "publish" => Verb::Publish(publish(&mut words, false)?),
            "correlate" => Verb::Publish(publish(&mut words, true)?),
            "broadcast" => {
                let name = words.need("the name of a BPMN signal")?;
                Verb::Broadcast { name, variables: words.variables()? }
            }
            "complete" => {
                let job_type = words.need("a job type")?;
                Verb::Complete { job_type, variables: words.variables()? }
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
                if !words.eat("complete") {
                    return Err(format!("Expected `task {element} complete`."));
                }
                Verb::Task { element, variables: words.variables()? }
            }
            "advance" if words.eat("to") => Verb::AdvanceTo { text: words.need("a moment")? },
            "advance" => Verb::Advance { ms: duration_ms(&words.need("a duration")?)? },
            "cancel" => Verb::Cancel,
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
