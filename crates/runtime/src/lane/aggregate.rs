//! The kinds of aggregates behind one face: decode, step, encode.
//!
//! Not here: what they decide (`engine::step`).

use engine::command::{Command, Effect, InstanceCommand, Rejection};
use engine::definitions::Definitions;
use engine::event::{Place, Slot};
use engine::graph::Graph;
use engine::key::Key;
use engine::life::Inputs;
use engine::record::codec::Bad;
use engine::record::upgrade::upgrade;
use engine::record::{self, EncodedAggregate, Events};
use engine::state::Kind;
use engine::state::batch_operation::BatchOperation;
use engine::state::bpmn_signal::BpmnSignal;
use engine::state::entry::Entry;
use engine::state::evaluation::Asked;
use engine::state::head::Head;
use engine::state::instance::Instance;
use engine::state::mailbox::{Mailbox, Shape};
use engine::state::resource::ResourceHead;
use engine::state::suspensions::Suspensions;
use engine::step::{self, Halt};
use std::sync::Arc;
use store::load::AggregateRow;
use work::State;

/// An aggregate's state.
#[derive(Debug, Clone)]
pub enum Aggregate {
    /// A process instance with the graph it runs (none until it is created).
    Instance(Box<Instance>, Option<Arc<Graph>>),
    /// A mailbox.
    Mailbox(Box<Mailbox>),
    /// An entry.
    Entry(Entry),
    /// A definition head.
    Head(Head),
    /// A resource head.
    Resource(ResourceHead),
    /// An evaluation; it is gone with the commit it happens in.
    Evaluation(Asked),
    /// The listeners of a BPMN signal.
    BpmnSignal(Box<BpmnSignal>),
    /// A batch operation.
    BatchOperation(Box<BatchOperation>),
    /// The suspensions of a tenant.
    Suspensions(Box<Suspensions>),
    /// A received event, a detector, alerts, a case, an expectation or a gate.
    Work(Box<work::State>),
}

/// What a step did.
pub struct Stepped {
    /// What happened.
    pub events: Events,
    /// What others are asked.
    pub effects: Vec<Effect>,
    /// Where it happened, for instances.
    pub places: Vec<Place>,
    /// What its expressions cost.
    pub fuel: u64,
}

impl Aggregate {
    /// A state in which nothing has happened.
    pub fn empty(kind: Kind, tenant: u32) -> Self {
        match kind {
            Kind::Instance => {
                let instance = Instance { tenant, ..Instance::default() };
                Aggregate::Instance(Box::new(instance), None)
            }
            Kind::Mailbox => {
                Aggregate::Mailbox(Box::new(Mailbox::shaped(tenant, Shape::default())))
            }
            Kind::Entry => Aggregate::Entry(Entry { tenant, ..Entry::default() }),
            Kind::Head => Aggregate::Head(Head { tenant, ..Head::default() }),
            Kind::Resource => {
                Aggregate::Resource(ResourceHead { tenant, ..ResourceHead::default() })
            }
            Kind::Evaluation => Aggregate::Evaluation(Asked { tenant, ..Asked::default() }),
            Kind::BpmnSignal => {
                Aggregate::BpmnSignal(Box::new(BpmnSignal::shaped(tenant, Shape::default())))
            }
            Kind::BatchOperation => Aggregate::BatchOperation(Box::default()),
            Kind::Suspensions => {
                Aggregate::Suspensions(Box::new(Suspensions { tenant, ..Suspensions::default() }))
            }
            Kind::ReceivedEvent => Aggregate::work(State::Received(Default::default())),
            Kind::Detector => Aggregate::work(State::Detector(Default::default())),
            Kind::Alert => Aggregate::work(State::Alert(Default::default())),
            Kind::Case => Aggregate::work(State::Case(Default::default())),
            Kind::Expectation => Aggregate::work(State::Expectation(Default::default())),
            Kind::Gate => Aggregate::work(State::Gate(Default::default())),
        }
    }

    pub(super) fn work(state: State) -> Self {
        Aggregate::Work(Box::new(state))
    }

