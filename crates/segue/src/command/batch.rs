//! `segue batch`: what is asked for many instances at once, and how far it is.
//!
//! Not one instance; that is `segue instance`.

use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{block_on, key, object, text, time};
use crate::client::{Client, ServerAddress};
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Batch operations listed.
const LISTED_MAX: u64 = 1_000;
/// Items of one batch operation listed.
const ITEMS_MAX: u64 = 100_000;
/// How often a batch operation is looked at while somebody waits for its end.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);

/// Asks something of many process instances at once, and shows how far it is
#[derive(Debug, clap::Args)]
pub(crate) struct Batch {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Begin(Box<Begin>),
    /// Lists batch operations
    List {
        #[command(flatten)]
        server: ServerAddress,
        /// Print the rows as a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Shows how far a batch operation is
    Show {
        /// Batch operation key
        key: String,
        #[command(flatten)]
        end: End,
    },
    /// Lists what became of the items that were tried
    Items {
        /// Batch operation key
        key: String,
        /// Only those that failed
        #[arg(long)]
        failed: bool,
        #[command(flatten)]
        server: ServerAddress,
        /// Print the rows as a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Changes nothing until it is resumed
    Pause {
        /// Batch operation key
        key: String,
        #[command(flatten)]
        server: ServerAddress,
    },
    /// Goes on where it was
    Resume {
        /// Batch operation key
        key: String,
        #[command(flatten)]
        server: ServerAddress,
    },
    /// Leaves the items that were not tried alone; what was done stays done
    Cancel {
        /// Batch operation key
        key: String,
        #[command(flatten)]
        server: ServerAddress,
    },
    /// Does the same again to the items that failed, as a new batch operation
    Retry {
        /// Batch operation key
        key: String,
        #[command(flatten)]
        end: End,
    },
}

/// What is done to each instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Operation {
    /// Cancel it, without compensation
    Cancel,
    /// Try its incidents again; a job without retries gets some (--retries)
    Resolve,
    /// Move, add and cancel tokens (--move, --modification)
    Modify,
    /// Have it run another definition (--to, --map)
    Migrate,
    /// Set variables of the process (--variables)
    Set,
    /// Suspend it
    Suspend,
    /// Resume it
    Resume,
}

impl Operation {
    fn word(self) -> &'static str {
        match self {
            Operation::Cancel => "CANCEL_PROCESS_INSTANCE",
            Operation::Resolve => "RESOLVE_INCIDENT",
            Operation::Modify => "MODIFY_PROCESS_INSTANCE",
            Operation::Migrate => "MIGRATE_PROCESS_INSTANCE",
            Operation::Set => "UPDATE_VARIABLE",
            Operation::Suspend => "SUSPEND_PROCESS_INSTANCE",
            Operation::Resume => "RESUME_PROCESS_INSTANCE",
        }
    }
}

/// How the end of a batch operation is awaited and told.
#[derive(Debug, clap::Args)]
struct End {
    /// Wait for the end; exit code 1 if an item failed
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    server: ServerAddress,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// Begins a batch operation
///
/// --dry-run says how many items there are and what would become of the first few; nothing is done.
/// Without one of --process, --filter, --instances and --incidents nothing is meant.
#[derive(Debug, clap::Args)]
struct Begin {
    /// What is done to each instance
    #[arg(value_enum)]
    operation: Operation,
    /// Instances of this process id
    #[arg(long, value_name = "PROCESS_ID", conflicts_with_all = ["instances", "incidents"])]
    process: Option<String>,
    /// Only of this version
    #[arg(long, value_name = "N", requires = "process")]
    version: Option<u32>,
    /// Instances a search with this filter finds: a JSON object, or @FILE
    #[arg(long, value_name = "JSON", conflicts_with_all = ["instances", "incidents"])]
    filter: Option<String>,
    /// These instances, with commas between their keys
    #[arg(long, value_name = "KEYS", conflicts_with = "incidents")]
    instances: Option<String>,
    /// Incidents a search with this filter finds: a JSON object, or @FILE; for `resolve`
    #[arg(long, value_name = "JSON")]
    incidents: Option<String>,
    /// For `modify`: tokens at one element go on at another one of the same scope
    #[arg(long = "move", value_name = "FROM=TO")]
    moves: Vec<String>,
    /// For `modify`: everything the REST API takes, as a JSON object or @FILE
    #[arg(long, value_name = "JSON", conflicts_with = "moves")]
    modification: Option<String>,
    /// For `migrate`: the key of the definition the instances shall run
    #[arg(long, value_name = "DEFINITION")]
    to: Option<String>,
    /// For `migrate`: which element is which there
    #[arg(long = "map", value_name = "FROM=TO")]
    mapping: Vec<String>,
    /// For `set`: variables as a JSON object, or @FILE
    #[arg(long, value_name = "JSON")]
    variables: Option<String>,
    /// For `resolve`: tries a job gets whose retries were used up
    #[arg(long, value_name = "N")]
    retries: Option<u32>,
    /// Only say how many items there are, and what would become of the first few
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    end: End,
}

impl Batch {
    /// Begins, looks at or changes batch operations.
    pub(crate) fn run(&self) -> Outcome {
        match &self.verb {
            Verb::Begin(begin) => begin.run(),
            Verb::List { server, json } => list(server, *json),
            Verb::Show { key, end } => {
                super::key("batch operation", key)?;
                end.run(key)
            }
            Verb::Items { key, failed, server, json } => items(server, key, *failed, *json),
            Verb::Pause { key, server } => tell(server, key, "suspension", "paused"),
            Verb::Resume { key, server } => tell(server, key, "resumption", "goes on"),
            Verb::Cancel { key, server } => tell(server, key, "cancellation", "cancelled"),
            Verb::Retry { key, end } => {
                super::key("batch operation", key)?;
                let path = format!("/api/v1/batch-operations/{key}/retry");
                let mut client = end.server.client()?;
                let begun = block_on(async { client.post(&path, &json!({})).await })?;
                end.run(&text(&begun, "batchOperationKey"))
            }
        }
    }
}

impl Begin {
    fn run(&self) -> Outcome {
        let body = self.body()?;
        let mut client = self.end.server.client()?;
        let path = "/api/v1/batch-operations";
        let answer = block_on(async { client.post(path, &body).await })?;
        match self.dry_run {
            true => self.count(&answer),
            false => self.end.run(&text(&answer, "batchOperationKey")),
        }
    }

