//! Whether what happened is what was expected: exact lists, claims, and the end of a transcript.
//!
//! Not here: carrying out verbs (`play`).

use super::diff;
use super::line::{normal, parse_variables};
use super::play::Player;
use super::read::Act;
use super::tell::object;
use engine::state::instance::{ElementInstance, Instance};

impl Player {
    pub(super) fn is_at(
        &self,
        state: &Instance,
        held: &ElementInstance,
        element: Option<&str>,
    ) -> bool {
        let definition = self.world.definitions().get(state.definition);
        element.is_none_or(|id| definition.is_some_and(|it| *it.graph.node(held.element).id == *id))
    }

    /// What is not as expected after a verb.
    pub(super) fn compare(&self, act: &Act<'_>, lines: &[String]) -> Option<String> {
        let place = match act.number {
            0 => "after the deployment:".to_owned(),
            number => format!("line {number}: {}", act.text),
        };
        if let Some(expected) = &act.expected.exactly
            && expected != lines
        {
            return Some(format!("{place}\n{}", diff::lines(expected, lines)));
        }
        for expected in &act.expected.among {
            if !self.holds(expected, lines) {
                let because = self.reasons.iter().map(|why| format!("    ~ because {why}"));
                let happened = lines.iter().map(|it| format!("    > {it}")).chain(because);
                let happened = happened.collect::<Vec<_>>().join("\n");
                return Some(format!("{place}\n  - ~ {expected}\n{happened}"));
            }
        }
        None
    }

    /// Whether a `~` line is true now, or among what happened.
    fn holds(&self, expected: &str, lines: &[String]) -> bool {
        if let Some(line) = expected.strip_prefix("not ") {
            return !self.holds(line, lines);
        }
        if let Some(text) = expected.strip_prefix("because ") {
            return self.reasons.iter().any(|reason| normal(reason).contains(text));
        }
        if let Some(id) = expected.strip_prefix("waits ") {
            return self.any_open(|state, held| self.is_at(state, held, Some(id)));
        }
        if let Some(job_type) = expected.strip_prefix("available ") {
            return self.world.available_job(job_type, None).is_some();
        }
        if let Some(rest) = expected.strip_prefix("variables ") {
            return self.has_variables(rest);
        }
        lines.iter().any(|line| line == expected)
    }

    fn any_open(&self, found: impl Fn(&Instance, &ElementInstance) -> bool) -> bool {
        let states = self.world.started().iter().filter_map(|key| self.world.instance(*key));
        states
            .filter(|state| !state.has_ended())
            .any(|state| state.elements.values().any(|held| found(state, held)))
    }

    /// `{..}`: of the last instance's process scope; `of ID {..}`: as seen from a live element.
    fn has_variables(&self, text: &str) -> bool {
        let (element, json) = match text.strip_prefix("of ").and_then(|it| it.split_once(' ')) {
            Some((id, json)) => (Some(id), json),
            None => (None, text),
        };
        let Ok(expected) = parse_variables(json) else { return false };
        let Some(state) = self.world.started().last().and_then(|key| self.world.instance(*key))
        else {
            return false;
        };
        let mut slots = state.elements.iter();
        let slot = slots.find(|(_, held)| element.is_none() || self.is_at(state, held, element));
        let Some((slot, _)) = slot else { return false };
        expected.iter().all(|(name, value)| state.variable(*slot, name) == Some(value))
    }

    /// At the end nothing may wait that nobody can wake.
    pub(super) fn last_words(&self) -> Option<String> {
        let stuck = self.world.stuck();
        let key = stuck.first()?;
        let state = self.world.instance(*key)?;
        let scope = state.element(0)?;
        let pairs = scope.variables.iter().map(|(name, value)| (name.clone(), value.clone()));
        Some(format!(
            "at the end: nobody can wake instance {key} with variables {}:\n{:#?}",
            object(&pairs.collect()),
            state.elements
        ))
    }
}
