//! One step of one aggregate, and the oracle: recorded, read back, folded, compared.
//!
//! Not here: what must hold within and between states (`check`).

use super::{Happened, Held, TENANT, What, World};
use crate::oracle::Stimulus;
use engine::command::{Command, Effect, HeadCommand, InstanceCommand, Rejection};
use engine::definitions::Definition;
use engine::event::{ElementIndex, InstanceEvent, Slot};
use engine::graph::Graph;
use engine::key::Key;
use engine::life::pages::Named;
use engine::record::codec::Wire;
use engine::record::{self, Cause, Events, Section};
use engine::state::head::HeadEvent;
use engine::state::instance::Instance;
use engine::state::mailbox::{Mailbox, MailboxEvent};
use engine::step::{self, Halt, Outcome};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

/// FNV-1a, 64 bit, going on from `hash`.
pub(super) fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(hash, mix)
}

impl World {
    /// Steps one aggregate. What it did is recorded and read back before anything else sees it.
    pub(super) fn step(
        &mut self,
        target: Key,
        command: &Command,
    ) -> Result<Vec<Effect>, Rejection> {
        let effects = match command {
            Command::Instance(inner) => self.step_instance(target, command, inner),
            Command::Mailbox(_) => self.step_mailbox(target, command),
            Command::Entry(_) => self.step_entry(target, command),
            Command::Head(_) => self.step_head(target, command),
            Command::Resource(_) => self.step_resource(target, command),
            Command::Evaluation(_) => self.step_evaluation(target, command),
            Command::BpmnSignal(_) => self.step_bpmn_signal(target, command),
            Command::BatchOperation(_) | Command::Suspension(_) => {
                unreachable!("batch operations and suspensions are carried out by the runtime")
            }
            Command::Work(_) => self.step_work(target, command),
        }?;
        for effect in &effects {
            let body = record::encode_effect(effect.target, &Cause::default(), &effect.command);
            let read = record::decode_effect(effect.target, &body);
            let expected = (Cause::default(), effect.command.clone());
            assert_eq!(read.ok(), Some(expected), "an effect is read as it was recorded");
        }
        Ok(effects)
    }

    fn step_instance(
        &mut self,
        target: Key,
        command: &Command,
        inner: &InstanceCommand,
    ) -> Result<Vec<Effect>, Rejection> {
        let mut held = self.instances.remove(&target).unwrap_or_default();
        if let InstanceCommand::CreateInstance(create) = inner
            && held.state.next_slot == 0
        {
            // What the lane does: an aggregate that does not exist yet belongs to its tenant.
            held.state.tenant = TENANT;
            held.state.definition = create.definition;
            self.started.push(target);
        }
        let Some(definition) = self.definitions.get(held.state.definition).cloned() else {
            return Err(Rejection::not_found(format!("Expected instance `{target}` to exist.")));
        };
        self.bring_pages(target, &definition.graph, (&mut held.state, &held.replayed), inner);
        let before = Before::of(&held.replayed);
        let graph = &definition.graph;
        let stimulus = self.oracle.is_some().then(|| Stimulus::of(&held.replayed, graph, inner));
        let (known, inputs) = (&self.definitions, &mut self.inputs);
        let outcome =
            step::instance::step(known, &definition.graph, &mut held.state, inner, inputs);
        if let Ok(outcome) = &outcome {
            before.check(target, outcome);
        }
        let recorded = self.record(target, command, outcome, Events::Instance, |events| {
            let Events::Instance(events) = events else { unreachable!("events of an instance") };
            events
        });
        let mut definition = definition;
        let effects = recorded.map(|(events, effects)| {
            for event in events {
                if let InstanceEvent::InstanceMigrated(migrated) = &event {
                    let found = self.definitions.get(migrated.definition).cloned();
                    definition = found.expect("an instance changes to a known definition");
                }
                self.note_instance(target, &definition, &mut held.replayed, event);
            }
            effects
        });
        if effects.is_err() && held.state.next_slot == 0 {
            // It never began.
            self.started.pop();
            return effects;
        }
        let graph = &definition.graph;
        if let (Some(oracle), Some(stimulus), true) = (&mut self.oracle, &stimulus, effects.is_ok())
        {
            oracle.play(target, stimulus, self.inputs.now_ms);
            oracle.compare(target, &held.replayed, graph);
        }
        let root = self.store_pages(target, &held.state);
        held.state.dirty.clear();
        held.replayed.dirty.clear();
        self.check_now_and_then(target, &root, &held.replayed, graph);
        // What a store would hold is forgotten at once, so that each step asks for what it needs.
        held.state.elements.leave_pages(|_| false);
        if held.state.elements.absent(..).next().is_none() {
            assert_eq!(held.state, held.replayed, "instance {target} is the fold of its events");
        }
        let goes_on = !held.replayed.is_suspended();
        self.instances.insert(target, held);
        if goes_on {
            self.release(target);
        }
        effects
    }

