//! Replay: the events of an aggregate, folded from the first, give its stored state.
//!
//! Only aggregates whose whole history is there can be folded; instances say so by beginning
//! with their creation.

use super::{Exam, PAGE};
use crate::lane::Aggregate;
use engine::event::InstanceEvent;
use engine::key::Key;
use engine::record::{Events, Section, decode_sections};
use engine::state::Kind;
use engine::state::bpmn_signal::BpmnSignal;
use engine::state::instance::Instance;
use engine::state::mailbox::Mailbox;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl Exam<'_> {
    pub(super) fn replay(&mut self, key: Key, stored: &Aggregate) -> Result<(), store::Error> {
        let mut folded = match stored {
            Aggregate::Mailbox(held) => {
                Aggregate::Mailbox(Box::new(Mailbox::shaped(0, held.shape())))
            }
            Aggregate::BpmnSignal(held) => {
                Aggregate::BpmnSignal(Box::new(BpmnSignal::shaped(0, held.shape())))
            }
            _ => Aggregate::empty(stored.kind(), 0),
        };
        let mut after = 0;
        let mut first = true;
        loop {
            let rows = self.store.events_of(key.0, after, PAGE)?;
            let Some(last) = rows.last() else { break };
            after = last.position;
            for row in &rows {
                let sections = match decode_sections(key, &row.body) {
                    Ok(sections) => sections,
                    Err(bad) => {
                        let expected = format!("history at position {} to be read", row.position);
                        self.find(key, "I5", expected, bad.to_string());
                        return Ok(());
                    }
                };
                if first && !begins(&sections) {
                    return Ok(());
                }
                first = false;
                let fold = || sections.iter().try_for_each(|one| apply(&mut folded, &one.events));
                if !matches!(catch_unwind(AssertUnwindSafe(fold)), Ok(Some(()))) {
                    let expected = "events that follow from those before";
                    let found = format!("others at position {}", row.position);
                    self.find(key, "I5", expected, found);
                    return Ok(());
                }
            }
        }
        if let Some((stored, folded)) = difference(stored, &mut folded) {
            self.find(key, "I5", format!("what its events add up to: {folded}"), stored);
        }
        Ok(())
    }
}

/// Whether a history begins with the first event there can be. Only instances can tell.
fn begins(sections: &[Section]) -> bool {
    match sections.first().map(|section| &section.events) {
        Some(Events::Instance(events)) => {
            matches!(events.first(), Some(InstanceEvent::InstanceCreated(_)))
        }
        _ => true,
    }
}

fn apply(state: &mut Aggregate, events: &Events) -> Option<()> {
    match (state, events) {
        (Aggregate::Instance(state, _), Events::Instance(events)) => {
            events.iter().for_each(|event| state.apply(event));
        }
        (Aggregate::Mailbox(state), Events::Mailbox(events)) => {
            events.iter().for_each(|event| state.apply(event));
        }
        (Aggregate::Entry(state), Events::Entry(events)) => {
            events.iter().for_each(|event| state.apply(event));
        }
        (Aggregate::Head(state), Events::Head(events)) => {
            events.iter().for_each(|event| state.apply(event));
        }
        (Aggregate::Resource(state), Events::Resource(events)) => {
            events.iter().for_each(|event| state.apply(event));
        }
        (Aggregate::BpmnSignal(state), Events::BpmnSignal(events)) => {
            events.iter().for_each(|event| state.apply(event));
        }
        (Aggregate::BatchOperation(state), Events::BatchOperation(events)) => {
            events.iter().for_each(|event| state.apply(event));
        }
        (Aggregate::Suspensions(state), Events::Suspension(events)) => {
            events.iter().for_each(|event| state.apply(event));
        }
        (Aggregate::Work(state), Events::Work(events)) => {
            events.iter().for_each(|event| state.apply(event));
        }
        _ => return None,
    }
    Some(())
}

