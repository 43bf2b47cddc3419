//! Evaluations outside of any process: found, permitted, stepped once.
//!
//! Not here: evaluating (`engine::decide`); business rule tasks do it within their instance.

use super::Lane;
use super::carry::cause;
use super::chain::Stop;
use super::permit::permit;
use super::work::{Component, Work};
use crate::request::{Answer, Caller, DecisionRef};
use access::{Permission, ResourceType};
use engine::command::{Command, EvaluationCommand, Rejection};
use engine::event::Variables;
use engine::key::Key;
use engine::record::Events;
use engine::resources::{Resource, ResourceKind};
use engine::state::evaluation::EvaluationEvent;
use std::sync::Arc;

impl Lane {
    pub(super) fn evaluate(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        wanted: &DecisionRef,
        variables: &Variables,
    ) -> Result<Answer, Stop> {
        let decision = self.find_decision(caller, wanted)?;
        let kind = ResourceType::DecisionDefinition;
        let resource = access::Resource { tenant: decision.tenant, kind, id: &decision.id };
        permit(caller, Permission::CreateDecisionInstance, resource, decision.key)?;
        let evaluation = self.inputs.keys.next_key();
        let command = EvaluationCommand::EvaluateDecision {
            tenant: decision.tenant,
            decision: decision.key,
            variables: variables.clone(),
        };
        let command = Command::Evaluation(command);
        self.run_chain(work, component, evaluation, &command, &cause(caller))?;
        let evaluated = evaluated(work, evaluation);
        Ok(Answer::DecisionEvaluated { evaluation, evaluated })
    }

    fn find_decision(&self, caller: &Caller, wanted: &DecisionRef) -> Result<Arc<Resource>, Stop> {
        let known = &self.definitions.resources;
        let (found, what) = match wanted {
            DecisionRef::Key(key) => (known.get(*key), format!("key `{key}`")),
            DecisionRef::Latest(id) => {
                let found = known.latest(caller.tenant, ResourceKind::Decision, id);
                (found, format!("id `{id}`"))
            }
        };
        let mine = found.filter(|held| {
            held.kind == ResourceKind::Decision
                && caller.actor.is_member_of(held.tenant)
                && !known.is_deleted(held.key)
        });
        mine.cloned().ok_or_else(|| {
            Stop::Rejected(Rejection::not_found(format!(
                "Expected to find a decision with {what}, but found none. Deploy it first."
            )))
        })
    }
}

/// What an evaluation of this turn said.
fn evaluated(work: &Work, key: Key) -> Option<Box<engine::decide::Evaluation>> {
    match &work.dirty.get(&key)?.sections.last()?.events {
        Events::Evaluation(events) => match events.last()? {
            EvaluationEvent::DecisionEvaluated { evaluation, .. } => Some(evaluation.clone()),
            EvaluationEvent::EvaluationDeleted { .. } => None,
        },
        _ => None,
    }
}