    /// The state of a stored row with the pages in it; the others stay in the store.
    pub fn decode(row: &AggregateRow, definitions: &Definitions) -> Result<Self, Bad> {
        let key = Key(row.key);
        if let Some((body, pages)) = upgrade(row.kind, key, &row.body, &row.pages)? {
            return Self::decode(&AggregateRow { body, pages, ..row.clone() }, definitions);
        }
        let unknown =
            || Bad { expected: 1, found: format!("an aggregate of unknown kind {}", row.kind) };
        match Kind::from_number(row.kind).ok_or_else(unknown)? {
            Kind::Instance => {
                let instance = record::decode_instance(key, &row.body, &row.pages)?;
                let graph = definitions.get(instance.definition).map(|held| held.graph.clone());
                Ok(Aggregate::Instance(Box::new(instance), graph))
            }
            Kind::Mailbox => {
                let mailbox = record::decode_mailbox(key, &row.body, &row.pages)?;
                Ok(Aggregate::Mailbox(Box::new(mailbox)))
            }
            Kind::Entry => record::decode(key, &row.body).map(Aggregate::Entry),
            Kind::Head => record::decode(key, &row.body).map(Aggregate::Head),
            Kind::Resource => record::decode(key, &row.body).map(Aggregate::Resource),
            Kind::Evaluation => Err(unknown()),
            Kind::BpmnSignal => {
                let signal = record::decode_bpmn_signal(key, &row.body, &row.pages)?;
                Ok(Aggregate::BpmnSignal(Box::new(signal)))
            }
            Kind::BatchOperation => {
                record::decode(key, &row.body).map(Box::new).map(Aggregate::BatchOperation)
            }
            Kind::Suspensions => {
                record::decode(key, &row.body).map(Box::new).map(Aggregate::Suspensions)
            }
            kind => {
                let decoded = step::work::decode_state(kind, key, &row.body);
                decoded.ok_or_else(unknown)?.map(Aggregate::work)
            }
        }
    }

    /// Takes in pages a step asked for; those asked for and not found are not stored.
    pub fn bring_pages(
        &mut self,
        key: Key,
        asked: &[u32],
        found: &[(u32, Vec<u8>)],
    ) -> Result<(), Bad> {
        match self {
            Aggregate::Instance(instance, _) => {
                for (number, body) in found {
                    instance.bring(record::decode_page(key, *number, body)?);
                }
                Ok(())
            }
            Aggregate::Mailbox(mailbox) => record::bring_mailbox_pages(key, mailbox, asked, found),
            Aggregate::BpmnSignal(signal) => {
                record::bring_bpmn_signal_pages(key, signal, asked, found)
            }
            Aggregate::Entry(_)
            | Aggregate::Head(_)
            | Aggregate::Resource(_)
            | Aggregate::Evaluation(_)
            | Aggregate::BatchOperation(_)
            | Aggregate::Suspensions(_)
            | Aggregate::Work(_) => Ok(()),
        }
    }

    /// Drops pages that are as they are stored, except those to be kept; returns the jobs of the
    /// element instances that left.
    pub fn drop_pages(&mut self, keep: impl Fn(u32) -> bool) -> Vec<Key> {
        match self {
            Aggregate::Instance(instance, _) => {
                let dirty = std::mem::take(&mut instance.dirty);
                let kept = |page| keep(page) || dirty.contains(&page);
                let left = instance.elements.leave_pages(kept);
                instance.dirty = dirty;
                let held = left.iter().flat_map(|page| &page.elements);
                held.filter_map(|(_, held)| held.job.as_ref().map(|job| job.key)).collect()
            }
            Aggregate::Mailbox(mailbox) => {
                mailbox.drop_pages(keep);
                Vec::new()
            }
            Aggregate::BpmnSignal(signal) => {
                signal.drop_pages(keep);
                Vec::new()
            }
            Aggregate::Entry(_)
            | Aggregate::Head(_)
            | Aggregate::Resource(_)
            | Aggregate::Evaluation(_)
            | Aggregate::BatchOperation(_)
            | Aggregate::Suspensions(_)
            | Aggregate::Work(_) => Vec::new(),
        }
    }

