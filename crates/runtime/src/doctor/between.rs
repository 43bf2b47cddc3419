//! What must hold between aggregates: subscriptions, doors, start timers, effects on their way.
//!
//! A difference that an effect in the outbox will mend is no finding.

use super::instance::is_looping;
use super::{Exam, PAGE};
use crate::lane::Aggregate;
use engine::command::{Command, InstanceCommand};
use engine::key::Key;
use engine::record::decode_effect;
use engine::state::entry::Entry;
use engine::state::head::Head;
use engine::state::instance::Instance;
use engine::state::mailbox::{Absent, Mailbox, Waiting};
use engine::state::resource::ResourceHead;
use engine::state::{Kind, named_key};
use store::batch::{EffectRow, TimerRow};
use store::load::{Load, Pages};

impl Exam<'_> {
    /// What others must know of an instance.
    pub(super) fn instance_links(
        &mut self,
        key: Key,
        state: &Instance,
    ) -> Result<(), store::Error> {
        for (slot, held) in &state.elements {
            for waiting in &held.subscriptions {
                let name: [&str; 2] = [&waiting.name, &waiting.correlation_key];
                let mailbox = named_key(Kind::Mailbox, state.tenant, &name);
                let found = self.waiting(mailbox, waiting.key)?;
                let found = found.is_some_and(|it| it.instance == key && it.slot == *slot);
                if !found && !self.has_effect(mailbox, key)? {
                    let expected = format!("subscription {} in mailbox {mailbox}", waiting.key);
                    self.find(key, "I8", expected, "that it does not know it");
                }
            }
        }
        self.awaited_signals(key, state)?;
        if let Some(entry) = state.entry {
            let found = match self.load(entry)? {
                Some(Aggregate::Entry(entry)) => {
                    entry.doors.iter().any(|door| door.instance == key)
                }
                _ => false,
            };
            self.check(
                found,
                key,
                "I10",
                || format!("to hold a door of entry {entry}"),
                || "that the entry does not know it".to_owned(),
            );
        }
        if !state.agenda.is_empty() && !is_looping(state) && !self.has_effect(key, key)? {
            let expected = "an effect that goes on with its kept agenda";
            self.find(key, "L1", expected, "none");
        }
        Ok(())
    }

    /// A subscription in a mailbox that may be too large to be loaded for it.
    fn waiting(&self, mailbox: Key, subscription: Key) -> Result<Option<Waiting>, store::Error> {
        let mut wanted = Pages::Root;
        let mut held: Option<Aggregate> = None;
        loop {
            let load = Load { aggregates: vec![(mailbox.0, wanted.clone())], ..Load::default() };
            let row = self.store.load(&load)?.aggregates.into_iter().next().flatten();
            let Some(row) = row else { return Ok(None) };
            if let (Some(held), Pages::Some(pages)) = (&mut held, &wanted) {
                if held.bring_pages(mailbox, pages, &row.pages).is_err() {
                    return Ok(None);
                }
            } else {
                held = Aggregate::decode(&row, &self.definitions).ok();
            }
            let Some(Aggregate::Mailbox(state)) = &held else { return Ok(None) };
            match state.waiting(subscription) {
                Ok(found) => return Ok(found.cloned()),
                Err(Absent(pages)) => wanted = Pages::Some(pages),
            }
        }
    }

    pub(super) fn mailbox(&mut self, key: Key, state: &Mailbox) -> Result<(), store::Error> {
        if let Err(found) = state.verify() {
            self.find(key, "I8", "a mailbox in order", found);
            return Ok(());
        }
        for waiting in state.subscriptions.iter() {
            self.subscription(key, state, waiting)?;
        }
        if let Some((message, subscription)) = state.unmet(self.latest_ms) {
            let expected = format!("message {message} to be offered to {subscription}");
            self.find(key, "I8", expected, "that it is not");
        }
        self.messages(key, state);
        self.wakes(key, state)?;
        self.check(
            !state.is_empty(),
            key,
            "I5",
            || "no row of an empty mailbox".to_owned(),
            || "one".to_owned(),
        );
        Ok(())
    }

    fn messages(&mut self, key: Key, state: &Mailbox) {
        for message in state.messages.iter() {
            for (subscription, process_id) in &message.offers {
                let waiting = state.waiting(*subscription).ok().flatten();
                self.check(
                    waiting.is_none_or(|waiting| waiting.offered == Some(message.key)),
                    key,
                    "I8",
                    || format!("subscription {subscription} to know message {}", message.key),
                    || format!("that it does not, of process `{process_id}`"),
                );
            }
            let mut reached = message.reached.clone();
            reached.sort();
            reached.dedup();
            self.check(
                reached.len() == message.reached.len(),
                key,
                "I8",
                || format!("message {} to reach each process once", message.key),
                || format!("{:?}", message.reached),
            );
        }
    }

    /// A timer wakes it when messages are to be swept, unless it goes on by itself.
    fn wakes(&mut self, key: Key, state: &Mailbox) -> Result<(), store::Error> {
        let goes_on = state.goes_on();
        let due = state.wake_ms().filter(|_| !goes_on);
        self.check(
            due.is_none_or(|due| state.expiry.is_some_and(|(_, held)| held <= due)),
            key,
            "L3",
            || format!("to wake at {due:?}, when its messages are to be swept"),
            || format!("{:?}", state.expiry),
        );
        if let Some((timer, due_ms)) = state.expiry {
            self.timer(&TimerRow { key: timer.0, aggregate: key.0, slot: 0, due_ms })?;
        }
        if goes_on && !self.has_effect(key, key)? {
            self.find(key, "L1", "an effect that goes on with its messages", "none");
        }
        Ok(())
    }

    /// A subscription is known to its instance, or something is on its way between the two.
    fn subscription(
        &mut self,
        key: Key,
        state: &Mailbox,
        waiting: &Waiting,
    ) -> Result<(), store::Error> {
        let instance = self.load(waiting.instance)?;
        let element = instance.as_ref().and_then(Aggregate::instance);
        let element = element.and_then(|instance| instance.element(waiting.slot));
        let known = element.is_some_and(|element| {
            element.subscriptions.iter().any(|held| held.key == waiting.key)
        });
        let offered = waiting.offered.is_some();
        if known && !offered {
            return Ok(());
        }
        let there = waiting.instance;
        if self.has_effect(key, there)? || self.has_effect(there, key)? {
            return Ok(());
        }
        let Waiting { key: subscription, offered: message, .. } = waiting;
        if !known {
            let expected = format!("instance {there} to know subscription {subscription}");
            self.find(key, "I8", expected, "that it does not");
        }
        if offered {
            let expected = format!("an answer to the offer to subscription {subscription}");
            let held = message.is_some_and(|message| state.message(message).is_some());
            self.find(key, "I8", expected, format!("none on its way (message held: {held})"));
        }
        Ok(())
    }

    pub(super) fn entry(&mut self, key: Key, state: &Entry) -> Result<(), store::Error> {
        for door in &state.doors {
            let there = self.load(door.instance)?;
            let lives = there.as_ref().and_then(Aggregate::instance);
            let lives = lives.is_some_and(|instance| instance.entry == Some(key));
            let coming =
                self.has_effect(door.instance, key)? || self.has_effect(key, door.instance)?;
            self.check(
                lives || coming,
                key,
                "I10",
                || format!("instance {} to be open: it holds the door", door.instance),
                || "that it is not".to_owned(),
            );
        }
        self.check(
            !state.doors.is_empty(),
            key,
            "I5",
            || "no row of an empty entry".to_owned(),
            || "one".to_owned(),
        );
        Ok(())
    }

    pub(super) fn head(&mut self, key: Key, state: &Head) -> Result<(), store::Error> {
        for timer in &state.timers {
            let (timer, due_ms) = (timer.key.0, timer.due_ms);
            self.timer(&TimerRow { key: timer, aggregate: key.0, slot: 0, due_ms })?;
        }
        let latest = self.definitions.latest(state.tenant, &state.process_id);
        let latest = latest.map_or(Key::default(), |held| held.key);
        self.check(
            latest == state.latest,
            key,
            "I1",
            || format!("definition {} to be the newest that is not deleted", state.latest),
            || format!("{latest}"),
        );
        Ok(())
    }

    /// A resource head knows the newest version that is not deleted.
    pub(super) fn resource(&mut self, key: Key, state: &ResourceHead) {
        let latest = self.definitions.resources.latest(state.tenant, state.kind, &state.id);
        let latest = latest.map_or(Key::default(), |held| held.key);
        let what = || format!("{} {}", state.kind.as_str(), state.id);
        self.check(
            latest == state.latest,
            key,
            "I1",
            || format!("{} {} to be the newest that is not deleted", what(), state.latest),
            || format!("{latest}"),
        );
    }

    /// Whether something is on its way from a source to a target.
    pub(super) fn has_effect(&self, target: Key, source: Key) -> Result<bool, store::Error> {
        let rows = self.store.pending_effects((target.0, source.0, 0), 1)?;
        Ok(rows.first().is_some_and(|row| (row.target, row.source) == (target.0, source.0)))
    }

    /// Effects can be read, and there is or may be somebody to take them.
    pub(super) fn effects(&mut self) -> Result<(), store::Error> {
        let mut after = (0, 0, 0);
        loop {
            let rows = self.store.pending_effects(after, PAGE)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = (last.target, last.source, last.n);
            let aggregates = rows.iter().map(|row| (row.target, Pages::Root)).collect();
            let targets = self.store.load(&Load { aggregates, ..Load::default() })?.aggregates;
            for (row, target) in rows.iter().zip(targets) {
                self.effect(row, target.map(|target| target.kind));
            }
        }
    }

    fn effect(&mut self, row: &EffectRow, kind: Option<u8>) {
        let target = Key(row.target);
        let command = match decode_effect(target, &row.body) {
            Ok((_, command)) => command,
            Err(bad) => return self.find(target, "I1", "an effect it can read", bad.to_string()),
        };
        let wanted = match &command {
            Command::Instance(_) => Kind::Instance,
            Command::Mailbox(_) => Kind::Mailbox,
            Command::Entry(_) => Kind::Entry,
            Command::Head(_) => Kind::Head,
            Command::Resource(_) => Kind::Resource,
            Command::Evaluation(_) => Kind::Evaluation,
            Command::BpmnSignal(_) => Kind::BpmnSignal,
            Command::BatchOperation(_) => Kind::BatchOperation,
            Command::Suspension(_) => Kind::Suspensions,
            Command::Work(command) => engine::step::work::kind_for(command),
        };
        // Nobody there: it was created by this effect, or it has ended and the effect is void.
        self.check(
            kind.is_none_or(|kind| kind == wanted as u8),
            target,
            "I1",
            || format!("an effect for a {wanted:?}"),
            || format!("an aggregate of kind {kind:?}"),
        );
        if let Command::Instance(InstanceCommand::CreateInstance(create)) = &command {
            let known = self.definitions.get(create.definition).is_some();
            self.check(
                known,
                target,
                "I1",
                || format!("definition {} to start", create.definition),
                || "that it is not there".to_owned(),
            );
        }
    }
}
