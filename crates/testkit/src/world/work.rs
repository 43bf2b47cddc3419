//! One step of a received event, a detector, alerts, a case or an expectation: recorded, read back,
//! folded and stored.
//!
//! Not here: their timers; who drives a world wakes them.

use super::{Held, World};
use ::work::State;
use engine::command::{Command, Effect, Rejection};
use engine::key::Key;
use engine::record::Events;
use engine::step;

impl World {
    pub(super) fn step_work(
        &mut self,
        target: Key,
        command: &Command,
    ) -> Result<Vec<Effect>, Rejection> {
        let Command::Work(inner) = command else { unreachable!("a command to one of them") };
        let mut held = self.work.remove(&target).unwrap_or_else(|| {
            let state = State::empty(inner);
            Held { replayed: state.clone(), state }
        });
        let before = held.state.clone();
        let outcome = step::work::step(&self.definitions, &mut held.state, inner, &mut self.inputs);
        if outcome.is_err() {
            assert_eq!(held.state, before, "a rejection changes no state");
        }
        let recorded = self.record(target, command, outcome, Events::Work, |events| {
            let Events::Work(events) = events else { unreachable!("events of one of them") };
            events
        });
        let effects = recorded.map(|(events, effects)| {
            events.iter().for_each(|event| held.replayed.apply(event));
            effects
        });
        assert_eq!(held.state, held.replayed, "{target} is the fold of its events");
        if held.state.is_empty() {
            return effects;
        }
        let body = step::work::encode_state(target, &held.state);
        let read = step::work::decode_state(step::work::kind(&held.state), target, &body);
        let read = read.expect("it is one of them").unwrap_or_else(|bad| panic!("{bad}"));
        assert_eq!(read, held.replayed, "{target} is read as it was stored");
        self.work.insert(target, held);
        effects
    }
}
