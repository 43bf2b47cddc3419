//! Definitions people write: detection rules, case types, calendars,
//! suppressions, queues, teams and solutions, read from YAML or JSON.
//!
//! Not here: versions and deployments; a definition is known by the key of its version.

mod calendar;
mod case_type;
mod node;
mod queue;
mod read;
mod rule;
mod solution;
mod suppression;

pub use calendar::{Calendar, Hours};
pub use case_type::{Attester, CaseType, Check, CheckKind, ClockRules, Goals, Priority, Stage};
pub use queue::{CaseFilter, Member, Queue, TaskFilter, Team};
pub use read::parse_duration_ms;
pub use rule::{AlertShape, Detect, EventMatch, Mode, Rule, Severity, StormLimit};
pub use solution::Solution;
pub(crate) use suppression::Noise;
pub use suppression::{Silence, Suppression};

use crate::key::Key;
use crate::limits::DEFINITION_BYTES_MAX;
use decision::{Budget, Env, Failure, Program, Scope, Value};
use node::{Node, Tree};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// Where in the definition, such as `outcome.scan.within`.
    pub path: String,
    /// What was expected, and what was found.
    pub message: String,
}

impl Fault {
    fn at(node: &Node, path: &str, message: String) -> Self {
        Fault { line: node.line, column: node.column, path: path.to_owned(), message }
    }
}

/// A definition that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Definition {
    /// A detection rule.
    Rule(Rule),
    /// A case type.
    CaseType(CaseType),
    /// A suppression.
    Suppression(Suppression),
    /// A business calendar.
    Calendar(Calendar),
    /// A queue.
    Queue(Queue),
    /// A team.
    Team(Team),
    /// The manifest of a solution.
    Solution(Solution),
}

/// What somebody can do, each with its level from 1 to 5.
pub type Skills = Vec<(Arc<str>, u32)>;

/// An expression, or a text that needs none.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// A text.
    Fixed(Arc<str>),
    /// FEEL.
    Feel(Program),
}

impl Formula {
    /// What it says.
    pub(crate) fn evaluate(
        &self,
        scope: &dyn Scope,
        env: &Env,
        budget: &mut Budget,
    ) -> Result<Value, Failure> {
        match self {
            Formula::Fixed(text) => Ok(Value::String(text.clone())),
            Formula::Feel(program) => Ok(program.evaluate(scope, env, budget)?.value),
        }
    }

    /// Whether it says true; anything else is no.
    pub(crate) fn holds(
        &self,
        scope: &dyn Scope,
        env: &Env,
        budget: &mut Budget,
    ) -> Result<bool, Failure> {
        Ok(self.evaluate(scope, env, budget)?.as_boolean() == Some(true))
    }

    /// What it says as a text: a text as it is, a number or a flag as it is written.
    pub(crate) fn text(
        &self,
        scope: &dyn Scope,
        env: &Env,
        budget: &mut Budget,
    ) -> Result<Option<Arc<str>>, Failure> {
        Ok(match self.evaluate(scope, env, budget)? {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(text),
            value @ (Value::Number(_) | Value::Boolean(_)) => Some(value.to_json().into()),
            _ => None,
        })
    }
}

/// Reads a definition, or says everything that is wrong with it.
pub fn read(content: &[u8]) -> Result<Definition, Vec<Fault>> {
    let whole = |message: String| Fault { line: 1, column: 1, path: String::new(), message };
    if content.len() > DEFINITION_BYTES_MAX {
        let message = format!(
            "Expected a definition of at most {DEFINITION_BYTES_MAX} bytes, but found {}.",
            content.len()
        );
        return Err(vec![whole(message)]);
    }
    let root: Node = serde_saphyr::from_slice(content).map_err(|error| {
        let place = error.location().map(|at| (at.line(), at.column()));
        let (line, column) = place.unwrap_or((1, 1));
        let place = |at: u64| u32::try_from(at).unwrap_or(u32::MAX).max(1);
        let message = format!("Expected YAML or JSON, but found: {error}");
        vec![Fault { line: place(line), column: place(column), path: String::new(), message }]
    })?;
    let mut faults = Vec::new();
    let definition = match kind_of(&root) {
        Some("detection-rule") => Definition::Rule(rule::read(&root, &mut faults)),
        Some("case-type") => Definition::CaseType(case_type::read(&root, &mut faults)),
        Some("calendar") => Definition::Calendar(calendar::read(&root, &mut faults)),
        Some("queue") => Definition::Queue(queue::read_queue(&root, &mut faults)),
        Some("team") => Definition::Team(queue::read_team(&root, &mut faults)),
        Some("solution") => Definition::Solution(solution::read(&root, &mut faults)),
        Some("suppression") => Definition::Suppression(suppression::read(&root, &mut faults)),
        found => {
            let found = found.map_or("none".to_owned(), |kind| format!("`{kind}`"));
            let message = format!(
                "Expected `kind: detection-rule`, `case-type`, `calendar`, `queue`, `solution`, \
                 `suppression` or `team`, but found {found}."
            );
            return Err(vec![Fault::at(&root, "kind", message)]);
        }
    };
    if faults.is_empty() { Ok(definition) } else { Err(faults) }
}

fn kind_of(root: &Node) -> Option<&str> {
    let Tree::Map(members) = &root.value else { return None };
    let (_, kind) = members.iter().find(|(name, _)| name == "kind")?;
    match &kind.value {
        Tree::Text(text) => Some(text),
        _ => None,
    }
}

/// A deployed version of a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployed<T> {
    /// Key of the version.
    pub key: Key,
    /// Tenant number.
    pub tenant: u32,
    /// Version, from 1.
    pub version: u32,
    /// What it says.
    pub says: T,
}