/// The first difference of two states, in words: (stored, folded).
fn difference(stored: &Aggregate, folded: &mut Aggregate) -> Option<(String, String)> {
    debug_assert_eq!(stored.kind(), folded.kind(), "a fold begins with its own kind");
    match (stored, folded) {
        (Aggregate::Instance(stored, _), Aggregate::Instance(folded, _)) => {
            folded.dirty.clone_from(&stored.dirty);
            (stored != folded).then(|| instance_difference(stored, folded))
        }
        (Aggregate::Mailbox(stored), Aggregate::Mailbox(folded)) => {
            mailbox_difference(stored, folded)
        }
        (Aggregate::Entry(stored), Aggregate::Entry(folded)) => words(stored, folded),
        (Aggregate::Head(stored), Aggregate::Head(folded)) => words(stored, folded),
        (Aggregate::Resource(stored), Aggregate::Resource(folded)) => words(stored, folded),
        (Aggregate::BpmnSignal(stored), Aggregate::BpmnSignal(folded)) => {
            signal_difference(stored, folded)
        }
        (Aggregate::BatchOperation(stored), Aggregate::BatchOperation(folded)) => {
            words(&**stored, &**folded)
        }
        (Aggregate::Suspensions(stored), Aggregate::Suspensions(folded)) => {
            words(&**stored, &**folded)
        }
        (Aggregate::Work(stored), Aggregate::Work(folded)) => words(&**stored, &**folded),
        (stored, folded) => Some((name(stored.kind()), name(folded.kind()))),
    }
}

fn instance_difference(stored: &Instance, folded: &Instance) -> (String, String) {
    for slot in stored.elements.keys().chain(folded.elements.keys()) {
        let (left, right) = (stored.element(*slot), folded.element(*slot));
        if left != right {
            return (format!("slot {slot} {left:?}"), format!("slot {slot} {right:?}"));
        }
    }
    let root = |state: &Instance| {
        let elements = engine::state::elements::Elements::default();
        format!("{:?}", Instance { elements, ..state.clone() })
    };
    (root(stored), root(folded))
}

/// What is held and in which order counts: a row of an older release was numbered anew.
fn mailbox_difference(stored: &Mailbox, folded: &Mailbox) -> Option<(String, String)> {
    let same = stored.tenant == folded.tenant
        && stored.expiry == folded.expiry
        && stored.messages.iter().eq(folded.messages.iter())
        && stored.subscriptions.iter().eq(folded.subscriptions.iter());
    (!same).then(|| (brief(stored), brief(folded)))
}

fn signal_difference(stored: &BpmnSignal, folded: &BpmnSignal) -> Option<(String, String)> {
    let same = stored.tenant == folded.tenant
        && stored.broadcasts == folded.broadcasts
        && stored.listeners.iter().eq(folded.listeners.iter());
    let brief = |signal: &BpmnSignal| {
        let first: Vec<_> = signal.listeners.iter().map(|held| held.key.0).take(8).collect();
        let (count, on_its_way) = (signal.listeners.len(), signal.broadcasts.len());
        format!("{count} listeners, first {first:?}, and {on_its_way} broadcasts")
    };
    (!same).then(|| (brief(stored), brief(folded)))
}

/// Of a mailbox that may be very large, as much as a person can read.
fn brief(state: &Mailbox) -> String {
    let messages: Vec<_> = state.messages.iter().map(|held| held.key.0).take(8).collect();
    let subscriptions: Vec<_> = state.subscriptions.iter().map(|held| held.key.0).take(8).collect();
    format!(
        "tenant {}, expiry {:?}, {} messages {messages:?}, {} subscriptions {subscriptions:?}",
        state.tenant,
        state.expiry,
        state.messages.len(),
        state.subscriptions.len()
    )
}

fn words<T: std::fmt::Debug + PartialEq>(stored: &T, folded: &T) -> Option<(String, String)> {
    (stored != folded).then(|| (format!("{stored:?}"), format!("{folded:?}")))
}

fn name(kind: Kind) -> String {
    format!("{kind:?}")
}
