//! What must hold between BPMN signals and the instances that wait for them.
//!
//! A difference that an effect in the outbox will mend is no finding.

use super::Exam;
use crate::lane::Aggregate;
use engine::key::Key;
use engine::state::bpmn_signal::{BpmnSignal, Listener};
use engine::state::instance::Instance;
use engine::state::mailbox::Absent;
use engine::state::{Kind, named_key};
use store::load::{Load, Pages};

impl Exam<'_> {
    /// Every BPMN signal an instance waits for knows it.
    pub(super) fn awaited_signals(
        &mut self,
        key: Key,
        state: &Instance,
    ) -> Result<(), store::Error> {
        for (slot, held) in &state.elements {
            for awaited in held.signals() {
                let signal = named_key(Kind::BpmnSignal, state.tenant, &[&awaited.name]);
                let found = self.listener(signal, awaited.key)?;
                let found = found.is_some_and(|it| it.instance == key && it.slot == *slot);
                // It may be on its way there, or a broadcast on its way here.
                let coming =
                    found || self.has_effect(signal, key)? || self.has_effect(key, signal)?;
                if !coming {
                    let expected = format!("BPMN signal {signal} to know listener {}", awaited.key);
                    self.find(key, "I8", expected, "that it does not");
                }
            }
        }
        Ok(())
    }

    /// A listener of a BPMN signal that may have too many to be loaded for it.
    fn listener(&self, signal: Key, listener: Key) -> Result<Option<Listener>, store::Error> {
        let mut wanted = Pages::Root;
        let mut held: Option<Aggregate> = None;
        loop {
            let load = Load { aggregates: vec![(signal.0, wanted.clone())], ..Load::default() };
            let row = self.store.load(&load)?.aggregates.into_iter().next().flatten();
            let Some(row) = row else { return Ok(None) };
            if let (Some(held), Pages::Some(pages)) = (&mut held, &wanted) {
                if held.bring_pages(signal, pages, &row.pages).is_err() {
                    return Ok(None);
                }
            } else {
                held = Aggregate::decode(&row, &self.definitions).ok();
            }
            let Some(Aggregate::BpmnSignal(state)) = &held else { return Ok(None) };
            match state.listener(listener) {
                Ok(found) => return Ok(found.cloned()),
                Err(Absent(pages)) => wanted = Pages::Some(pages),
            }
        }
    }

    /// Listeners are in order and are instances that wait; a broadcast goes on by an effect.
    pub(super) fn bpmn_signal(&mut self, key: Key, state: &BpmnSignal) -> Result<(), store::Error> {
        if let Err(found) = state.verify() {
            self.find(key, "I8", "listeners in order", found);
            return Ok(());
        }
        for listener in state.listeners.iter() {
            let held = self.load(listener.instance)?;
            let waits = held.as_ref().and_then(Aggregate::instance).is_some_and(|instance| {
                let slot = instance.element(listener.slot);
                slot.is_some_and(|slot| slot.signals().iter().any(|it| it.key == listener.key))
            });
            if !waits && !self.has_effect(key, listener.instance)? {
                let expected = format!("instance {} to wait for it", listener.instance);
                self.find(key, "I8", expected, "that it does not");
            }
        }
        if state.goes_on() && !self.has_effect(key, key)? {
            self.find(key, "L1", "an effect that goes on with its broadcast", "none");
        }
        self.check(
            !state.is_empty(),
            key,
            "I5",
            || "no row of a BPMN signal nobody waits for".to_owned(),
            || "one".to_owned(),
        );
        Ok(())
    }
}