    /// The bytes to write; `None`: nothing is left to remember. Dirty marks are cleared.
    pub fn encode(&mut self, key: Key) -> Option<EncodedAggregate> {
        let plain = |body: Vec<u8>| Some((body, Vec::new()));
        match self {
            Aggregate::Instance(instance, _) => {
                let encoded = (!instance.has_ended()).then(|| record::encode_instance(instance));
                instance.dirty.clear();
                encoded
            }
            Aggregate::Mailbox(mailbox) if mailbox.is_empty() => None,
            Aggregate::Mailbox(mailbox) => {
                let encoded = record::encode_mailbox(key, mailbox);
                mailbox.written();
                Some(encoded)
            }
            Aggregate::BpmnSignal(signal) if signal.is_empty() => None,
            Aggregate::BpmnSignal(signal) => {
                let encoded = record::encode_bpmn_signal(key, signal);
                signal.written();
                Some(encoded)
            }
            Aggregate::Entry(entry) if entry.doors.is_empty() => None,
            Aggregate::Entry(entry) => plain(record::encode(key, entry)),
            Aggregate::Head(head) => plain(record::encode(key, head)),
            Aggregate::Resource(head) => plain(record::encode(key, head)),
            Aggregate::Evaluation(_) => None,
            Aggregate::BatchOperation(batch) if batch.has_ended() => None,
            Aggregate::BatchOperation(batch) => plain(record::encode(key, &**batch)),
            Aggregate::Suspensions(state) if state.is_empty() => None,
            Aggregate::Suspensions(state) => plain(record::encode(key, &**state)),
            Aggregate::Work(state) if state.is_empty() => None,
            Aggregate::Work(state) => plain(step::work::encode_state(key, state)),
        }
    }

    /// One step. On `Err` nothing changed: it is refused, or pages must be brought first. The
    /// hint is for [`engine::life::pages::missing`].
    pub fn step(
        &mut self,
        key: Key,
        (command, hint): (&Command, Option<Slot>),
        definitions: &Definitions,
        inputs: &mut Inputs,
    ) -> Result<Stepped, Halt> {
        match (self, command) {
            (Aggregate::Instance(instance, graph), Command::Instance(command)) => {
                let Some(graph) = graph else { return Err(gone(key).into()) };
                let missing = engine::life::pages::missing(graph, instance, command, hint);
                if !missing.is_empty() {
                    return Err(Halt::Needs(missing));
                }
                let out = step::instance::step(definitions, graph, instance, command, inputs)?;
                if matches!(command, InstanceCommand::MigrateInstance(_))
                    && let Some(held) = definitions.get(instance.definition)
                {
                    *graph = held.graph.clone();
                }
                let events = Events::Instance(out.events);
                Ok(Stepped { events, effects: out.effects, places: out.places, fuel: out.fuel })
            }
            (Aggregate::Mailbox(mailbox), Command::Mailbox(command)) => {
                let out = step::mailbox::step(definitions, key, mailbox, command, inputs)?;
                Ok(Stepped::plain(Events::Mailbox(out.events), out.effects))
            }
            (Aggregate::Entry(entry), Command::Entry(command)) => {
                let out = step::entry::step(definitions, key, entry, command, inputs)?;
                Ok(Stepped::plain(Events::Entry(out.events), out.effects))
            }
            (Aggregate::Head(head), Command::Head(command)) => {
                let out = step::head::step(definitions, head, command, inputs)?;
                Ok(Stepped::plain(Events::Head(out.events), out.effects))
            }
            (Aggregate::Resource(head), Command::Resource(command)) => {
                let out = step::resource::step(head, command, inputs);
                Ok(Stepped::plain(Events::Resource(out.events), out.effects))
            }
            (Aggregate::Evaluation(asked), Command::Evaluation(command)) => {
                let out = step::evaluation::step(definitions, asked, command, inputs)?;
                let stepped = Stepped::plain(Events::Evaluation(out.events), out.effects);
                Ok(Stepped { fuel: out.fuel, ..stepped })
            }
            (Aggregate::BpmnSignal(signal), Command::BpmnSignal(command)) => {
                let out = step::bpmn_signal::step(definitions, key, signal, command, inputs)?;
                Ok(Stepped::plain(Events::BpmnSignal(out.events), out.effects))
            }
            (Aggregate::BatchOperation(batch), Command::BatchOperation(command)) => {
                let out = step::batch_operation::step(batch, command)?;
                Ok(Stepped::plain(Events::BatchOperation(out.events), out.effects))
            }
            (Aggregate::Suspensions(state), Command::Suspension(command)) => {
                let out = step::suspensions::step(state, command)?;
                Ok(Stepped::plain(Events::Suspension(out.events), out.effects))
            }
            (Aggregate::Work(state), Command::Work(command)) => {
                let out = step::work::step(definitions, state, command, inputs)?;
                let stepped = Stepped::plain(Events::Work(out.events), out.effects);
                Ok(Stepped { fuel: out.fuel, ..stepped })
            }
            _ => Err(gone(key).into()),
        }
    }

