//! Standard loop: a body begins one round of its activity after the other, while a condition is
//! true.
//!
//! BPMN 2.0.2, 13.3.6. Not here: what a round does; it lives like any other element, inside of its
//! body.

use super::Ctx;
use crate::element::Entered;
use crate::event::{IncidentKind, InstanceEvent, Resume, Slot, Variables, Work};
use crate::part::Failure;
use crate::part::standard_loop::StandardLoop;

impl<'a> Ctx<'a> {
    /// The standard loop marker, if the slot is the body of one.
    pub(super) fn loop_of(&self, slot: Slot) -> Option<&'a StandardLoop> {
        let marker = self.node(slot).standard_loop.as_deref()?;
        (!self.is_in_body(slot)).then_some(marker)
    }

    /// Activates a body: the first round begins, unless the condition is looked at before it.
    pub(super) fn begin_loop(
        &mut self,
        slot: Slot,
        marker: &StandardLoop,
    ) -> Result<Entered, Failure> {
        if marker.test_before && !self.goes_round(slot, marker, 0)? {
            return Ok(Entered::Passes);
        }
        let waits = self.waits_beside(slot)?;
        self.emit(InstanceEvent::LoopBegun { slot });
        for (element, wait) in waits {
            self.open_wait(slot, element, wait);
        }
        self.push(Work::Spawn { slot });
        Ok(Entered::Waits)
    }

    /// Begins the next round, if none is under way.
    pub(super) fn begin_round(&mut self, slot: Slot) {
        let held = self.at(slot);
        let (children, element) = (held.children, held.element);
        let round = held.body.as_ref().map_or(0, |body| body.begun) + 1;
        if children > 0 {
            return;
        }
        let (scope, slot) = (slot, self.state.next_slot);
        let key = self.next_key();
        self.emit(InstanceEvent::ElementEntered { slot, key, element, scope, body: false });
        self.set_variables(slot, vec![("loopCounter".into(), round.to_string().into())]);
        self.push(Work::Activate { slot });
    }

    /// A round is over: another one begins, or the body is done.
    pub(super) fn settle_loop(&mut self, slot: Slot) {
        let Some(marker) = self.node(slot).standard_loop.as_deref() else { return };
        let held = self.at(slot);
        let rounds = held.body.as_ref().map_or(0, |body| body.begun);
        let asks = |kind, resume| kind == IncidentKind::Condition && resume == Resume::Scope;
        if held.incidents.iter().any(|held| asks(held.kind, held.resume)) {
            return;
        }
        let another = rounds == 0 || marker.maximum.is_none_or(|maximum| rounds < maximum);
        let another = match (another, rounds) {
            (true, 0) => Ok(true),
            (true, _) => self.goes_round(slot, marker, rounds),
            (false, _) => Ok(false),
        };
        match another {
            Ok(true) => self.push(Work::Spawn { slot }),
            Ok(false) => self.push(Work::Complete { slot }),
            Err(failure) => self.raise(slot, failure, Resume::Scope, None),
        }
    }

    /// Whether the condition asks for another round after so many.
    fn goes_round(&self, slot: Slot, marker: &StandardLoop, rounds: u32) -> Result<bool, Failure> {
        let Some(program) = &marker.condition else { return Ok(true) };
        let counter: Variables = vec![("loopCounter".into(), rounds.to_string().into())];
        let value = self.evaluate_with(slot, program, &counter, IncidentKind::Condition)?;
        value.as_boolean().ok_or_else(|| {
            Failure::new(
                IncidentKind::Condition,
                format!(
                    "Expected the loop condition `{}` to be true or false, but found {}. Correct \
                     the variables and resolve.",
                    program.source().trim(),
                    value.type_name()
                ),
            )
        })
    }
}
