//! `segue instance`: one process instance repaired: cancelled, moved, migrated, begun again, its
//! variables edited.
//!
//! Not many at once; that is `segue batch`. Standing still is `segue suspend`.

use clap::Subcommand;
use serde_json::{Value, json};

use super::batch::{mapping, moves};
use super::{block_on, key, object, text};
use crate::client::ServerAddress;
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Repairs a process instance: cancels, moves, migrates, begins it again, edits its variables
#[derive(Debug, clap::Args)]
pub(crate) struct Instance {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Cancels it, and says what that guarantees
    Cancel {
        #[command(flatten)]
        of: Of,
        /// Undo what has completed, the last first, before it ends
        #[arg(long)]
        compensate: bool,
    },
    /// Moves, adds and cancels tokens, all or nothing
    Modify {
        #[command(flatten)]
        of: Of,
        /// Tokens at one element go on at another one of the same scope
        #[arg(long = "move", value_name = "FROM=TO")]
        moves: Vec<String>,
        /// Everything the REST API takes, as a JSON object or @FILE
        #[arg(long, value_name = "JSON", conflicts_with = "moves")]
        modification: Option<String>,
        /// Only say what would happen
        #[arg(long)]
        dry_run: bool,
    },
    /// Has it run another definition
    ///
    /// Elements with the same id, kind and scope are mapped by themselves; --map says the others.
    Migrate {
        #[command(flatten)]
        of: Of,
        /// The key of the definition it shall run
        #[arg(long, value_name = "DEFINITION")]
        to: String,
        /// Which element is which there
        #[arg(long = "map", value_name = "FROM=TO")]
        mapping: Vec<String>,
        /// Only say what would happen
        #[arg(long)]
        dry_run: bool,
    },
    /// Cancels everything in it and begins again at an element
    Restart {
        #[command(flatten)]
        of: Of,
        /// The element
        #[arg(long, value_name = "ELEMENT")]
        at: String,
        /// Variables of the process that are set first, as a JSON object or @FILE
        #[arg(long, default_value = "{}", value_name = "JSON")]
        variables: String,
        /// Only say what would happen
        #[arg(long)]
        dry_run: bool,
    },
    /// Sets variables and shows what they were
    Set {
        #[command(flatten)]
        of: Of,
        /// Variables as a JSON object, or @FILE
        variables: String,
        /// What they are taken to be: if one is something else by now, nothing is done
        #[arg(long, default_value = "{}", value_name = "JSON")]
        expected: String,
        /// Into this scope only
        #[arg(long)]
        local: bool,
    },
}

/// Which instance, of which server.
#[derive(Debug, clap::Args)]
struct Of {
    /// Key of the process instance; to set variables, of an element instance too
    key: String,
    #[command(flatten)]
    server: ServerAddress,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

impl Instance {
    /// Repairs it.
    pub(crate) fn run(&self) -> Outcome {
        match &self.verb {
            Verb::Cancel { of, compensate } => of.cancel(*compensate),
            Verb::Modify { of, moves: pairs, modification, dry_run } => {
                let body = match modification {
                    Some(text) => object("a modification", text)?,
                    None => json!({ "moveInstructions": moves(pairs)? }),
                };
                of.change("modification", &body, *dry_run)
            }
            Verb::Migrate { of, to, mapping, dry_run } => of.migrate(to, mapping, *dry_run),
            Verb::Restart { of, at, variables, dry_run } => {
                let variables = super::variables(variables)?;
                let body = json!({ "elementId": at, "variables": variables, "dryRun": dry_run });
                let answer = of.post("/api/v1/process-instances", "restart", &body)?;
                of.tell(&answer, *dry_run, "restart")
            }
            Verb::Set { of, variables, expected, local } => {
                let body = json!({
                    "variables": super::variables(variables)?,
                    "expected": super::variables(expected)?,
                    "local": local,
                });
                of.set(&body)
            }
        }
    }
}

impl Of {
    fn post(&self, place: &str, what: &str, body: &Value) -> Result<Value, Failure> {
        key("process instance", &self.key)?;
        let mut client = self.server.client()?;
        let path = format!("{place}/{}/{what}", self.key);
        block_on(async { client.post(&path, body).await })
    }

    fn cancel(&self, compensate: bool) -> Outcome {
        let body = json!({ "compensate": compensate });
        let answer = self.post("/api/v1/process-instances", "cancellation", &body)?;
        if self.json {
            terminal::json(&answer);
            return Ok(());
        }
        let guarantees = answer["guarantees"].as_array().map_or(&[][..], Vec::as_slice);
        for guarantee in guarantees.iter().filter_map(Value::as_str) {
            terminal::line(guarantee);
        }
        Ok(())
    }

    fn change(&self, what: &str, body: &Value, dry_run: bool) -> Outcome {
        let answer = match dry_run {
            true => self.post("/api/v1/process-instances", &format!("{what}-preview"), body)?,
            false => self.post("/v2/process-instances", what, body)?,
        };
        self.tell(&answer, dry_run, what)
    }

    /// What would happen, or that it has.
    fn tell(&self, answer: &Value, dry_run: bool, what: &str) -> Outcome {
        if self.json {
            terminal::json(answer);
            return Ok(());
        }
        if !dry_run {
            terminal::note(format_args!("instance {}: {what} done", self.key));
            return Ok(());
        }
        let counts = answer["counts"].as_object().into_iter().flatten();
        let row = |(kind, count): (&String, &Value)| [count.to_string(), kind.clone()];
        terminal::table(["count", "would happen"], counts.map(row));
        Ok(())
    }

    fn migrate(&self, to: &str, pairs: &[String], dry_run: bool) -> Outcome {
        key("definition", to)?;
        let wanted = json!({ "targetProcessDefinitionKey": to });
        let proposed = self.post("/api/v1/process-instances", "migration-proposal", &wanted)?;
        let given = mapping(pairs)?;
        let is_given = |proposed: &&Value| {
            given.iter().any(|it| it["sourceElementId"] == proposed["sourceElementId"])
        };
        let proposed = proposed["mappingInstructions"].as_array().map_or(&[][..], Vec::as_slice);
        let kept = proposed.iter().filter(|it| !is_given(it)).cloned();
        let instructions: Vec<Value> = kept.chain(given.iter().cloned()).collect();
        let plan = json!({
            "targetProcessDefinitionKey": to,
            "mappingInstructions": instructions,
        });
        self.change("migration", &plan, dry_run)
    }

    fn set(&self, body: &Value) -> Outcome {
        let answer = self.post("/api/v1/element-instances", "variables", body)?;
        if self.json {
            terminal::json(&answer);
            return Ok(());
        }
        let changes = answer["changes"].as_array().map_or(&[][..], Vec::as_slice);
        let row = |change: &Value| {
            let before = change["before"].as_str().unwrap_or("(none)").to_owned();
            [text(change, "name"), before, text(change, "after"), text(change, "scopeKey")]
        };
        terminal::table(["variable", "was", "is", "scope"], changes.iter().map(row));
        Ok(())
    }
}