    fn check_now_and_then(&mut self, target: Key, root: &[u8], replayed: &Instance, graph: &Graph) {
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(self.check_every) {
            self.check_stored(target, root, replayed);
            self.check_instance(target, replayed, graph);
        }
    }

    /// Brings the pages a command asks for, as a lane does.
    fn bring_pages(
        &self,
        target: Key,
        graph: &Graph,
        (state, replayed): (&mut Instance, &Instance),
        command: &InstanceCommand,
    ) {
        // Whoever brings pages may remember where things are, or not: both are tried.
        let named = Named::by(command).filter(|_| self.steps.is_multiple_of(2));
        let known = named.and_then(|named| {
            let mut elements = replayed.elements.iter();
            elements.find(|(_, held)| named.is_at(held)).map(|(slot, _)| *slot)
        });
        loop {
            let missing = engine::life::pages::missing(graph, state, command, known);
            if missing.is_empty() {
                return;
            }
            for number in missing {
                let body = &self.pages[&target][&number];
                let page = record::decode_page(target, number, body);
                state.bring(page.unwrap_or_else(|bad| panic!("a stored page is read: {bad:?}")));
            }
        }
    }

    /// Writes what a store would write after a step: the root, and dirty pages only.
    fn store_pages(&mut self, target: Key, state: &Instance) -> Vec<u8> {
        let (root, dirty) = record::encode_instance(state);
        let pages = self.pages.entry(target).or_default();
        for (page, body) in dirty {
            match body {
                Some(body) => pages.insert(page, body),
                None => pages.remove(&page),
            };
        }
        root
    }

    /// What was stored page by page over all steps reads back as the state.
    fn check_stored(&self, target: Key, root: &[u8], state: &Instance) {
        let pages = self.pages.get(&target).into_iter().flatten();
        let pages: Vec<_> = pages.map(|(page, body)| (*page, body.clone())).collect();
        let read = record::decode_instance(target, root, &pages);
        let mut read = read.unwrap_or_else(|bad| panic!("a stored instance is read: {bad:?}"));
        read.dirty.clear();
        assert_eq!(read, *state, "instance {target} is read as it was stored");
    }

    fn step_mailbox(&mut self, target: Key, command: &Command) -> Result<Vec<Effect>, Rejection> {
        let Command::Mailbox(inner) = command else { unreachable!("a command to a mailbox") };
        let mut held = self.mailboxes.remove(&target).unwrap_or_else(|| {
            let state = Mailbox::shaped(TENANT, self.shape);
            Held { replayed: state.clone(), state }
        });
        let outcome = loop {
            let (known, inputs) = (&self.definitions, &mut self.inputs);
            match step::mailbox::step(known, target, &mut held.state, inner, inputs) {
                Ok(outcome) => break Ok(outcome),
                Err(Halt::Rejected(rejection)) => break Err(rejection),
                Err(Halt::Needs(asked)) => {
                    assert!(!asked.is_empty(), "a step that needs pages says which");
                    let stored = self.pages.get(&target);
                    let found =
                        asked.iter().filter_map(|page| Some((*page, stored?.get(page)?.clone())));
                    let found: Vec<_> = found.collect();
                    let brought =
                        record::bring_mailbox_pages(target, &mut held.state, &asked, &found);
                    brought.unwrap_or_else(|bad| panic!("a stored page is read: {bad:?}"));
                }
            }
        };
        let recorded = self.record(target, command, outcome, Events::Mailbox, |events| {
            let Events::Mailbox(events) = events else { unreachable!("events of a mailbox") };
            events
        });
        let effects = recorded.map(|(events, effects)| {
            for event in events {
                self.note_mailbox(target, &mut held.replayed, event);
            }
            effects
        });
        self.store_mailbox(target, &mut held);
        self.check_mailbox(target, &held.replayed);
        self.mailboxes.insert(target, held);
        effects
    }

