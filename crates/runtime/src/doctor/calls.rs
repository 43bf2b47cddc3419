//! What must hold between a call activity and the process instance it called.
//!
//! Not here: what either does inside. A difference that an effect on its way mends is no finding.

use super::Exam;
use crate::lane::Aggregate;
use engine::key::Key;
use engine::state::instance::Instance;

impl Exam<'_> {
    /// Whom an instance called, and who called it.
    pub(super) fn instance_calls(
        &mut self,
        key: Key,
        state: &Instance,
    ) -> Result<(), store::Error> {
        for (slot, held) in &state.elements {
            let Some(child) = held.child else { continue };
            let called = self.load(child)?;
            let parent = called.as_ref().and_then(Aggregate::instance);
            let parent = parent.and_then(|called| called.parent.as_deref());
            let known = parent.is_some_and(|it| it.instance == key && it.slot == *slot);
            // It is to be created yet, or has ended and says so.
            if !known && !self.has_effect(child, key)? && !self.has_effect(key, child)? {
                let expected = format!("instance {child} to live for the call in slot {slot}");
                let found = if called.is_some() { "that it has another caller" } else { "none" };
                self.find(key, "I1", expected, found);
            }
        }
        let Some(parent) = &state.parent else { return Ok(()) };
        let caller = self.load(parent.instance)?;
        let caller = caller.as_ref().and_then(Aggregate::instance);
        let waits = caller.and_then(|caller| caller.element(parent.slot));
        self.check(
            waits.is_some_and(|held| held.child == Some(key)),
            key,
            "I1",
            || format!("slot {} of instance {} to wait for it", parent.slot, parent.instance),
            || match waits {
                Some(held) => format!("that it waits for {:?}", held.child),
                None => "that it is not there".to_owned(),
            },
        );
        Ok(())
    }
}
