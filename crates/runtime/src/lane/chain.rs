//! A chain: one command and the effects it leads to, stepped in one component.
//!
//! Not here: what the first command is (`carry`), and turning events into rows (`rows`).

use super::Lane;
use super::aggregate::{Aggregate, Stepped, gone};
use super::suspension::suspended;
use super::work::{Component, Dirty, Work};
use engine::command::{
    BatchCommand, BpmnSignalCommand, Command, Effect, InstanceCommand, MailboxCommand, Rejection,
    RejectionKind,
};
use engine::event::InstanceEvent;
use engine::key::Key;
use engine::record::v1::command_number;
use engine::record::{Cause, Events, Section};
use engine::state::Kind;
use engine::state::bpmn_signal::{BpmnSignal, BpmnSignalEvent};
use engine::state::mailbox::Mailbox;
use std::collections::VecDeque;
use store::load::{Load, Pages};

/// Why a chain did not begin.
pub(super) enum Stop {
    /// The engine says no; nothing changed.
    Rejected(Rejection),
    /// The caller may not do that; nothing changed.
    Forbidden(String),
    /// Nothing changed, and nothing can be said yet: a later turn tries again.
    Later,
    /// The target stands still or has no room: a timer or effect waits until something happens
    /// to it. Nothing changed.
    Held,
    /// The store failed.
    Store(store::Error),
    /// Another lane has written this aggregate since: the batch must be made anew.
    Stale(Key),
    /// The engine broke an invariant at this aggregate: the batch must be made anew.
    Broken(Key, String),
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Stop::Store(error)
    }
}

/// What a chain did, as far as answers need it.
#[derive(Default)]
pub(super) struct Chain {
    /// The message that was published.
    pub(super) message: Option<Key>,
    /// The instance that took it or was started by it.
    pub(super) taker: Option<Key>,
    /// The BPMN signal that was broadcast.
    pub(super) signal: Option<Key>,
    /// The user task to which something is to happen, if that is what was asked.
    pub(super) proposed: Option<Key>,
    /// Whether anything has happened.
    has_begun: bool,
}

impl Lane {
    /// Steps a command and what follows from it. Only the first may be rejected.
    pub(super) fn run_chain(
        &mut self,
        work: &mut Work,
        component: Component,
        target: Key,
        command: &Command,
        cause: &Cause,
    ) -> Result<Chain, Stop> {
        let mut chain = Chain::default();
        let mut queue = VecDeque::new();
        self.step_one(work, component, target, command, cause, &mut queue, &mut chain)?;
        self.look_ahead(work, queue.iter().map(|(_, effect)| (effect.target, &effect.command)))?;
        let mut steps = 1;
        // A correlation answers after its chain: who is offered the message says now.
        let (steps_max, events_max) = match command {
            Command::Mailbox(MailboxCommand::PublishMessage { must_correlate: true, .. }) => {
                (self.limits.chain_commands.max(2 * queue.len() + 1), usize::MAX)
            }
            _ => (self.limits.chain_commands, self.limits.batch_events),
        };
        while let Some((source, effect)) = queue.pop_front() {
            steps += 1;
            let later = goes_on(&effect.command)
                || steps > steps_max
                || work.events >= events_max
                || self.older_waits(work, effect.target, source)?;
            if later {
                self.leave_effect(work, component, source, &effect, cause)?;
                continue;
            }
            self.take_effect(work, component, source, effect, cause, &mut queue, &mut chain)?;
        }
        Ok(chain)
    }