/// Detection rules, case types and what else people deployed, as a node knows them.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    rules: Versions<Rule>,
    case_types: Versions<CaseType>,
    suppressions: Versions<Suppression>,
    calendars: Versions<Calendar>,
    queues: Versions<Queue>,
    teams: Versions<Team>,
    solutions: Versions<Solution>,
}

#[derive(Debug, Clone)]
struct Versions<T> {
    by_key: BTreeMap<Key, Arc<Deployed<T>>>,
    latest: BTreeMap<u32, BTreeMap<Arc<str>, Arc<Deployed<T>>>>,
}

impl<T> Default for Versions<T> {
    fn default() -> Self {
        Versions { by_key: BTreeMap::new(), latest: BTreeMap::new() }
    }
}

impl<T> Versions<T> {
    fn add(&mut self, id: &Arc<str>, deployed: Deployed<T>) {
        let deployed = Arc::new(deployed);
        self.by_key.insert(deployed.key, deployed.clone());
        let latest = self.latest.entry(deployed.tenant).or_default();
        match latest.get(id) {
            Some(held) if held.version > deployed.version => {}
            _ => drop(latest.insert(id.clone(), deployed)),
        }
    }

    fn of(&self, tenant: u32) -> impl Iterator<Item = &Arc<Deployed<T>>> {
        self.latest.get(&tenant).into_iter().flat_map(BTreeMap::values)
    }
}

impl Definitions {
    /// Adds a version; it becomes the latest if it is newer.
    pub fn add(&mut self, key: Key, tenant: u32, version: u32, definition: Definition) {
        match definition {
            Definition::Rule(says) => {
                let id = says.id.clone();
                self.rules.add(&id, Deployed { key, tenant, version, says });
            }
            Definition::CaseType(says) => {
                let id = says.id.clone();
                self.case_types.add(&id, Deployed { key, tenant, version, says });
            }
            Definition::Suppression(says) => {
                let id = says.id.clone();
                self.suppressions.add(&id, Deployed { key, tenant, version, says });
            }
            Definition::Calendar(says) => {
                let id = says.id.clone();
                self.calendars.add(&id, Deployed { key, tenant, version, says });
            }
            Definition::Queue(says) => {
                let id = says.id.clone();
                self.queues.add(&id, Deployed { key, tenant, version, says });
            }
            Definition::Solution(says) => {
                let id = says.id.clone();
                self.solutions.add(&id, Deployed { key, tenant, version, says });
            }
            Definition::Team(says) => {
                let id = says.id.clone();
                self.teams.add(&id, Deployed { key, tenant, version, says });
            }
        }
    }

    /// The rule of this version.
    #[must_use]
    pub fn rule(&self, key: Key) -> Option<&Arc<Deployed<Rule>>> {
        self.rules.by_key.get(&key)
    }

    /// The latest rules of a tenant, by id.
    pub fn rules(&self, tenant: u32) -> impl Iterator<Item = &Arc<Deployed<Rule>>> {
        self.rules.of(tenant)
    }

    /// The newest version of a rule.
    #[must_use]
    pub fn latest_rule(&self, tenant: u32, id: &str) -> Option<&Arc<Deployed<Rule>>> {
        self.rules.latest.get(&tenant)?.get(id)
    }

    /// The case type of this version.
    #[must_use]
    pub fn case_type(&self, key: Key) -> Option<&Arc<Deployed<CaseType>>> {
        self.case_types.by_key.get(&key)
    }

    /// The newest version of a case type.
    #[must_use]
    pub fn latest_case_type(&self, tenant: u32, id: &str) -> Option<&Arc<Deployed<CaseType>>> {
        self.case_types.latest.get(&tenant)?.get(id)
    }

    /// The latest queues of a tenant, by id.
    pub fn queues(&self, tenant: u32) -> impl Iterator<Item = &Arc<Deployed<Queue>>> {
        self.queues.of(tenant)
    }

    /// The newest version of a queue.
    #[must_use]
    pub fn latest_queue(&self, tenant: u32, id: &str) -> Option<&Arc<Deployed<Queue>>> {
        self.queues.latest.get(&tenant)?.get(id)
    }

    /// The latest teams of a tenant, by id.
    pub fn teams(&self, tenant: u32) -> impl Iterator<Item = &Arc<Deployed<Team>>> {
        self.teams.of(tenant)
    }

    /// The latest solutions of a tenant, by id.
    pub fn solutions(&self, tenant: u32) -> impl Iterator<Item = &Arc<Deployed<Solution>>> {
        self.solutions.of(tenant)
    }

    /// The calendar of this version.
    #[must_use]
    pub fn calendar(&self, key: Key) -> Option<&Arc<Deployed<Calendar>>> {
        self.calendars.by_key.get(&key)
    }

    /// The newest version of a calendar.
    #[must_use]
    pub fn latest_calendar(&self, tenant: u32, id: &str) -> Option<&Arc<Deployed<Calendar>>> {
        self.calendars.latest.get(&tenant)?.get(id)
    }

    /// The latest suppressions of a tenant, by id: those to come and those that are over too.
    pub fn suppressions(&self, tenant: u32) -> impl Iterator<Item = &Arc<Deployed<Suppression>>> {
        self.suppressions.of(tenant)
    }

    /// The newest version of a suppression.
    #[must_use]
    pub fn latest_suppression(&self, tenant: u32, id: &str) -> Option<&Arc<Deployed<Suppression>>> {
        self.suppressions.latest.get(&tenant)?.get(id)
    }

    /// The latest case types of a tenant, by id.
    pub fn case_types(&self, tenant: u32) -> impl Iterator<Item = &Arc<Deployed<CaseType>>> {
        self.case_types.of(tenant)
    }
}

#[cfg(test)]
mod tests;