    /// Writes what a store would write after a step and forgets what is not needed next; what was
    /// stored page by page over all steps reads back as the fold of the events.
    fn store_mailbox(&mut self, target: Key, held: &mut Held<Mailbox>) {
        let (root, dirty) = record::encode_mailbox(target, &held.state);
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
        let read = record::decode_mailbox(target, &root, &pages);
        let read = read.unwrap_or_else(|bad| panic!("a stored mailbox is read: {bad:?}"));
        assert_eq!(read, held.replayed, "mailbox {target} is the fold of its events");
        let order = held.replayed.verify();
        assert_eq!(order, Ok(()), "mailbox {target} is in order: {:#?}", held.replayed);
    }

    fn step_entry(&mut self, target: Key, command: &Command) -> Result<Vec<Effect>, Rejection> {
        let Command::Entry(inner) = command else { unreachable!("a command to an entry") };
        let mut held = self.entries.remove(&target).unwrap_or_default();
        let (known, inputs) = (&self.definitions, &mut self.inputs);
        let outcome = step::entry::step(known, target, &mut held.state, inner, inputs);
        let recorded = self.record(target, command, outcome, Events::Entry, |events| {
            let Events::Entry(events) = events else { unreachable!("events of an entry") };
            events
        });
        let effects = recorded.map(|(events, effects)| {
            for event in events {
                held.replayed.apply(&event);
                self.push_log(target, What::Entry(event));
            }
            effects
        });
        check_folded(target, &held);
        self.entries.insert(target, held);
        effects
    }

    fn step_head(&mut self, target: Key, command: &Command) -> Result<Vec<Effect>, Rejection> {
        let Command::Head(inner) = command else { unreachable!("a command to a head") };
        let mut held = self.heads.remove(&target).unwrap_or_default();
        let (known, inputs) = (&self.definitions, &mut self.inputs);
        let outcome = step::head::step(known, &mut held.state, inner, inputs);
        let recorded = self.record(target, command, outcome, Events::Head, |events| {
            let Events::Head(events) = events else { unreachable!("events of a head") };
            events
        });
        let effects = recorded.map(|(events, effects)| {
            for event in events {
                held.replayed.apply(&event);
                let process_id = held.replayed.process_id.clone();
                self.note_head(target, process_id, inner, event);
            }
            effects
        });
        check_folded(target, &held);
        self.heads.insert(target, held);
        effects
    }

    fn step_resource(&mut self, target: Key, command: &Command) -> Result<Vec<Effect>, Rejection> {
        let Command::Resource(inner) = command else { unreachable!("a command to a resource") };
        let mut held = self.resources.remove(&target).unwrap_or_default();
        let outcome = step::resource::step(&mut held.state, inner, &mut self.inputs);
        let recorded = self.record(target, command, Ok(outcome), Events::Resource, |events| {
            let Events::Resource(events) = events else { unreachable!("events of a resource") };
            events
        });
        let effects = recorded.map(|(events, effects)| {
            events.iter().for_each(|event| held.replayed.apply(event));
            effects
        });
        check_folded(target, &held);
        self.resources.insert(target, held);
        effects
    }

