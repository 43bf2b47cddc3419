//! Who does the jobs of `segue run`: FEEL expressions and shell commands given on the command line.
//!
//! Not when a job is done; that is the process's.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use decision::{Budget, Env, Mode, Program, Scope, Value as Feel, Variable};
use engine::event::Variables;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::shell::{self, About, Done};

/// How long one job may take.
pub(super) const JOB_TIME: Duration = Duration::from_secs(300);

/// Who does the jobs of a type, or the tasks of an element.
#[derive(Debug, Clone)]
pub(super) struct Worker {
    /// Job type, or the id of a user task.
    pub(super) of: Arc<str>,
    does: Does,
}

#[derive(Debug, Clone)]
enum Does {
    Evaluates(Program),
    Runs(String),
}

impl FromStr for Worker {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let split = text.split_once('=').filter(|(of, what)| !of.is_empty() && !what.is_empty());
        let Some((of, what)) = split else {
            return Err("Expected TYPE=COMMAND, or TYPE== FEEL".to_owned());
        };
        let does = match what.trim_start().strip_prefix('=') {
            None => Does::Runs(what.to_owned()),
            Some(source) => {
                let compiled = decision::compile(source, Mode::Camunda);
                Does::Evaluates(compiled.map_err(|error| {
                    let place = source.get(error.span.clone()).unwrap_or_default();
                    format!("Expected FEEL after `==`. {} At `{place}`.", error.message)
                })?)
            }
        };
        Ok(Worker { of: of.trim().into(), does })
    }
}

impl Worker {
    /// Does one job with its variables.
    pub(super) async fn work(&self, variables: &Variables, about: About<'_>) -> Done {
        match &self.does {
            Does::Evaluates(program) => evaluate(program, variables),
            Does::Runs(command) => {
                let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
                let object: Map<String, Value> =
                    variables.iter().map(|(name, json)| (name.to_string(), read(json))).collect();
                shell::run(command, &Value::Object(object), about, JOB_TIME).await
            }
        }
    }
}

/// Variables as an expression sees them.
struct Seen<'v>(&'v Variables);

impl Scope for Seen<'_> {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        let (_, json) = self.0.iter().find(|(known, _)| &**known == name)?;
        Some(Variable::Json(json))
    }
}

fn evaluate(program: &Program, variables: &Variables) -> Done {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.unwrap_or_default();
    let env = Env {
        now_ms: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
        zone: TimeZone::system(),
        seed: u64::from(now.subsec_nanos()),
    };
    match program.evaluate(&Seen(variables), &env, &mut Budget::default()) {
        Err(failure) => Done::Failed(failure.to_string()),
        Ok(evaluation) => match evaluation.value {
            Feel::Null => Done::Completed(Value::Object(Map::new())),
            value if value.as_context().is_some() => {
                let read = serde_json::from_str(&value.to_json());
                Done::Completed(read.expect("a FEEL context encodes as a JSON object"))
            }
            value => Done::Failed(format!(
                "Expected `{}` to give a context like {{a: 1}}, but found {}.",
                program.source().trim(),
                value.type_name()
            )),
        },
    }
}

/// Variables of a JSON object.
pub(super) fn variables_of(object: &Value) -> Variables {
    let entries = object.as_object().into_iter().flatten();
    entries.map(|(name, value)| (name.as_str().into(), value.to_string().into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    async fn done(worker: &str, variables: Value) -> Done {
        let worker: Worker = worker.parse().unwrap();
        let about = About { job_type: &worker.of, key: "1", retries: "3" };
        worker.work(&variables_of(&variables), about).await
    }

    #[tokio::test]
    async fn an_expression_gives_the_variables() {
        let done = done("charge== {total: amount * 2}", json!({ "amount": 21 })).await;
        assert_eq!(done, Done::Completed(json!({ "total": 42 })));
    }

    #[tokio::test]
    async fn a_command_gives_the_variables() {
        let done = done("charge=cat", json!({ "amount": 21, "a": [1, "b"] })).await;
        assert_eq!(done, Done::Completed(json!({ "amount": 21, "a": [1, "b"] })));
    }

    #[tokio::test]
    async fn an_expression_that_gives_a_number_has_failed() {
        let done = done("charge== 1", json!({})).await;
        assert!(matches!(done, Done::Failed(reason) if reason.contains("number")));
    }

    #[test]
    fn a_worker_without_work_is_wrong_usage() {
        assert!("charge".parse::<Worker>().is_err());
        assert!("charge=".parse::<Worker>().is_err());
        assert!("charge== 1 +".parse::<Worker>().unwrap_err().contains("FEEL"));
    }
}
