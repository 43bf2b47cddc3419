//! One step of a BPMN signal's listeners: recorded, read back, folded, stored page by page.
//!
//! Not here: what must hold between them and instances (`check`).

use super::{Held, TENANT, What, World};
use engine::command::{Command, Effect, Rejection};
use engine::key::Key;
use engine::record::{self, Events};
use engine::state::bpmn_signal::BpmnSignal;
use engine::step::{self, Halt};

impl World {
    pub(super) fn step_bpmn_signal(
        &mut self,
        target: Key,
        command: &Command,
    ) -> Result<Vec<Effect>, Rejection> {
        let Command::BpmnSignal(inner) = command else { unreachable!("a command to listeners") };
        let mut held = self.signals.remove(&target).unwrap_or_else(|| {
            let state = BpmnSignal::shaped(TENANT, self.shape);
            Held { replayed: state.clone(), state }
        });
        let outcome = loop {
            let (known, inputs) = (&self.definitions, &mut self.inputs);
            match step::bpmn_signal::step(known, target, &mut held.state, inner, inputs) {
                Ok(outcome) => break Ok(outcome),
                Err(Halt::Rejected(rejection)) => break Err(rejection),
                Err(Halt::Needs(asked)) => {
                    assert!(!asked.is_empty(), "a step that needs pages says which");
                    let stored = self.pages.get(&target);
                    let found =
                        asked.iter().filter_map(|page| Some((*page, stored?.get(page)?.clone())));
                    let found: Vec<_> = found.collect();
                    let state = &mut held.state;
                    let brought = record::bring_bpmn_signal_pages(target, state, &asked, &found);
                    brought.unwrap_or_else(|bad| panic!("a stored page is read: {bad:?}"));
                }
            }
        };
        let recorded = self.record(target, command, outcome, Events::BpmnSignal, |events| {
            let Events::BpmnSignal(events) = events else { unreachable!("events of listeners") };
            events
        });
        let effects = recorded.map(|(events, effects)| {
            for event in events {
                held.replayed.apply(&event);
                self.push_log(target, What::BpmnSignal(event));
            }
            effects
        });
        self.store_bpmn_signal(target, &mut held);
        self.signals.insert(target, held);
        effects
    }

    /// Writes what a store would write and forgets what is not needed next; what was stored over
    /// all steps reads back as the fold of the events.
    fn store_bpmn_signal(&mut self, target: Key, held: &mut Held<BpmnSignal>) {
        let (root, dirty) = record::encode_bpmn_signal(target, &held.state);
        let pages = self.pages.entry(target).or_default();
        for (page, body) in dirty {
            match body {
                Some(body) => pages.insert(page, body),
                None => pages.remove(&page),
            };
        }
        held.state.written();
        held.replayed.written();
        held.state.drop_pages(|_| false);
        let pages: Vec<_> = pages.iter().map(|(page, body)| (*page, body.clone())).collect();
        assert!(held.state.is_one_row() == pages.is_empty(), "one row has no pages");
        let read = record::decode_bpmn_signal(target, &root, &pages);
        let read = read.unwrap_or_else(|bad| panic!("stored listeners are read: {bad:?}"));
        assert_eq!(read, held.replayed, "BPMN signal {target} is the fold of its events");
        assert_eq!(held.replayed.verify(), Ok(()), "BPMN signal {target} is in order");
    }
}
