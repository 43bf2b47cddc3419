//! The ledger: committed history read in order, and what must hold in it whatever happens.
//!
//! It knows only what was committed. What clients were told is compared with it in `client`.

use super::figures::{Figures, variant};
use super::trace::Trace;
use engine::event::{InstanceEvent, ListenerEvent};
use engine::key::Key;
use engine::record::{Events, Section, decode_sections};
use engine::state::batch_operation::{BatchOperation, BatchOperationEvent, OperationKind};
use engine::state::bpmn_signal::BpmnSignalEvent;
use engine::state::head::HeadEvent;
use engine::state::instance::{Instance, Phase};
use engine::state::mailbox::MailboxEvent;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::Store;
use store::load::HistoryRow;

/// From which position on something was there, and from which no more.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) begins: u64,
    pub(super) ends: Option<u64>,
}

impl Span {
    /// Whether it was there just after this position.
    pub(super) fn holds(&self, position: u64) -> bool {
        self.begins <= position && self.ends.is_none_or(|ends| ends > position)
    }
}

/// Something that must never happen.
#[derive(Debug)]
pub(super) struct Wrong(pub(super) String);

/// What was committed.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) position: u64,
    pub(super) hash: u64,
    /// Live instances, folded from their events.
    pub(super) live: BTreeMap<Key, Instance>,
    /// All instances.
    pub(super) instances: BTreeMap<Key, Span>,
    /// Instances that ended by completing.
    pub(super) completed: BTreeSet<Key>,
    pub(super) jobs: BTreeMap<Key, Span>,
    /// Jobs that were completed by a worker.
    pub(super) jobs_completed: BTreeSet<Key>,
    /// User tasks whose listeners were asked: what they were asked for may be denied.
    pub(super) proposed: BTreeSet<Key>,
    /// When a job was given back by an event: failed, offered, its time-out or retries changed.
    pub(super) jobs_freed: BTreeMap<Key, u64>,
    pub(super) tasks: BTreeMap<Key, Span>,
    pub(super) incidents: BTreeMap<Key, Span>,
    pub(super) messages: BTreeSet<Key>,
    /// Broadcasts of BPMN signals.
    pub(super) signals: BTreeSet<Key>,
    /// Where an instance changed last.
    pub(super) changed: BTreeMap<Key, u64>,
    /// Positions at which a request with this key was carried out.
    pub(super) requests: BTreeMap<Arc<str>, Vec<u64>>,
    /// Process ids by definition.
    pub(super) processes: BTreeMap<Key, Arc<str>>,
    /// Batch operations on their way, folded from their events.
    pub(super) batches: BTreeMap<Key, BatchOperation>,
    /// Items of batch operations that were tried.
    tried: BTreeSet<(Key, Key)>,
    /// Instances they say to have cancelled since the ledger was read to the end.
    cancelled: Vec<Key>,
    timers: BTreeMap<Key, (i64, Span)>,
    /// Who heard which broadcast.
    heard: BTreeSet<(Key, Key)>,
    reached: BTreeSet<(Key, Arc<str>)>,
    doors: BTreeMap<Key, Key>,
    starts_told: BTreeMap<Arc<str>, u64>,
    starts_made: BTreeMap<Arc<str>, u64>,
    process_of: BTreeMap<Key, Arc<str>>,
}

impl Ledger {
    /// Reads what was committed since.
    pub(super) fn read(
        &mut self,
        store: &dyn Store,
        figures: &mut Figures,
        trace: &mut Trace,
    ) -> Result<(), Wrong> {
        loop {
            let rows =
                store.events(self.position, 500).map_err(|error| Wrong(error.to_string()))?;
            if rows.is_empty() {
                // A commit may name who heard it before the broadcast itself.
                let unknown = self.heard.iter().find(|(_, signal)| !self.signals.contains(signal));
                ensure(unknown.is_none(), || format!("{unknown:?} was broadcast"))?;
                return self.check_cancelled();
            }
            for row in &rows {
                self.row(row, figures, trace)?;
            }
        }
    }

