//! Conditional start events: which processes begin, given some variables.
//!
//! Not here: evaluating conditions (`engine::step::condition`).

use super::Lane;
use super::chain::Stop;
use super::permit::permit;
use super::work::{Component, Work};
use crate::limits::CONDITIONAL_STARTS_MAX;
use crate::request::{Answer, Caller, DefinitionRef};
use access::{Permission, Resource, ResourceType};
use decision::Budget;
use engine::command::{CreateInstance, Rejection};
use engine::definitions::Definition;
use engine::event::{ElementIndex, Variables};
use engine::key::Key;
use engine::step::condition::true_starts;
use std::sync::Arc;

impl Lane {
    /// Starts an instance for each condition that is true: all of them or none.
    pub(super) fn evaluate_conditionals(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        definition: Option<Key>,
        variables: &Variables,
    ) -> Result<Answer, Stop> {
        let definitions: Vec<Arc<Definition>> = match definition {
            Some(key) => vec![self.find_definition(caller, &DefinitionRef::Key(key))?],
            None => self.definitions.condition_starts(caller.tenant).cloned().collect(),
        };
        let begins = self.true_conditions(work, &definitions, variables)?;
        for (definition, _) in &begins {
            let resource = Resource {
                tenant: definition.tenant,
                kind: ResourceType::ProcessDefinition,
                id: &definition.graph.process_id,
            };
            permit(caller, Permission::CreateProcessInstance, resource, definition.key)?;
        }
        let evaluation = self.inputs.keys.next_key();
        let mut started = Vec::with_capacity(begins.len());
        for (definition, start) in begins {
            let create = CreateInstance {
                instance: self.inputs.keys.next_key(),
                definition: definition.key,
                start,
                variables: variables.clone(),
                ..CreateInstance::default()
            };
            started.push((definition.key, create.instance));
            self.create(work, component, caller, &definition, create)?;
        }
        Ok(Answer::ConditionalsEvaluated { evaluation, started })
    }

    fn true_conditions(
        &self,
        work: &mut Work,
        definitions: &[Arc<Definition>],
        variables: &Variables,
    ) -> Result<Vec<(Arc<Definition>, ElementIndex)>, Stop> {
        let mut begins = Vec::new();
        for definition in definitions {
            let mut budget = Budget::default();
            let before = budget.fuel;
            let starts = true_starts(definition, variables, &self.inputs, &mut budget);
            work.fuel += before.saturating_sub(budget.fuel);
            begins.extend(starts.into_iter().map(|start| (definition.clone(), start)));
            if begins.len() > CONDITIONAL_STARTS_MAX {
                return Err(Stop::Rejected(Rejection::invalid_state(format!(
                    "Expected at most {CONDITIONAL_STARTS_MAX} conditions to be true, but found \
                     more. Evaluate those of one definition at a time."
                ))));
            }
        }
        Ok(begins)
    }
}