    /// An evaluation is gone when it has happened: nothing is held.
    fn step_evaluation(
        &mut self,
        target: Key,
        command: &Command,
    ) -> Result<Vec<Effect>, Rejection> {
        let Command::Evaluation(inner) = command else { unreachable!("a command to evaluate") };
        let mut asked = engine::state::evaluation::Asked::default();
        let outcome = step::evaluation::step(&self.definitions, &mut asked, inner, &self.inputs);
        let recorded = self.record(target, command, outcome, Events::Evaluation, |events| {
            let Events::Evaluation(events) = events else { unreachable!("events of it") };
            events
        });
        let (events, effects) = recorded?;
        for event in events {
            self.push_log(target, What::Evaluation(event));
        }
        Ok(effects)
    }

    /// Records what a step did and reads it back; the events returned are those read.
    pub(super) fn record<E: Clone>(
        &mut self,
        target: Key,
        command: &Command,
        outcome: Result<Outcome<E>, Rejection>,
        wrap: fn(Vec<E>) -> Events,
        unwrap: fn(Events) -> Vec<E>,
    ) -> Result<(Vec<E>, Vec<Effect>), Rejection> {
        let outcome = outcome?;
        let cause = Cause {
            actor: "local".into(),
            command: record::v1::command_number(command),
            ..Cause::default()
        };
        let (events, places) = (wrap(outcome.events), outcome.places);
        let section = Section { cause, events, places, ..Section::default() };
        let body = record::encode_sections(target, std::slice::from_ref(&section));
        self.hash = fnv(fnv(self.hash, &target.0.to_le_bytes()), &body);
        let read = record::decode_sections(target, &body);
        let mut read = read.unwrap_or_else(|bad| panic!("what was recorded is read: {bad:?}"));
        assert_eq!(read, std::slice::from_ref(&section), "what is read is what was recorded");
        let events = read.pop().map(|section| unwrap(section.events)).unwrap_or_default();
        Ok((events, outcome.effects))
    }

    pub(super) fn push_log(&mut self, aggregate: Key, what: What) {
        let now_ms = self.now_ms();
        self.log.push(Happened { aggregate, now_ms, what });
    }

    fn note_instance(
        &mut self,
        key: Key,
        definition: &Arc<Definition>,
        replayed: &mut Instance,
        event: InstanceEvent,
    ) {
        assert!(!replayed.has_ended(), "instance {key} has ended before {event:?}");
        let element = element_of(&definition.graph, replayed, &event);
        self.coverage.note_instance(&definition.graph, &event, element);
        self.rows.note_instance(key, &event, self.inputs.now_ms);
        replayed.apply(&event);
        let definition = definition.clone();
        self.push_log(key, What::Instance { event, element, definition });
    }

    fn note_mailbox(&mut self, key: Key, replayed: &mut Mailbox, event: MailboxEvent) {
        let of = message_of(&event);
        let describe = |state: &Mailbox| {
            let message = state.messages.iter().find(|held| Some(held.key) == of)?;
            let about = (message.name.clone(), message.correlation_key.clone());
            Some((about, !message.reached.is_empty()))
        };
        let before = describe(replayed);
        replayed.apply(&event);
        let (about, reached) = before.or_else(|| describe(replayed)).unzip();
        self.rows.note_mailbox(key, &event);
        let reached = reached.unwrap_or(false);
        self.push_log(key, What::Mailbox { event, about, reached });
    }

    fn note_head(
        &mut self,
        head: Key,
        process_id: Arc<str>,
        command: &HeadCommand,
        event: HeadEvent,
    ) {
        self.rows.note_head(head, &event, self.inputs.now_ms);
        if let HeadEvent::VersionDeployed { tenant, version, definition, deployment, .. } = &event
            && let HeadCommand::DeployDefinition { graph, .. } = command
        {
            let graph = graph.clone();
            let (key, tenant, version) = (*definition, *tenant, *version);
            let deployment = *deployment;
            self.definitions.add(Definition { key, deployment, tenant, version, graph });
        }
        if let HeadEvent::DefinitionDeleted { definition, .. } = &event {
            self.definitions.delete(*definition);
        }
        if let HeadEvent::StartTimerStarted { .. } = event {
            self.coverage.note_start_timer();
        }
        self.push_log(head, What::Head { event, process_id });
    }
}

