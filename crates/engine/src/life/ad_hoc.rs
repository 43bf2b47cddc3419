//! Ad-hoc sub-processes: activating what is in them, and knowing when they are done.
//!
//! Not here: what they read and begin with (`element::ad_hoc`).

use super::Ctx;
use crate::command::{JobResult, Rejection};
use crate::element::Kind;
use crate::element::ad_hoc::AdHoc;
use crate::event::{
    Activation, ElementIndex, IncidentKind, InstanceEvent, JobCreated, JobKind, Slot, Variables,
    Work,
};
use crate::key::Key;
use crate::limits::{AD_HOC_ACTIVATIONS_MAX, COMMAND_VARIABLES_BYTES_MAX};
use crate::part::Failure;
use crate::part::job::JobSpec;
use crate::state::instance::{ElementInstance, Incident, Phase};
use std::sync::Arc;

impl<'a> Ctx<'a> {
    /// The ad-hoc sub-process a slot is, unless it stands for a repeated one as a whole.
    fn ad_hoc(&self, slot: Slot) -> Option<&'a AdHoc> {
        match &self.node(slot).kind {
            Kind::AdHoc(it) if !self.is_body(slot) => Some(it),
            _ => None,
        }
    }

    /// An activity of an ad-hoc sub-process begins in an inner instance of its own.
    pub(super) fn activate_inner(
        &mut self,
        scope: Slot,
        element: ElementIndex,
        variables: Variables,
    ) {
        if !self.state.element(scope).is_some_and(is_open) {
            return;
        }
        let inner = self.node(scope).link.expect("an ad-hoc sub-process has its inner instance");
        let slot = self.enter_at(inner, scope);
        self.set_variables(slot, variables);
        self.emit(InstanceEvent::ElementActivated { slot });
        self.begin_at(slot, element);
    }

    /// An inner instance is about to leave: its output, and whether all is done with it. Whatever
    /// can fail comes before the first event.
    pub(crate) fn leave_inner(&mut self, slot: Slot) -> Result<(), Failure> {
        let scope = self.at(slot).scope;
        let Some(kind) = self.ad_hoc(scope) else { return Ok(()) };
        let gathered = self.gathered(slot, scope, kind)?;
        let fulfilled = match &kind.condition {
            Some(program) => self.truth(slot, program, &gathered)?,
            None => kind.job.is_none(),
        };
        self.ask_planner_again(scope)?;
        self.set_variables(scope, gathered);
        if fulfilled && !self.at(scope).fulfilled {
            self.emit(InstanceEvent::AdHocFulfilled { slot: scope });
            if kind.condition.is_some() && kind.cancels_remaining && self.at(scope).children > 1 {
                self.push(Work::CancelInside { scope, from: 0, except: 0 });
            }
        }
        Ok(())
    }

    /// Something in an ad-hoc sub-process has ended: the worker that decides what comes next is
    /// asked anew. Nothing happens where no worker decides.
    pub(crate) fn ask_planner_again(&mut self, scope: Slot) -> Result<(), Failure> {
        let Some(spec) = self.ad_hoc(scope).and_then(|kind| kind.job.as_ref()) else {
            return Ok(());
        };
        let held = self.at(scope);
        if held.fulfilled || !is_open(held) || held.compensation.is_some() {
            return Ok(());
        }
        let created = self.planner_job(scope, spec)?;
        self.cancel_planner_job(scope);
        self.emit(InstanceEvent::JobCreated(Box::new(created)));
        Ok(())
    }

    /// A job for the worker that decides what an ad-hoc sub-process does next.
    pub(crate) fn planner_job(
        &mut self,
        slot: Slot,
        spec: &JobSpec,
    ) -> Result<JobCreated, Failure> {
        let created = self.new_job(slot, spec)?;
        Ok(JobCreated { kind: JobKind::AdHocSubProcess, ..created })
    }

    fn cancel_planner_job(&mut self, slot: Slot) {
        let held = self.at(slot);
        let planner = held.job.as_ref().filter(|job| job.kind == JobKind::AdHocSubProcess);
        let Some(key) = planner.map(|job| job.key) else { return };
        let of_job = |incident: &&Incident| incident.job == Some(key);
        let over: Vec<Key> = held.incidents.iter().filter(of_job).map(|it| it.key).collect();
        self.emit(InstanceEvent::JobCancelled { slot, key });
        for key in over {
            self.emit(InstanceEvent::IncidentResolved { slot, key });
        }
    }

    /// An event sub-process takes the place of everything in it: it ends with that.
    pub(super) fn give_up_ad_hoc(&mut self, slot: Slot) {
        if self.ad_hoc(slot).is_none() {
            return;
        }
        self.cancel_planner_job(slot);
        if !self.at(slot).fulfilled {
            self.emit(InstanceEvent::AdHocFulfilled { slot });
        }
    }

    /// The collection of outputs with that of one more inner instance, if there is one.
    fn gathered(&self, slot: Slot, scope: Slot, kind: &AdHoc) -> Result<Variables, Failure> {
        let (Some(name), Some(output)) = (&kind.outputs, &kind.output) else {
            return Ok(Variables::new());
        };
        let value = self.evaluate(slot, output, IncidentKind::ExtractValue)?.to_json();
        let held = self.at(scope).variables.get(name);
        let held = held.and_then(|list| list.strip_suffix(']')).unwrap_or("[");
        let comma = if held.len() > 1 { "," } else { "" };
        let list = format!("{held}{comma}{value}]");
        if list.len() > COMMAND_VARIABLES_BYTES_MAX {
            return Err(Failure::new(
                IncidentKind::MessageSize,
                format!(
                    "Expected the output collection `{name}` to have at most \
                     {COMMAND_VARIABLES_BYTES_MAX} bytes, but found {}.",
                    list.len()
                ),
            ));
        }
        Ok(vec![(name.clone(), list.into())])
    }

    /// The completion condition, with the newest output in front. It also sees what the inner
    /// instance that leaves keeps to itself.
    fn truth(
        &self,
        slot: Slot,
        program: &decision::Program,
        gathered: &Variables,
    ) -> Result<bool, Failure> {
        let value = self.evaluate_with(slot, program, gathered, IncidentKind::ExtractValue)?;
        value.as_boolean().ok_or_else(|| {
            Failure::new(
                IncidentKind::ExtractValue,
                format!(
                    "Expected the completion condition `{}` to be true or false, but found {}. \
                     Correct the variables and resolve.",
                    program.source().trim(),
                    value.type_name()
                ),
            )
        })
    }

    /// Nothing lives in an ad-hoc sub-process: it is done if that was what it waited for. `false`:
    /// it is none.
    pub(super) fn settle_ad_hoc(&mut self, slot: Slot) -> bool {
        if self.ad_hoc(slot).is_none() {
            return false;
        }
        if self.at(slot).fulfilled {
            self.cancel_planner_job(slot);
            self.push(Work::Complete { slot });
        }
        true
    }

    /// What an ad-hoc sub-process collected goes to the scope around it, beside its outputs. An
    /// instance of a multi-instance body keeps it: the body collects.
    pub(super) fn propagate_results(&mut self, slot: Slot) {
        let Some(name) = self.ad_hoc(slot).and_then(|kind| kind.outputs.clone()) else { return };
        let held = self.at(slot);
        let (scope, repeats) = (held.scope, self.node(slot).multi_instance.is_some());
        if let (Some(list), false) = (held.variables.get(&name).cloned(), repeats) {
            self.propagate(scope, vec![(name, list)]);
        }
    }

    /// A worker decided what an ad-hoc sub-process does next.
    pub(crate) fn decide_ad_hoc(
        &mut self,
        slot: Slot,
        job: Key,
        variables: Variables,
        by: Activation,
        result: Option<&JobResult>,
    ) -> Result<(), Rejection> {
        let nothing = JobResult::default();
        let result = result.unwrap_or(&nothing);
        if result.is_fulfilled && !result.activate.is_empty() {
            return Err(Rejection::invalid_argument(
                "Expected an ad-hoc sub-process either to be fulfilled or to activate elements, \
                 but found both. Leave out one.",
            ));
        }
        let elements = self.activities(slot, &result.activate)?;
        self.emit(InstanceEvent::JobCompleted { slot, key: job, by });
        self.set_variables(slot, variables);
        if result.is_fulfilled {
            self.emit(InstanceEvent::AdHocFulfilled { slot });
        }
        self.activate_all(slot, elements, result.cancels_remaining);
        Ok(())
    }

    /// Somebody asks for activities of an ad-hoc sub-process.
    pub(crate) fn activate_activities(
        &mut self,
        key: Key,
        wanted: &[(Arc<str>, Variables)],
        cancels_remaining: bool,
    ) -> Result<(), Rejection> {
        let slot = self.state.slot_of(key);
        let found = slot.and_then(|slot| Some((slot, self.ad_hoc(slot)?)));
        let Some((slot, kind)) = found else {
            return Err(Rejection::not_found(format!(
                "Expected an active ad-hoc sub-process with element instance key `{key}`, but \
                 found none."
            )));
        };
        let held = self.at(slot);
        // Without a condition it goes on as long as anything runs in it.
        let is_done = held.fulfilled && (kind.condition.is_some() || kind.job.is_some());
        if held.phase != Phase::Active || is_done || !is_open(held) || held.compensation.is_some() {
            return Err(Rejection::invalid_state(format!(
                "Expected ad-hoc sub-process `{key}` to be active, but it has not begun, is done \
                 or is being cancelled."
            )));
        }
        let elements = self.activities(slot, wanted)?;
        self.activate_all(slot, elements, cancels_remaining);
        Ok(())
    }

    fn activities(
        &self,
        slot: Slot,
        wanted: &[(Arc<str>, Variables)],
    ) -> Result<Vec<(ElementIndex, Variables)>, Rejection> {
        if wanted.len() > AD_HOC_ACTIVATIONS_MAX {
            return Err(Rejection::invalid_argument(format!(
                "Expected at most {AD_HOC_ACTIVATIONS_MAX} elements to activate at once, but found \
                 {}.",
                wanted.len()
            )));
        }
        let find = |(id, variables): &(Arc<str>, Variables)| {
            let found = self.graph.activity(self.at(slot).element, id);
            let element = found.ok_or_else(|| {
                Rejection::not_found(format!(
                    "Expected the id of an activity in ad-hoc sub-process `{}` that no flow leads \
                     to, but found `{id}`.",
                    self.node(slot).id
                ))
            })?;
            Ok((element, variables.clone()))
        };
        wanted.iter().map(find).collect()
    }

    fn activate_all(
        &mut self,
        slot: Slot,
        elements: Vec<(ElementIndex, Variables)>,
        cancels_remaining: bool,
    ) {
        if cancels_remaining && self.at(slot).children > 0 {
            self.push(Work::CancelInside { scope: slot, from: 0, except: 0 });
        }
        for (element, variables) in elements {
            self.push(Work::ActivateInner { slot, element, variables });
        }
        self.push(Work::Settle { slot });
    }
}

/// Whether more may begin in a slot.
fn is_open(held: &ElementInstance) -> bool {
    held.phase != Phase::Cancelling && held.interrupted_by.is_none()
}