    /// Tenant number.
    pub fn tenant(&self) -> u32 {
        match self {
            Aggregate::Instance(instance, _) => instance.tenant,
            Aggregate::Mailbox(mailbox) => mailbox.tenant,
            Aggregate::Entry(entry) => entry.tenant,
            Aggregate::Head(head) => head.tenant,
            Aggregate::Resource(head) => head.tenant,
            Aggregate::Evaluation(asked) => asked.tenant,
            Aggregate::BpmnSignal(signal) => signal.tenant,
            Aggregate::BatchOperation(batch) => batch.begun.tenant,
            Aggregate::Suspensions(state) => state.tenant,
            Aggregate::Work(state) => state.tenant(),
        }
    }

    /// Kind of aggregate.
    pub fn kind(&self) -> Kind {
        match self {
            Aggregate::Instance(..) => Kind::Instance,
            Aggregate::Mailbox(_) => Kind::Mailbox,
            Aggregate::Entry(_) => Kind::Entry,
            Aggregate::Head(_) => Kind::Head,
            Aggregate::Resource(_) => Kind::Resource,
            Aggregate::Evaluation(_) => Kind::Evaluation,
            Aggregate::BpmnSignal(_) => Kind::BpmnSignal,
            Aggregate::BatchOperation(_) => Kind::BatchOperation,
            Aggregate::Suspensions(_) => Kind::Suspensions,
            Aggregate::Work(state) => step::work::kind(state),
        }
    }

    /// The instance, if it is one.
    pub fn instance(&self) -> Option<&Instance> {
        match self {
            Aggregate::Instance(instance, _) => Some(instance),
            _ => None,
        }
    }

    /// Rough bytes in memory.
    pub fn weight(&self) -> usize {
        match self {
            Aggregate::Instance(instance, _) => instance.weight(),
            Aggregate::Mailbox(mailbox) => mailbox.weight(),
            Aggregate::Entry(entry) => 256 + entry.doors.len() * 256,
            Aggregate::Head(_) | Aggregate::Resource(_) => 512,
            Aggregate::Evaluation(_) => 64,
            Aggregate::BpmnSignal(signal) => signal.weight(),
            Aggregate::BatchOperation(batch) => {
                let selection = &batch.begun.selection;
                1_024 + selection.keys.len() * 8 + selection.filter.len()
            }
            Aggregate::Suspensions(state) => {
                256 + (state.definitions.len() + state.job_types.len()) * 32
            }
            Aggregate::Work(_) => 1_024,
        }
    }
}

impl Stepped {
    fn plain(events: Events, effects: Vec<Effect>) -> Self {
        Stepped { events, effects, places: Vec::new(), fuel: 0 }
    }
}

/// The refusal for what is not there, or not yours: the two are never told apart.
pub(super) fn gone(key: Key) -> Rejection {
    Rejection::not_found(format!("Expected to find `{key}`, but nothing with that key is active."))
}