    fn body(&self) -> Result<Value, Failure> {
        let mut body = json!({ "operationType": self.operation.word(), "dryRun": self.dry_run });
        if let Some(incidents) = &self.incidents {
            body["incidentFilter"] = object("a filter", incidents)?;
        } else if let Some(instances) = &self.instances {
            let keys = instances.split(',').map(str::trim).filter(|key| !key.is_empty());
            let keys: Vec<&str> = keys.collect();
            keys.iter().try_for_each(|it| key("process instance", it))?;
            body["processInstanceKeys"] = json!(keys);
        } else if self.filter.is_some() || self.process.is_some() {
            let given =
                self.filter.as_ref().map(|filter| object("a filter", filter)).transpose()?;
            let mut filter = given.unwrap_or_else(|| json!({}));
            if let Some(process) = &self.process {
                filter["processDefinitionId"] = json!(process);
            }
            if let Some(version) = self.version {
                filter["processDefinitionVersion"] = json!(version);
            }
            body["filter"] = filter;
        } else {
            return Err(Failure::usage(
                "Expected --process, --filter, --instances or --incidents to say what is meant, \
                 but found none of them.",
            ));
        }
        if !self.moves.is_empty() {
            body["modification"] = json!({ "moveInstructions": moves(&self.moves)? });
        } else if let Some(modification) = &self.modification {
            body["modification"] = object("a modification", modification)?;
        }
        if let Some(target) = &self.to {
            key("definition", target)?;
            body["migrationPlan"] = json!({
                "targetProcessDefinitionKey": target,
                "mappingInstructions": mapping(&self.mapping)?,
            });
        }
        if let Some(given) = &self.variables {
            body["variables"] = super::variables(given)?;
        }
        if let Some(retries) = self.retries {
            body["retries"] = json!(retries);
        }
        Ok(body)
    }