    #[expect(clippy::too_many_arguments, reason = "one chain's parts, passed down once")]
    fn take_effect(
        &mut self,
        work: &mut Work,
        component: Component,
        source: Key,
        effect: Effect,
        cause: &Cause,
        queue: &mut VecDeque<(Key, Effect)>,
        chain: &mut Chain,
    ) -> Result<(), Stop> {
        let Effect { target, command } = effect;
        let cause = Cause { source: Some(source), ..cause.clone() };
        match self.step_one(work, component, target, &command, &cause, queue, chain) {
            Err(Stop::Rejected(rejection))
                if self.stands_still(target)
                    || self.waits_to_begin(&command)
                    || waits_for_room(&command, &rejection) =>
            {
                let effect = Effect { target, command };
                Ok(self.leave_effect(work, component, source, &effect, &cause)?)
            }
            Err(Stop::Rejected(rejection)) => {
                refuse_effect(target, &command, &rejection, queue);
                Ok(())
            }
            other => other,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one chain's parts, passed down once")]
    fn step_one(
        &mut self,
        work: &mut Work,
        component: Component,
        target: Key,
        command: &Command,
        cause: &Cause,
        queue: &mut VecDeque<(Key, Effect)>,
        chain: &mut Chain,
    ) -> Result<(), Stop> {
        self.bring(work, target, command)?;
        let expected = self.cache.peek(target).expect("bring keeps what it finds").stamp;
        let Stepped { events, effects, places, fuel } = match self.step_with_pages(target, command)
        {
            Err(Stop::Rejected(rejection)) => {
                self.rely(work, component, target);
                return Err(Stop::Rejected(rejection));
            }
            other => other?,
        };
        work.events += events.len();
        work.fuel += fuel;
        queue.extend(effects.into_iter().map(|effect| (target, effect)));
        if events.is_empty() {
            self.rely(work, component, target);
            return Ok(());
        }
        self.load_job_rows(work, target, &events)?;
        let cached = self.cache.peek(target).expect("what was stepped is kept");
        let (kind, tenant) = (cached.aggregate.kind(), cached.aggregate.tenant());
        let definition = cached.aggregate.instance().map(|instance| instance.definition);
        note(&events, target, chain);
        let open_incidents = incidents_after(&events, &cached.aggregate);
        let cause = Cause { command: command_number(command), ..cause.clone() };
        let section = Section { cause, events, definition, places, open_incidents };
        self.note_rows(work, component, target, &section.events);
        self.dirty(work, component, target, (kind, tenant, expected), section);
        Ok(())
    }

    /// A decision that changed nothing rests on what was read: its answer goes out only if that
    /// still holds when the batch is committed (rule R2).
    pub(super) fn rely(&self, work: &mut Work, component: Component, target: Key) {
        if let Some(dirty) = work.dirty.get(&target) {
            let other = dirty.component;
            work.merge(component, other);
        } else if self.shared
            && let Some(cached) = self.cache.peek(target)
        {
            work.relied.push((component, target, cached.stamp));
        }
    }

    fn dirty(
        &mut self,
        work: &mut Work,
        component: Component,
        target: Key,
        (kind, tenant, expected): (Kind, u32, Option<u64>),
        section: Section,
    ) {
        if let Some(dirty) = work.dirty.get_mut(&target) {
            dirty.sections.push(section);
            let other = dirty.component;
            work.merge(component, other);
            return;
        }
        work.touched.push(target);
        let sections = vec![section];
        work.dirty.insert(target, Dirty { component, kind, tenant, expected, sections });
    }

    /// Whether an aggregate need not be loaded. That there is none cannot be compared in the
    /// commit like a stamp: with other lanes around it is only true when it was read in this turn.
    pub(super) fn knows(&self, work: &Work, target: Key) -> bool {
        self.cache.peek(target).is_some_and(|cached| {
            !self.shared
                || cached.stamp.is_some()
                || cached.loaded == self.turn
                || cached.written > self.settled
                || work.dirty.contains_key(&target)
        })
    }

    /// Loads in one look what several commands to signals, alerts and cases address: a received
    /// event has many rules, and one look for each would cost more than their steps.
    pub(super) fn look_ahead<'c>(
        &mut self,
        work: &Work,
        commands: impl Iterator<Item = (Key, &'c Command)>,
    ) -> Result<(), store::Error> {
        let of_work = |(target, command): (Key, &'c Command)| match command {
            Command::Work(command) if !self.knows(work, target) => Some((target, command)),
            _ => None,
        };
        let mut wanted: Vec<(Key, &::work::Command)> = commands.filter_map(of_work).collect();
        wanted.sort_unstable_by_key(|(target, _)| *target);
        wanted.dedup_by_key(|(target, _)| *target);
        if wanted.len() < 2 {
            return Ok(());
        }
        let aggregates = wanted.iter().map(|(target, _)| (target.0, Pages::Root)).collect();
        let load = Load { aggregates, ..Load::default() };
        for row in self.load_counted(&load)?.aggregates.into_iter().flatten() {
            let key = Key(row.key);
            wanted.retain(|(target, _)| *target != key);
            // One that cannot be read is met again, and told, when it is stepped.
            if let Ok(aggregate) = Aggregate::decode(&row, &self.definitions) {
                self.cache.put(key, aggregate, Some(row.stamp), self.turn);
            }
        }
        for (target, command) in wanted {
            let empty = Aggregate::work(::work::State::empty(command));
            self.cache.put(target, empty, None, self.turn);
        }
        Ok(())
    }

    /// Makes sure the target is in the cache: kept, loaded, or new.
    pub(super) fn bring(
        &mut self,
        work: &Work,
        target: Key,
        command: &Command,
    ) -> Result<(), Stop> {
        if self.knows(work, target) {
            return Ok(());
        }
        if let Command::Instance(InstanceCommand::CreateInstance(create)) = command {
            let Some(definition) = self.definitions.get(create.definition) else {
                return Err(Stop::Rejected(gone(create.definition)));
            };
            if self.is_suspended(create.definition) {
                return Err(Stop::Rejected(suspended(create.definition)));
            }
            let Aggregate::Instance(instance, _) =
                Aggregate::empty(Kind::Instance, definition.tenant)
            else {
                unreachable!("an empty instance is an instance")
            };
            let aggregate = Aggregate::Instance(instance, Some(definition.graph.clone()));
            self.cache.put(target, aggregate, None, self.turn);
            return Ok(());
        }
        if let Command::Evaluation(_) = command {
            let aggregate = Aggregate::empty(Kind::Evaluation, 0);
            self.cache.put(target, aggregate, None, self.turn);
            return Ok(());
        }
        let load = Load { aggregates: vec![(target.0, Pages::Root)], ..Load::default() };
        let row = self.load_counted(&load)?.aggregates.into_iter().next().flatten();
        let (aggregate, stamp) = match (row, command) {
            (Some(row), _) => {
                let decoded = Aggregate::decode(&row, &self.definitions);
                let aggregate = decoded
                    .map_err(|bad| Stop::Rejected(Rejection::invalid_state(bad.to_string())));
                (aggregate?, Some(row.stamp))
            }
            (None, Command::Instance(_)) => return Err(Stop::Rejected(gone(target))),
            (None, Command::Mailbox(command)) => {
                let mailbox = Mailbox::shaped(mailbox_tenant(command), self.limits.mailbox);
                (Aggregate::Mailbox(Box::new(mailbox)), None)
            }
            (None, Command::BpmnSignal(command)) => {
                let tenant = signal_tenant(command);
                let signal = BpmnSignal::shaped(tenant, self.limits.mailbox);
                (Aggregate::BpmnSignal(Box::new(signal)), None)
            }
            (None, Command::Entry(_)) => (Aggregate::empty(Kind::Entry, 0), None),
            (None, Command::Head(_)) => (Aggregate::empty(Kind::Head, 0), None),
            (None, Command::Resource(_)) => (Aggregate::empty(Kind::Resource, 0), None),
            (None, Command::Evaluation(_)) => (Aggregate::empty(Kind::Evaluation, 0), None),
            (None, Command::BatchOperation(BatchCommand::BeginBatch(_))) => {
                (Aggregate::empty(Kind::BatchOperation, 0), None)
            }
            (None, Command::BatchOperation(_)) => return Err(Stop::Rejected(gone(target))),
            (None, Command::Suspension(_)) => (Aggregate::empty(Kind::Suspensions, 0), None),
            (None, Command::Work(command)) => (Aggregate::work(work::State::empty(command)), None),
        };
        self.cache.put(target, aggregate, stamp, self.turn);
        Ok(())
    }
}

/// Whether a command goes on with work of its aggregate's own: at the end of the lane.
fn goes_on(command: &Command) -> bool {
    matches!(
        command,
        Command::Instance(InstanceCommand::Continue)
            | Command::Mailbox(MailboxCommand::Continue)
            | Command::BpmnSignal(BpmnSignalCommand::Continue)
    )
}

fn mailbox_tenant(command: &MailboxCommand) -> u32 {
    match command {
        MailboxCommand::PublishMessage { tenant, .. }
        | MailboxCommand::Subscribe { tenant, .. } => *tenant,
        _ => 0,
    }
}

fn signal_tenant(command: &BpmnSignalCommand) -> u32 {
    match command {
        BpmnSignalCommand::BroadcastBpmnSignal { tenant, .. }
        | BpmnSignalCommand::Listen { tenant, .. } => *tenant,
        BpmnSignalCommand::StopListening { .. } | BpmnSignalCommand::Continue => 0,
    }
}

/// An effect nobody can take any more: a message goes back to its mailbox, the rest is over.
fn refuse_effect(
    target: Key,
    command: &Command,
    rejection: &Rejection,
    queue: &mut VecDeque<(Key, Effect)>,
) {
    if let Command::Instance(InstanceCommand::OfferMessage {
        subscription,
        message,
        mailbox,
        at,
        ..
    }) = command
    {
        let (subscription, message, at) = (*subscription, *message, *at);
        let refuse = MailboxCommand::RefuseMessage { subscription, message, at };
        let effect = Effect { target: *mailbox, command: Command::Mailbox(refuse) };
        queue.push_back((target, effect));
    } else {
        tracing::debug!(%target, %rejection, "an effect found nothing to do");
    }
}

/// Whether a broadcast or message from within a process came where too many wait already: nobody
/// could be told, so it waits for its turn.
pub(super) fn waits_for_room(command: &Command, rejection: &Rejection) -> bool {
    let tells = matches!(
        command,
        Command::BpmnSignal(BpmnSignalCommand::BroadcastBpmnSignal { .. })
            | Command::Mailbox(MailboxCommand::PublishMessage { .. })
    );
    tells && rejection.kind == RejectionKind::InvalidState
}

/// Remembers what answers need.
fn note(events: &Events, target: Key, chain: &mut Chain) {
    let is_first = !std::mem::replace(&mut chain.has_begun, true);
    match events {
        Events::Mailbox(events) => {
            for event in events {
                if let engine::state::mailbox::MailboxEvent::MessagePublished { message, .. } =
                    event
                {
                    chain.message.get_or_insert(message.key);
                }
            }
        }
        Events::BpmnSignal(events) => {
            for event in events {
                if let BpmnSignalEvent::BroadcastAccepted { broadcast, .. } = event {
                    chain.signal.get_or_insert(broadcast.key);
                }
            }
        }
        Events::Instance(events) => {
            let takes = |event: &InstanceEvent| {
                matches!(
                    event,
                    InstanceEvent::SubscriptionCorrelated { .. }
                        | InstanceEvent::InstanceCreated(_)
                )
            };
            if events.iter().any(takes) {
                chain.taker.get_or_insert(target);
            }
            if let [InstanceEvent::UserTaskChangeProposed { proposal, .. }, ..] = events.as_slice()
                && is_first
            {
                chain.proposed = Some(proposal.task.key);
            }
        }
        _ => {}
    }
}

/// The number of open incidents, when the events changed it.
fn incidents_after(events: &Events, aggregate: &Aggregate) -> Option<u32> {
    let Events::Instance(events) = events else { return None };
    let changes = |event: &InstanceEvent| {
        matches!(
            event,
            InstanceEvent::IncidentRaised { .. } | InstanceEvent::IncidentResolved { .. }
        )
    };
    if !events.iter().any(changes) {
        return None;
    }
    aggregate.instance().map(|instance| instance.incidents)
}
