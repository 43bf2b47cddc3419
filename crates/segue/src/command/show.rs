//! `segue show`: one instance with its elements, variables and incidents.
//!
//! Not a list of instances; that is `segue ps`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{block_on, text, time};
use crate::client::{Client, ServerAddress};
use crate::failure::{Failure, Outcome};
use crate::terminal;

/// Element instances shown; a larger instance is better looked at in the browser.
const ELEMENTS_MAX: u64 = 2_000;

/// Shows one instance: its elements as a tree, its variables, its incidents
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Instance key
    key: String,
    #[command(flatten)]
    server: ServerAddress,
    /// Print everything as one JSON object
    #[arg(long)]
    json: bool,
}

/// What a server knows about one instance.
struct Picture {
    instance: Value,
    /// In the order they began.
    elements: Vec<Value>,
    /// Scope of the elements inside sub-processes, by element instance key.
    scopes: BTreeMap<String, String>,
    variables: Vec<Value>,
    incidents: Vec<Value>,
}

impl Show {
    /// Asks and prints.
    pub(crate) fn run(&self) -> Outcome {
        if self.key.parse::<engine::key::Key>().is_err() {
            let found = &self.key;
            return Err(Failure::usage(format!("Expected an instance key, but found `{found}`.")));
        }
        let mut client = self.server.client()?;
        let picture = block_on(picture(&mut client, &self.key))?;
        if self.json {
            terminal::json(&json!({
                "instance": picture.instance,
                "elements": picture.elements,
                "variables": picture.variables,
                "incidents": picture.incidents,
            }));
        } else {
            picture.print();
        }
        Ok(())
    }
}

async fn picture(client: &mut Client, key: &str) -> Result<Picture, Failure> {
    let instance = client.get(&format!("/v2/process-instances/{key}")).await?;
    let filter = json!({ "processInstanceKey": key });
    let elements = client.search("/v2/element-instances/search", &filter, ELEMENTS_MAX).await?;
    let mut scopes = BTreeMap::new();
    for scope in elements.iter().filter(|element| element["type"] == "SUB_PROCESS") {
        let scope = text(scope, "elementInstanceKey");
        let inside = json!({ "processInstanceKey": key, "elementInstanceScopeKey": scope });
        let inside = client.search("/v2/element-instances/search", &inside, ELEMENTS_MAX).await?;
        for element in inside {
            scopes.insert(text(&element, "elementInstanceKey"), scope.clone());
        }
    }
    let variables = client.search("/v2/variables/search", &filter, ELEMENTS_MAX).await?;
    let incidents = client.search("/v2/incidents/search", &filter, ELEMENTS_MAX).await?;
    Ok(Picture { instance, elements, scopes, variables, incidents })
}

impl Picture {
    fn print(&self) {
        let instance = &self.instance;
        terminal::line(format_args!(
            "{} {} version {}: {}, started {}{}",
            text(instance, "processInstanceKey"),
            text(instance, "processDefinitionId"),
            text(instance, "processDefinitionVersion"),
            text(instance, "state"),
            time(instance, "startDate"),
            match time(instance, "endDate") {
                ended if ended.is_empty() => ended,
                ended => format!(", ended {ended}"),
            }
        ));
        let root = text(instance, "processInstanceKey");
        self.print_elements(&root, 0);
        let incidents = self.incidents.iter().filter(|row| text(row, "state") != "RESOLVED");
        for incident in incidents {
            terminal::line(format_args!(
                "incident {} at {}: {}: {}",
                text(incident, "incidentKey"),
                text(incident, "elementId"),
                text(incident, "errorType"),
                text(incident, "errorMessage")
            ));
        }
        let rows = self.variables.iter().map(|row| {
            let scope = text(row, "scopeKey");
            let scope = if scope == root { String::new() } else { scope };
            [text(row, "name"), text(row, "value"), scope]
        });
        if !self.variables.is_empty() {
            terminal::table(["variable", "value", "scope"], rows);
        }
    }

    /// Prints what lies in a scope.
    fn print_elements(&self, scope: &str, depth: usize) {
        for element in &self.elements {
            let key = text(element, "elementInstanceKey");
            let root = || text(&self.instance, "processInstanceKey");
            let lies_in = self.scopes.get(&key).cloned().unwrap_or_else(root);
            if lies_in != scope {
                continue;
            }
            let mark = match text(element, "state").as_str() {
                "COMPLETED" => '+',
                "TERMINATED" => 'x',
                _ if element["hasIncident"] == true => '!',
                _ => '>',
            };
            let indent = "  ".repeat(depth + 1);
            let name = match text(element, "elementName") {
                unnamed if unnamed.is_empty() => text(element, "elementId"),
                name => name,
            };
            let kind = text(element, "type").to_lowercase().replace('_', " ");
            let started = time(element, "startDate");
            terminal::line(format_args!("{indent}{mark} {name} ({kind}) {started}"));
            self.print_elements(&key, depth + 1);
        }
    }
}
