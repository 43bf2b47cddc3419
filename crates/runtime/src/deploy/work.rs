//! Detection rules, case types, calendars, queues, teams, suppressions and solutions: YAML or
//! JSON files.
//!
//! Not here: what is in them (`::work::definition`).

use super::{Part, problem_at};
use ::work::definition::{self, Definition, Detect, Fault};
use engine::resources::ResourceKind;
use model::Problem;
use std::sync::Arc;

/// Reads a definition, and what is needed to find it again.
pub(super) fn read(content: &[u8]) -> Result<(Part, Definition), Vec<Problem>> {
    let definition = definition::read(content)
        .map_err(|faults| faults.into_iter().map(problem).collect::<Vec<_>>())?;
    let (kind, id, name, version_tag) = match &definition {
        Definition::Rule(rule) => {
            (ResourceKind::DetectionRule, &rule.id, &rule.name, &rule.version_tag)
        }
        Definition::CaseType(case_type) => {
            (ResourceKind::CaseType, &case_type.id, &case_type.name, &case_type.version_tag)
        }
        Definition::Calendar(held) => {
            (ResourceKind::Calendar, &held.id, &held.name, &held.version_tag)
        }
        Definition::Queue(held) => (ResourceKind::Queue, &held.id, &held.name, &held.version_tag),
        Definition::Team(held) => (ResourceKind::Team, &held.id, &held.name, &held.version_tag),
        Definition::Solution(held) => {
            (ResourceKind::Solution, &held.id, &held.name, &held.version_tag)
        }
        Definition::Suppression(held) => {
            (ResourceKind::Suppression, &held.id, &held.name, &held.version_tag)
        }
    };
    let (id, name, version_tag) = (id.clone(), name.clone(), version_tag.clone());
    Ok((Part { kind, id, name, version_tag }, definition))
}

/// Subjects a detection rule expects something of from its deployment on.
pub(crate) fn expected_keys(content: &[u8]) -> Vec<Arc<str>> {
    let Ok((_, Definition::Rule(rule))) = read(content) else { return Vec::new() };
    match rule.detect {
        Detect::Absence { keys, .. } => keys,
        _ => Vec::new(),
    }
}

fn problem(fault: Fault) -> Problem {
    let Fault { line, column, path, message } = fault;
    let element = (!path.is_empty()).then_some(path);
    Problem { element, ..problem_at("definition", (line, column), message) }
}
