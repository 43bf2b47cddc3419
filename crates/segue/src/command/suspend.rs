//! `segue suspend` and `segue resume`: an instance, a definition or a job type stands still, or
//! goes on.
//!
//! Not many instances by a filter; that is `segue batch`.

use serde_json::{Value, json};

use super::{block_on, key, text};
use crate::client::{Client, ServerAddress};
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Lets an instance, a definition or a job type stand still
///
/// Nothing is lost: jobs, timers, messages and starts wait until `segue resume`. Without a name it
/// lists which definitions and job types are suspended.
#[derive(Debug, clap::Args)]
pub(crate) struct Suspend {
    #[command(flatten)]
    what: What,
}

/// Lets an instance, a definition or a job type go on
#[derive(Debug, clap::Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    what: What,
}

/// What stands still or goes on.
#[derive(Debug, clap::Args)]
struct What {
    /// Key of a process instance
    #[arg(long, value_name = "KEY", conflicts_with_all = ["definition", "job_type"])]
    instance: Option<String>,
    /// Key of a process definition: no instances of it begin
    #[arg(long, value_name = "KEY", conflicts_with = "job_type")]
    definition: Option<String>,
    /// With --definition: also its instances, as a batch operation
    #[arg(long, requires = "definition")]
    instances: bool,
    /// Job type: no jobs of it are handed out
    #[arg(long, value_name = "TYPE")]
    job_type: Option<String>,
    #[command(flatten)]
    server: ServerAddress,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

impl Suspend {
    /// Suspends, or lists what is suspended.
    pub(crate) fn run(&self) -> Outcome {
        let what = &self.what;
        if what.instance.is_none() && what.definition.is_none() && what.job_type.is_none() {
            return what.list();
        }
        what.change("suspension", "suspended")
    }
}

impl Resume {
    /// Resumes.
    pub(crate) fn run(&self) -> Outcome {
        self.what.change("resumption", "goes on")
    }
}

impl What {
    fn change(&self, verb: &str, done: &str) -> Outcome {
        let mut client = self.server.client()?;
        let (what, answer) = block_on(self.ask(&mut client, verb))?;
        if self.json {
            terminal::json(&answer);
            return Ok(());
        }
        terminal::note(format_args!("{what}: {done}"));
        let batch = text(&answer, "batchOperationKey");
        if !batch.is_empty() {
            terminal::note(format_args!("its instances: segue batch show {batch}"));
        }
        Ok(())
    }

    async fn ask(&self, client: &mut Client, verb: &str) -> Result<(String, Value), Failure> {
        if let Some(instance) = &self.instance {
            key("process instance", instance)?;
            let path = format!("/v2/process-instances/{instance}/{verb}");
            return Ok((format!("instance {instance}"), client.post(&path, &json!({})).await?));
        }
        if let Some(definition) = &self.definition {
            key("process definition", definition)?;
            let path = format!("/api/v1/process-definitions/{definition}/{verb}");
            let body = json!({ "includeProcessInstances": self.instances });
            return Ok((format!("definition {definition}"), client.post(&path, &body).await?));
        }
        let Some(job_type) = &self.job_type else {
            return Err(Failure::usage(
                "Expected --instance, --definition or --job-type, but found none of them.",
            ));
        };
        let path = format!("/api/v1/job-types/{verb}");
        let answer = client.post(&path, &json!({ "type": job_type })).await?;
        Ok((format!("job type {job_type}"), answer))
    }

    fn list(&self) -> Outcome {
        let mut client = self.server.client()?;
        let held = block_on(async { client.get("/api/v1/suspensions").await })?;
        if self.json {
            terminal::json(&held);
            return Ok(());
        }
        let definitions = held["processDefinitions"].as_array().map_or(&[][..], Vec::as_slice);
        let definition = |row: &Value| {
            [
                text(row, "processDefinitionKey"),
                text(row, "processDefinitionId"),
                text(row, "processDefinitionVersion"),
            ]
        };
        let types = held["jobTypes"].as_array().map_or(&[][..], Vec::as_slice);
        let job_type = |name: &Value| {
            [String::new(), format!("jobs of {}", name.as_str().unwrap_or_default()), String::new()]
        };
        let rows = definitions.iter().map(definition).chain(types.iter().map(job_type));
        terminal::table(["definition", "what", "version"], rows);
        Ok(())
    }
}