fn message_of(event: &MailboxEvent) -> Option<Key> {
    use MailboxEvent as E;
    match event {
        E::MessagePublished { message, .. } => Some(message.key),
        E::MessageOffered { message, .. }
        | E::MessageAccepted { message, .. }
        | E::MessageRefused { message, .. }
        | E::MessageStarted { message, .. }
        | E::MessageExpired { message, .. } => Some(*message),
        _ => None,
    }
}

/// The element an event is about, seen just before the event.
fn element_of(graph: &Graph, before: &Instance, event: &InstanceEvent) -> ElementIndex {
    use InstanceEvent as E;
    match event {
        E::ElementEntered { element, .. } => *element,
        E::TimerStarted { element, .. } => graph.owner(*element),
        E::SubscriptionOpened(opened) => graph.owner(opened.element),
        E::BpmnSignalAwaited(awaited) => graph.owner(awaited.element),
        E::ConditionAwaited { element, .. }
        | E::ConditionMet { element, .. }
        | E::ConditionDropped { element, .. }
        | E::EventKept { element, .. } => graph.owner(*element),
        E::GatewayActivated { element, .. } | E::GatewayReset { element, .. } => *element,
        E::TokenParked { flow, .. } => graph.flow(*flow).target,
        E::TimerFired { slot, key } | E::TimerCancelled { slot, key } => {
            let held = before.element(*slot).expect("a timer belongs to a live slot");
            let timer = held.timers.iter().find(|timer| timer.key == *key);
            graph.owner(timer.expect("a timer that ends was running").element)
        }
        E::SubscriptionCorrelated { slot, key, .. } | E::SubscriptionClosed { slot, key } => {
            let held = before.element(*slot).expect("a subscription belongs to a live slot");
            let waiting = held.subscriptions.iter().find(|waiting| waiting.key == *key);
            graph.owner(waiting.expect("a subscription that ends was open").element)
        }
        E::BpmnSignalReceived { slot, key, .. } | E::BpmnSignalClosed { slot, key } => {
            let held = before.element(*slot).expect("a signal is awaited by a live slot");
            let awaited = held.signals().iter().find(|awaited| awaited.key == *key);
            graph.owner(awaited.expect("a signal that comes was awaited").element)
        }
        other => {
            let held = other.slot().and_then(|slot| before.element(slot));
            held.map_or(0, |held| held.element)
        }
    }
}

fn check_folded<S: Debug + PartialEq + Wire>(target: Key, held: &Held<S>) {
    assert_eq!(held.state, held.replayed, "aggregate {target} is the fold of its events");
    let body = record::encode(target, &held.state);
    let read: Result<S, _> = record::decode(target, &body);
    let read = read.unwrap_or_else(|bad| panic!("a stored state is read: {bad:?}"));
    assert_eq!(read, held.state, "a state is read as it was stored");
}

/// What a reader of the history may rely on: slots from before a step are named in its record.
struct Before {
    ended: bool,
    next_slot: Slot,
    places: BTreeMap<Slot, (Key, ElementIndex)>,
}

impl Before {
    fn of(state: &Instance) -> Before {
        let places = state.elements.iter().map(|(slot, held)| (*slot, (held.key, held.element)));
        let (ended, next_slot) = (state.has_ended(), state.next_slot);
        Before { ended, next_slot, places: places.collect() }
    }

    fn check(&self, target: Key, outcome: &Outcome<InstanceEvent>) {
        let quiet = !self.ended || outcome.events.is_empty();
        assert!(quiet, "instance {target} has ended: nothing changes any more");
        for event in &outcome.events {
            let Some(slot) = event.slot().filter(|slot| *slot < self.next_slot) else { continue };
            let found = outcome.places.iter().find(|place| place.slot == slot);
            let found = found.map(|place| (place.key, place.element));
            let expected = self.places.get(&slot).copied();
            assert_eq!(found, expected, "the record says where {event:?} happened");
        }
    }
}
