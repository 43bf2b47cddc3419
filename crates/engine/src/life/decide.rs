//! Decisions elements call: found by their binding, evaluated in a slot's scope, told as an event.
//!
//! Not here: evaluating (`crate::decide`), and where the answer goes (the element).

use super::Ctx;
use super::evaluate::SlotScope;
use crate::decide::decide;
use crate::event::{IncidentKind, InstanceEvent, Slot};
use crate::part::Failure;
use crate::part::decision::CalledDecision;
use crate::resources::{Binding, Resource, ResourceKind};
use std::sync::Arc;

impl Ctx<'_> {
    /// Evaluates the decision a slot's element calls; its answer as JSON.
    pub(crate) fn decide(
        &mut self,
        slot: Slot,
        called: &CalledDecision,
    ) -> Result<Arc<str>, Failure> {
        let decision = self.find_decision(slot, called)?;
        let mapped = Vec::new();
        let scope = SlotScope { state: self.state, slot, mapped: &mapped };
        let resources = &self.definitions.resources;
        let evaluation = decide(resources, &decision, &scope, &self.env());
        let evaluation = evaluation.ok_or_else(|| not_found(&decision.id, ""))?;
        self.fuel.set(self.fuel.get() + evaluation.fuel);
        let key = self.next_key();
        let output = evaluation.output.clone();
        let failure = evaluation.failure.clone();
        let evaluation = Box::new(evaluation);
        self.emit(InstanceEvent::DecisionEvaluated { slot, key, evaluation });
        match failure {
            None => Ok(output),
            Some(failure) => Err(Failure::new(
                IncidentKind::DecisionEvaluation,
                format!(
                    "Expected decision `{}` (version {}) to be evaluated, but `{}` stopped: {} \
                     Correct the variables, or deploy a version that can, and resolve.",
                    decision.id, decision.version, failure.decision, failure.message
                ),
            )),
        }
    }

    fn find_decision(&self, slot: Slot, called: &CalledDecision) -> Result<Arc<Resource>, Failure> {
        let id = self.text(slot, &called.id, "the called decision id")?;
        let own = self.definitions.get(self.state.definition).map(|own| own.deployment);
        let found = self.definitions.resources.bound(
            self.state.tenant,
            ResourceKind::Decision,
            &id,
            &called.binding,
            own,
        );
        let which = match &called.binding {
            Binding::Latest => String::new(),
            Binding::Deployment => " in the same deployment".to_owned(),
            Binding::VersionTag(tag) => format!(" with version tag `{tag}`"),
        };
        found.cloned().ok_or_else(|| not_found(&id, &which))
    }
}

fn not_found(id: &str, which: &str) -> Failure {
    Failure::new(
        IncidentKind::CalledDecision,
        format!(
            "Expected decision `{id}`{which} to be deployed, but found none. Deploy it and resolve."
        ),
    )
}
