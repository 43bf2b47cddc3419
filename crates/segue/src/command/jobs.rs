//! `segue jobs`: a worker made of a shell command.
//!
//! Not how the command is run (`shell`).

use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{block_on, text};
use crate::client::{Client, ServerAddress};
use crate::failure::{Failure, Outcome};
use crate::shell::{self, About, Done};
use crate::terminal;

/// How long the server may hold an activation open, milliseconds.
const POLL_MS: u64 = 20_000;

/// Works on jobs
#[derive(Debug, clap::Args)]
pub(crate) struct Jobs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Work(Work),
}

/// Takes jobs of a type one by one and does them with a shell command
///
/// The command gets the job's variables as a JSON object on standard input and SEGUE_JOB_TYPE,
/// SEGUE_JOB_KEY and SEGUE_JOB_RETRIES in its environment. Exit code 0: the job is completed with
/// the JSON object on standard output. 3: a BPMN error is thrown whose code is the first line of
/// standard output. Anything else: the job failed, with standard error as the message, and is
/// tried again while retries are left.
#[derive(Debug, clap::Args)]
struct Work {
    /// Job type
    #[arg(value_name = "TYPE")]
    job_type: String,
    /// Shell command that does one job
    #[arg(long, value_name = "CMD")]
    exec: String,
    /// End after this many jobs; without it, work until Ctrl-C
    #[arg(long, value_name = "N")]
    max: Option<u64>,
    /// Seconds one job may take
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    timeout: u64,
    /// Name of the worker
    #[arg(long, default_value = "segue-cli", value_name = "NAME")]
    worker: String,
    #[command(flatten)]
    server: ServerAddress,
    /// Print every job as a line of JSON
    #[arg(long)]
    json: bool,
}

impl Jobs {
    /// Works until enough is done.
    pub(crate) fn run(&self) -> Outcome {
        let Verb::Work(work) = &self.verb;
        let mut client = work.server.client()?;
        block_on(work.until_enough(&mut client))
    }
}

impl Work {
    async fn until_enough(&self, client: &mut Client) -> Outcome {
        let mut done = 0;
        while self.max.is_none_or(|max| done < max) {
            let body = json!({
                "type": self.job_type,
                "worker": self.worker,
                "timeout": self.timeout.saturating_mul(1_000),
                "maxJobsToActivate": 1,
                "requestTimeout": POLL_MS,
            });
            let answer = client.post("/v2/jobs/activation", &body).await?;
            for job in answer["jobs"].as_array().into_iter().flatten() {
                self.work_on(client, job).await?;
                done += 1;
            }
        }
        Ok(())
    }

    async fn work_on(&self, client: &mut Client, job: &Value) -> Outcome {
        let (key, retries) = (text(job, "jobKey"), text(job, "retries"));
        let about = About { job_type: &self.job_type, key: &key, retries: &retries };
        let limit = Duration::from_secs(self.timeout);
        let done = shell::run(&self.exec, &job["variables"], about, limit).await;
        let left = (job["retries"].as_i64().unwrap_or(1) - 1).max(0);
        let (verb, body) = match &done {
            Done::Completed(variables) => ("completion", json!({ "variables": variables })),
            Done::Failed(reason) => ("failure", json!({ "retries": left, "errorMessage": reason })),
            Done::Threw { code, message } => {
                ("error", json!({ "errorCode": code, "errorMessage": message }))
            }
        };
        let answered = client.post(&format!("/v2/jobs/{key}/{verb}"), &body).await;
        match &answered {
            Ok(_) if self.json => terminal::json(&json!({ "job": key, "did": verb, "with": body })),
            Ok(_) => terminal::line(format_args!("{key} {verb} {body}")),
            // The job is somebody else's by now, or gone: the next one may still be ours.
            Err(Failure::Work(reason)) => terminal::note(format_args!("job {key}: {reason}")),
            Err(_) => return answered.map(drop),
        }
        Ok(())
    }
}