    fn row(
        &mut self,
        row: &HistoryRow,
        figures: &mut Figures,
        trace: &mut Trace,
    ) -> Result<(), Wrong> {
        ensure(row.position == self.position + 1, || {
            format!("position {} follows {}", row.position, self.position)
        })?;
        self.position = row.position;
        self.hash = fnv(self.hash, &row.position.to_le_bytes());
        self.hash = fnv(self.hash, &row.aggregate.to_le_bytes());
        self.hash = fnv(self.hash, &row.at_ms.to_le_bytes());
        self.hash = fnv(self.hash, &row.body);
        let key = Key(row.aggregate);
        let sections = decode_sections(key, &row.body).map_err(|bad| Wrong(bad.to_string()))?;
        for section in &sections {
            trace.say(|| format!("  @{} {key} {}", row.position, tell(section)));
            if let (Some(request), None) = (&section.cause.request, section.cause.source) {
                let carried = self.requests.entry(request.clone()).or_default();
                carried.push(row.position);
                ensure(carried.len() == 1, || format!("request {request} was carried out twice"))?;
            }
            self.section(key, section, row, figures)?;
        }
        Ok(())
    }

    fn section(
        &mut self,
        key: Key,
        section: &Section,
        row: &HistoryRow,
        figures: &mut Figures,
    ) -> Result<(), Wrong> {
        match &section.events {
            Events::Instance(events) => {
                self.changed.insert(key, row.position);
                for event in events {
                    figures.add("events", &variant(event));
                    self.instance(key, event, row)?;
                }
            }
            Events::Mailbox(events) => {
                for event in events {
                    figures.add("events", &variant(event));
                    self.mailbox(event)?;
                }
            }
            Events::BpmnSignal(events) => {
                for event in events {
                    figures.add("events", &variant(event));
                    if let BpmnSignalEvent::BroadcastAccepted { broadcast, .. } = event {
                        let first = self.signals.insert(broadcast.key);
                        ensure(first, || format!("{} is broadcast once", broadcast.key))?;
                    }
                }
            }
            Events::Entry(events) => {
                events.iter().for_each(|event| figures.add("events", &variant(event)));
            }
            Events::Head(events) => {
                for event in events {
                    figures.add("events", &variant(event));
                    self.head(event, row)?;
                }
            }
            Events::Resource(events) => {
                events.iter().for_each(|event| figures.add("events", &variant(event)));
            }
            Events::Work(events) => {
                events.iter().for_each(|event| figures.add("events", &variant(event)));
            }
            Events::BatchOperation(events) => {
                for event in events {
                    figures.add("events", &variant(event));
                    self.batch(key, event)?;
                }
            }
            Events::Suspension(events) => {
                events.iter().for_each(|event| figures.add("events", &variant(event)));
            }
            Events::Evaluation(events) => {
                events.iter().for_each(|event| figures.add("events", &variant(event)));
            }
        }
        Ok(())
    }

    /// Items of a batch operation are tried once.
    fn batch(&mut self, key: Key, event: &BatchOperationEvent) -> Result<(), Wrong> {
        if let BatchOperationEvent::ItemsTried { kind, tried, .. } = event {
            for item in tried {
                let first = self.tried.insert((key, item.item));
                ensure(first, || format!("item {} of batch {key} is tried once", item.item))?;
                if *kind == OperationKind::Cancel && item.error.is_none() {
                    self.cancelled.push(item.instance);
                }
            }
        }
        let held = self.batches.entry(key).or_default();
        held.apply(event);
        if held.has_ended() {
            self.batches.remove(&key);
        }
        Ok(())
    }

    /// What batch operations say to have cancelled is over, or ends. A commit may have their rows
    /// before those of the instances.
    fn check_cancelled(&mut self) -> Result<(), Wrong> {
        for instance in std::mem::take(&mut self.cancelled) {
            let lives = |state: &Instance| {
                state.element(0).is_some_and(|held| held.phase != Phase::Cancelling)
            };
            let is_live = self.live.get(&instance).is_some_and(lives);
            ensure(!is_live, || format!("{instance} was cancelled"))?;
        }
        Ok(())
    }