    fn count(&self, answer: &Value) -> Outcome {
        if self.end.json {
            terminal::json(answer);
            return Ok(());
        }
        terminal::line(format_args!("{} items", text(answer, "totalCount")));
        let sample = answer["sample"].as_array().map_or(&[][..], Vec::as_slice);
        if !sample.is_empty() {
            let row = |item: &Value| {
                let error = text(item, "errorMessage");
                let what = if error.is_empty() { "would be done".to_owned() } else { error };
                [text(item, "itemKey"), text(item, "processInstanceKey"), what]
            };
            terminal::table(["item", "instance", "what"], sample.iter().map(row));
        }
        Ok(())
    }
}

impl End {
    /// Shows a batch operation, at its end if that is awaited.
    fn run(&self, key: &str) -> Outcome {
        let mut client = self.server.client()?;
        let shown = block_on(async {
            if self.wait { wait(&mut client, key).await } else { look(&mut client, key).await }
        })?;
        if self.json {
            terminal::json(&shown);
        } else {
            terminal::table(HEADER, std::iter::once(row(&shown)));
        }
        let failed = shown["operationsFailedCount"].as_u64().unwrap_or(0);
        if self.wait && (failed > 0 || shown["state"] != "COMPLETED") {
            return Err(Failure::Answered);
        }
        Ok(())
    }
}

async fn look(client: &mut Client, key: &str) -> Result<Value, Failure> {
    client.get(&format!("/v2/batch-operations/{key}")).await
}

/// Looks until it has ended, or somebody has paused it.
async fn wait(client: &mut Client, key: &str) -> Result<Value, Failure> {
    let mut bar = None;
    loop {
        let shown = look(client, key).await?;
        let count = |field: &str| shown[field].as_u64().unwrap_or(0);
        let total = count("operationsTotalCount");
        let bar = bar.get_or_insert_with(|| terminal::progress(total, "items"));
        bar.set_position(count("operationsCompletedCount") + count("operationsFailedCount"));
        if shown["state"] != "ACTIVE" {
            bar.finish_and_clear();
            return Ok(shown);
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

const HEADER: [&str; 7] = ["batch", "operation", "state", "done", "failed", "of", "started"];

fn row(batch: &Value) -> [String; 7] {
    [
        text(batch, "batchOperationKey"),
        text(batch, "batchOperationType"),
        text(batch, "state"),
        text(batch, "operationsCompletedCount"),
        text(batch, "operationsFailedCount"),
        text(batch, "operationsTotalCount"),
        time(batch, "startDate"),
    ]
}

fn list(server: &ServerAddress, as_json: bool) -> Outcome {
    let mut client = server.client()?;
    let all = json!({});
    let search = client.search("/v2/batch-operations/search", &all, LISTED_MAX);
    let rows = block_on(search)?;
    if as_json {
        terminal::json(&rows);
        return Ok(());
    }
    terminal::table(HEADER, rows.iter().map(row));
    Ok(())
}

fn items(server: &ServerAddress, key: &str, failed: bool, as_json: bool) -> Outcome {
    super::key("batch operation", key)?;
    let mut filter = json!({ "batchOperationKey": key });
    if failed {
        filter["state"] = json!("FAILED");
    }
    let mut client = server.client()?;
    let search = client.search("/v2/batch-operation-items/search", &filter, ITEMS_MAX);
    let rows = block_on(search)?;
    if as_json {
        terminal::json(&rows);
        return Ok(());
    }
    let row = |item: &Value| {
        [
            text(item, "itemKey"),
            text(item, "processInstanceKey"),
            text(item, "state"),
            time(item, "processedDate"),
            text(item, "errorMessage"),
        ]
    };
    terminal::table(["item", "instance", "state", "tried", "why"], rows.iter().map(row));
    Ok(())
}

fn tell(server: &ServerAddress, key: &str, what: &str, done: &str) -> Outcome {
    super::key("batch operation", key)?;
    let mut client = server.client()?;
    let path = format!("/v2/batch-operations/{key}/{what}");
    block_on(async { client.post(&path, &json!({})).await })?;
    terminal::note(format_args!("batch operation {key}: {done}"));
    Ok(())
}

/// `FROM=TO` as instructions to move tokens within their scope.
pub(crate) fn moves(given: &[String]) -> Result<Vec<Value>, Failure> {
    let read = |pair: &String| {
        let (from, to) = ends(pair)?;
        Ok(json!({
            "sourceElementInstruction": { "sourceType": "byId", "sourceElementId": from },
            "targetElementId": to,
            "ancestorScopeInstruction": { "ancestorScopeType": "sourceParent" },
        }))
    };
    given.iter().map(read).collect()
}

/// `FROM=TO` as a mapping of elements.
pub(crate) fn mapping(given: &[String]) -> Result<Vec<Value>, Failure> {
    let read = |pair: &String| {
        let (from, to) = ends(pair)?;
        Ok(json!({ "sourceElementId": from, "targetElementId": to }))
    };
    given.iter().map(read).collect()
}

fn ends(pair: &str) -> Result<(&str, &str), Failure> {
    let ends = pair.split_once('=').filter(|(from, to)| !from.is_empty() && !to.is_empty());
    ends.ok_or_else(|| {
        Failure::usage(format!("Expected two element ids like a=b, but found `{pair}`."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_two_ids_or_wrong_usage() {
        let mapped = mapping(&["a=b".to_owned()]).unwrap();
        assert_eq!(mapped, [json!({ "sourceElementId": "a", "targetElementId": "b" })]);
        for wrong in ["a", "=b", "a="] {
            assert_eq!(moves(&[wrong.to_owned()]).unwrap_err().exit_code(), 2, "{wrong}");
        }
    }
}
