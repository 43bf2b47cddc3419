//! A shell command that does a job: variables as JSON in, variables as JSON out.
//!
//! Not where the job comes from: `jobs work` takes it from a server, `run` from the process.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Exit code by which a command throws a BPMN error; its code is the first line of the output.
const THROWS: i32 = 3;
/// Bytes of standard error kept as the message of a failure.
const MESSAGE_BYTES_MAX: usize = 1_000;

/// How a job ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Done {
    /// With these variables.
    Completed(Value),
    /// Not, for this reason.
    Failed(String),
    /// With a BPMN error.
    Threw { code: String, message: String },
}

/// What a command is told about its job besides the variables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    /// `SEGUE_JOB_TYPE`.
    pub(crate) job_type: &'a str,
    /// `SEGUE_JOB_KEY`.
    pub(crate) key: &'a str,
    /// `SEGUE_JOB_RETRIES`.
    pub(crate) retries: &'a str,
}

/// Runs a command through `sh -c`; one that takes longer than `limit` is killed.
pub(crate) async fn run(
    command: &str,
    variables: &Value,
    about: About<'_>,
    limit: Duration,
) -> Done {
    let running = start(command, variables, about);
    match tokio::time::timeout(limit, running).await {
        Err(_) => Done::Failed(format!("Expected an end within {limit:?}, but found none.")),
        Ok(Err(error)) => Done::Failed(format!("Expected `{command}` to start: {error}")),
        Ok(Ok(output)) => read(&output),
    }
}

async fn start(
    command: &str,
    variables: &Value,
    about: About<'_>,
) -> std::io::Result<std::process::Output> {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .env("SEGUE_JOB_TYPE", about.job_type)
        .env("SEGUE_JOB_KEY", about.key)
        .env("SEGUE_JOB_RETRIES", about.retries)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let text = variables.to_string();
    let feed = async move {
        // A command that does not read its input has closed the pipe; that is its business.
        drop(stdin.write_all(text.as_bytes()).await);
        drop(stdin);
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), feed);
    output
}

fn read(output: &std::process::Output) -> Done {
    let printed = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim();
    let from = said.ceil_char_boundary(said.len().saturating_sub(MESSAGE_BYTES_MAX));
    let said = said[from..].to_owned();
    match output.status.code() {
        Some(0) if printed.trim().is_empty() => Done::Completed(json!({})),
        Some(0) => match serde_json::from_str::<Value>(&printed) {
            Ok(value) if value.is_object() => Done::Completed(value),
            Ok(_) => Done::Failed("Expected a JSON object as output, but found other JSON.".into()),
            Err(error) => Done::Failed(format!("Expected a JSON object as output: {error}")),
        },
        Some(THROWS) => {
            let code = printed.lines().next().unwrap_or_default().trim().to_owned();
            Done::Threw { code, message: said }
        }
        Some(code) if said.is_empty() => Done::Failed(format!("the command ended with {code}")),
        None => Done::Failed(format!("the command was killed. {said}")),
        Some(_) => Done::Failed(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn done(command: &str) -> Done {
        let about = About { job_type: "charge", key: "7", retries: "3" };
        run(command, &json!({ "amount": 2 }), about, Duration::from_secs(5)).await
    }

    #[tokio::test]
    async fn hands_variables_in_and_takes_variables_out() {
        assert_eq!(done("cat").await, Done::Completed(json!({ "amount": 2 })));
        assert_eq!(done("true").await, Done::Completed(json!({})));
        let told = done("echo \"{\\\"of\\\": \\\"$SEGUE_JOB_TYPE\\\"}\"").await;
        assert_eq!(told, Done::Completed(json!({ "of": "charge" })));
    }

    #[tokio::test]
    async fn a_failure_says_what_the_command_said() {
        assert_eq!(done("echo no money >&2; exit 1").await, Done::Failed("no money".to_owned()));
        assert!(matches!(done("echo [1]").await, Done::Failed(_)));
    }

    #[tokio::test]
    async fn exit_code_three_throws_an_error() {
        let threw = Done::Threw { code: "DECLINED".to_owned(), message: String::new() };
        assert_eq!(done("echo DECLINED; exit 3").await, threw);
    }

    #[tokio::test]
    async fn a_command_that_never_ends_is_killed() {
        let about = About { job_type: "charge", key: "7", retries: "3" };
        let done = run("sleep 60", &json!({}), about, Duration::from_millis(50)).await;
        assert!(matches!(done, Done::Failed(message) if message.contains("50ms")));
    }
}