    fn instance(&mut self, key: Key, event: &InstanceEvent, row: &HistoryRow) -> Result<(), Wrong> {
        use InstanceEvent as E;
        let at = row.position;
        if let E::InstanceCreated(created) = event {
            let span = Span { begins: at, ends: None };
            let first = self.instances.insert(key, span).is_none();
            ensure(first, || format!("instance {key} is created once"))?;
            let process = self.processes.get(&created.definition).cloned().unwrap_or_default();
            self.process_of.insert(key, process.clone());
            if let Some(entry) = created.entry {
                if let Some(other) = self.doors.insert(entry, key) {
                    let open = self.live.contains_key(&other);
                    ensure(!open, || format!("{other} is open when {key} starts by its key"))?;
                }
                self.count_start(&process)?;
            }
            self.live.insert(key, Instance::default());
        }
        let state = self.live.get_mut(&key);
        let state = state.ok_or_else(|| Wrong(format!("{key} has ended, then: {event:?}")))?;
        state.apply(event);
        self.waits(key, event, row)?;
        if matches!(event, E::InstanceCompleted | E::InstanceCancelled) {
            self.live.remove(&key);
            end(&mut self.instances, key, at)?;
            if matches!(event, E::InstanceCompleted) {
                self.completed.insert(key);
            }
        }
        Ok(())
    }

    fn waits(&mut self, key: Key, event: &InstanceEvent, row: &HistoryRow) -> Result<(), Wrong> {
        use InstanceEvent as E;
        let at = row.position;
        match event {
            E::JobCreated(created) => begin(&mut self.jobs, created.key, at),
            E::JobCompleted { key, .. } => {
                self.jobs_completed.insert(*key);
                end(&mut self.jobs, *key, at)
            }
            E::JobErrorThrown { key, .. } | E::JobCancelled { key, .. } => {
                end(&mut self.jobs, *key, at)
            }
            E::JobFailed { key, .. }
            | E::JobOffered { key, .. }
            | E::JobTimeoutUpdated { key, .. }
            | E::JobRetriesUpdated { key, .. } => {
                self.jobs_freed.insert(*key, at);
                let there = self.jobs.get(key).is_some_and(|span| span.holds(at));
                ensure(there, || format!("job {key} changes while it is there"))
            }
            E::UserTaskChangeProposed { proposal, .. } => {
                self.proposed.insert(proposal.task.key);
                match proposal.event {
                    ListenerEvent::Creating => begin(&mut self.tasks, proposal.task.key, at),
                    _ => Ok(()),
                }
            }
            // Its listeners heard of it before: it began with them.
            E::UserTaskCreated(created) if self.tasks.contains_key(&created.key) => Ok(()),
            E::UserTaskCreated(created) => begin(&mut self.tasks, created.key, at),
            E::UserTaskCompleted { key, .. } | E::UserTaskCancelled { key, .. } => {
                end(&mut self.tasks, *key, at)
            }
            E::IncidentRaised { key, kind, message, .. } => {
                let quarantined = *kind == engine::event::IncidentKind::Quarantined;
                ensure(!quarantined, || format!("the engine broke an invariant: {message}"))?;
                begin(&mut self.incidents, *key, at)
            }
            E::IncidentResolved { key, .. } => end(&mut self.incidents, *key, at),
            E::TimerStarted { key, due_ms, .. } => self.start_timer(*key, *due_ms, at),
            E::TimerFired { key, .. } => self.fire_timer(*key, row),
            E::TimerCancelled { key, .. } => self.end_timer(*key, at).map(drop),
            E::BpmnSignalReceived { key, signal, .. } => {
                let first = self.heard.insert((*key, *signal));
                ensure(first, || format!("{key} hears broadcast {signal} once"))
            }
            E::SubscriptionCorrelated { message, .. } => {
                let process = self.process_of.get(&key).cloned().unwrap_or_default();
                self.reach(*message, &process)
            }
            _ => Ok(()),
        }
    }

    fn mailbox(&mut self, event: &MailboxEvent) -> Result<(), Wrong> {
        match event {
            MailboxEvent::MessagePublished { message, .. } => {
                let first = self.messages.insert(message.key);
                ensure(first, || format!("message {} is published once", message.key))
            }
            MailboxEvent::MessageStarted { message, process_id, .. } => {
                *self.starts_told.entry(process_id.clone()).or_default() += 1;
                self.reach(*message, process_id)
            }
            _ => Ok(()),
        }
    }

    fn head(&mut self, event: &HeadEvent, row: &HistoryRow) -> Result<(), Wrong> {
        match event {
            HeadEvent::VersionDeployed { process_id, definition, .. } => {
                self.processes.insert(*definition, process_id.clone());
                Ok(())
            }
            HeadEvent::StartTimerStarted { timer } => {
                self.start_timer(timer.key, timer.due_ms, row.position)
            }
            HeadEvent::StartTimerFired { key } => self.fire_timer(*key, row),
            HeadEvent::DefinitionDeleted { .. } => Ok(()),
        }
    }

    fn reach(&mut self, message: Key, process: &Arc<str>) -> Result<(), Wrong> {
        let first = self.reached.insert((message, process.clone()));
        ensure(first, || format!("message {message} reaches process `{process}` twice"))
    }

    /// An instance started at a door: not more often than messages were sent there.
    fn count_start(&mut self, process: &Arc<str>) -> Result<(), Wrong> {
        let made = self.starts_made.entry(process.clone()).or_default();
        *made += 1;
        let told = self.starts_told.get(process).copied().unwrap_or_default();
        ensure(*made <= told, || format!("`{process}` started {made} times by {told} messages"))
    }

    fn start_timer(&mut self, key: Key, due_ms: i64, at: u64) -> Result<(), Wrong> {
        let span = Span { begins: at, ends: None };
        let first = self.timers.insert(key, (due_ms, span)).is_none();
        ensure(first, || format!("timer {key} starts once"))
    }

    fn fire_timer(&mut self, key: Key, row: &HistoryRow) -> Result<(), Wrong> {
        let due_ms = self.end_timer(key, row.position)?;
        ensure(due_ms <= row.at_ms, || {
            format!("timer {key}, due {due_ms}, fires early, at {}", row.at_ms)
        })
    }

    fn end_timer(&mut self, key: Key, at: u64) -> Result<i64, Wrong> {
        let held = self.timers.get_mut(&key).filter(|(_, span)| span.ends.is_none());
        let (due_ms, span) = held.ok_or_else(|| Wrong(format!("timer {key} ends twice")))?;
        span.ends = Some(at);
        Ok(*due_ms)
    }
}

fn begin(spans: &mut BTreeMap<Key, Span>, key: Key, at: u64) -> Result<(), Wrong> {
    let first = spans.insert(key, Span { begins: at, ends: None }).is_none();
    ensure(first, || format!("{key} begins once"))
}

fn end(spans: &mut BTreeMap<Key, Span>, key: Key, at: u64) -> Result<(), Wrong> {
    let span = spans.get_mut(&key).filter(|span| span.ends.is_none());
    let span = span.ok_or_else(|| Wrong(format!("{key} ends twice, or never began")))?;
    span.ends = Some(at);
    Ok(())
}

/// Says what is wrong unless the condition holds.
pub(super) fn ensure(holds: bool, words: impl FnOnce() -> String) -> Result<(), Wrong> {
    if holds { Ok(()) } else { Err(Wrong(format!("expected that {}", words()))) }
}

fn tell(section: &Section) -> String {
    let request = section.cause.request.as_deref().unwrap_or("-");
    let source = section.cause.source.map_or(String::new(), |source| format!(" from {source}"));
    match &section.events {
        Events::Instance(events) => format!("[{request}{source}] {events:?}"),
        Events::Mailbox(events) => format!("[{request}{source}] {events:?}"),
        Events::Entry(events) => format!("[{request}{source}] {events:?}"),
        Events::Head(events) => format!("[{request}{source}] {events:?}"),
        Events::Resource(events) => format!("[{request}{source}] {events:?}"),
        Events::Evaluation(events) => format!("[{request}{source}] {events:?}"),
        Events::BpmnSignal(events) => format!("[{request}{source}] {events:?}"),
        Events::BatchOperation(events) => format!("[{request}{source}] {events:?}"),
        Events::Suspension(events) => format!("[{request}{source}] {events:?}"),
        Events::Work(events) => format!("[{request}{source}] {events:?}"),
    }
}

/// FNV-1a (Fowler, Noll, Vo) over more bytes.
fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    let mut hash = if hash == 0 { 0xcbf2_9ce4_8422_2325 } else { hash };
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash
}
