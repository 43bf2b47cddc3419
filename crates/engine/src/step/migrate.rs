//! Migrate: a running instance goes on as an instance of another definition.
//!
//! Jobs, user tasks, incidents and called instances stay what they are; timers and subscriptions
//! of events that are mapped go on, those of others are closed, and what only the new definition
//! waits for is opened. Refused as a whole when anything that lives has no place there.
//!
//! Not here: proposing a mapping (`graph::compare`).

use crate::change::{Migrated, Migration, Moved};
use crate::command::{Command, MailboxCommand, Rejection};
use crate::element::Kind;
use crate::event::{ElementIndex, InstanceEvent, Slot, Work};
use crate::graph::Graph;
use crate::key::Key;
use crate::life::Ctx;
use crate::limits::MIGRATION_MAPPINGS_MAX;
use crate::part::Wait;
use crate::state::instance::{ElementInstance, Instance, Phase, Subscription};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn decide(ctx: &mut Ctx<'_>, wanted: &Migration) -> Result<(), Rejection> {
    let found = ctx.definitions.get(wanted.target);
    let found = found.filter(|held| !ctx.definitions.is_deleted(held.key));
    let Some(target) = found.filter(|it| it.tenant == ctx.state.tenant) else {
        return Err(Rejection::not_found(format!(
            "Expected to find process definition `{}`, but found none.",
            wanted.target
        )));
    };
    if ctx.at(0).phase == Phase::Cancelling {
        return Err(Rejection::invalid_state(format!(
            "Expected process instance `{}` to be active, but it is being cancelled.",
            ctx.state.key
        )));
    }
    if ctx.state.definition == target.key {
        return Err(Rejection::invalid_state(format!(
            "Expected process instance `{}` to run another definition, but it runs `{}` already.",
            ctx.state.key, target.key
        )));
    }
    let mut plan = Plan::of(ctx.graph(), &target.graph, wanted)?;
    plan.look_at(ctx.state)?;
    let (timers, subscriptions) = (plan.timers.clone(), plan.subscriptions.clone());
    let migrated = plan.migrated(ctx.state, target.key);
    let opens = plan.opens(ctx, &migrated, &target.graph)?;
    for (slot, key) in timers {
        ctx.emit(InstanceEvent::TimerCancelled { slot, key });
    }
    for (slot, held) in subscriptions {
        ctx.emit(InstanceEvent::SubscriptionClosed { slot, key: held.key });
        let mailbox = ctx.mailbox(&held.name, &held.correlation_key);
        let command = MailboxCommand::Unsubscribe { subscription: held.key };
        ctx.ask(mailbox, Command::Mailbox(command));
    }
    opens.iter().for_each(|(slot, ..)| ctx.note(*slot));
    ctx.emit(InstanceEvent::InstanceMigrated(Box::new(migrated)));
    ctx.graph = &target.graph;
    for (slot, element, wait) in opens {
        ctx.open_wait(slot, element, wait);
    }
    Ok(())
}

/// What becomes of everything that lives.
struct Plan<'g> {
    old: &'g Graph,
    new: &'g Graph,
    /// As the mapping says.
    given: BTreeMap<ElementIndex, ElementIndex>,
    /// What is needed of it, and what goes by its id.
    elements: BTreeMap<ElementIndex, ElementIndex>,
    flows: BTreeMap<u32, u32>,
    /// Timers and subscriptions of events that have no place.
    timers: Vec<(Slot, Key)>,
    subscriptions: Vec<(Slot, Subscription)>,
}

impl<'g> Plan<'g> {
    fn of(old: &'g Graph, new: &'g Graph, wanted: &Migration) -> Result<Self, Rejection> {
        if wanted.mapping.len() > MIGRATION_MAPPINGS_MAX {
            return Err(Rejection::invalid_argument(format!(
                "Expected at most {MIGRATION_MAPPINGS_MAX} mapped elements, but found {}.",
                wanted.mapping.len()
            )));
        }
        let mut given = BTreeMap::new();
        for (from, to) in &wanted.mapping {
            let source = index(old, from)?;
            let target = index(new, to)?;
            if given.insert(source, target).is_some() {
                return Err(Rejection::invalid_argument(format!(
                    "Expected one target for element `{from}`, but found two."
                )));
            }
        }
        Ok(Plan {
            old,
            new,
            given,
            elements: BTreeMap::from([(0, 0)]),
            flows: BTreeMap::new(),
            timers: Vec::new(),
            subscriptions: Vec::new(),
        })
    }

    fn look_at(&mut self, state: &Instance) -> Result<(), Rejection> {
        if state.notes > 0 {
            return Err(Rejection::invalid_state(
                "Expected nothing completed that could still be compensated, but found it: its \
                 handlers are those of the old definition, and this version of Segue does not \
                 migrate them.",
            ));
        }
        let live: BTreeSet<ElementIndex> =
            state.elements.values().map(|held| held.element).filter(|it| *it != 0).collect();
        for element in live {
            let Some(target) = self.target(element) else {
                return Err(Rejection::invalid_state(format!(
                    "Expected a mapping for every active element, but `{}` has none.",
                    self.old.node(element).id
                )));
            };
            self.check_same(element, target)?;
            self.elements.insert(element, target);
        }
        for element in self.elements.keys().copied().collect::<Vec<_>>() {
            self.check_scope(element, self.elements[&element])?;
        }
        for (slot, held) in &state.elements {
            if held.events.as_ref().is_some_and(|events| !events.is_empty()) {
                return Err(Rejection::invalid_state(format!(
                    "Expected no element that awaits a BPMN signal or a condition, or a complex \
                     gateway at work, but found `{}`: this version of Segue does not migrate them.",
                    self.old.node(held.element).id
                )));
            }
            if held.proposal.is_some() {
                return Err(Rejection::invalid_state(format!(
                    "Expected no user task whose listeners are at work, but found `{}`. Migrate \
                     when their jobs are done.",
                    self.old.node(held.element).id
                )));
            }
            if held.listening.is_some() {
                return Err(Rejection::invalid_state(format!(
                    "Expected no element with an execution listener at work, but found `{}`. \
                     Migrate when its listener's job is done.",
                    self.old.node(held.element).id
                )));
            }
            self.look_at_waits(*slot, held)?;
            if let Some(by) = &held.interrupted_by {
                self.carry(by.element)?;
            }
            for (flow, _) in &held.parked {
                self.carry_flow(*flow)?;
            }
        }
        self.look_at_agenda(state)
    }

    fn look_at_agenda(&mut self, state: &Instance) -> Result<(), Rejection> {
        for work in &state.agenda {
            match work {
                Work::Arrive { element, flow, .. } => {
                    self.carry(*element)?;
                    flow.map_or(Ok(()), |flow| self.carry_flow(flow))?;
                }
                Work::Begin { start } => self.carry(*start)?,
                Work::BeginAt { elements } => {
                    elements.iter().try_for_each(|element| self.carry(*element))?;
                }
                Work::ActivateInner { element, .. } => {
                    self.carry(self.old.node(*element).scope)?;
                    self.carry(*element)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What an element becomes: as the mapping says, or with its ad-hoc sub-process.
    fn target(&self, element: ElementIndex) -> Option<ElementIndex> {
        let node = self.old.node(element);
        let whole = Some(node.scope).filter(|_| matches!(node.kind, Kind::AdHocInner(_)));
        let with = whole.and_then(|whole| self.given.get(&whole));
        let with = with.and_then(|whole| self.new.node(*whole).link);
        with.or_else(|| self.given.get(&element).copied())
    }

    /// Only what is of the same kind goes on as if nothing had happened.
    fn check_same(&self, from: ElementIndex, to: ElementIndex) -> Result<(), Rejection> {
        let (old, new) = (self.old.node(from), self.new.node(to));
        if old.is_like(new) {
            return Ok(());
        }
        Err(Rejection::invalid_state(format!(
            "Expected `{}` to become an element of the same kind, but it is a {} and `{}` is a {}.",
            old.id,
            old.kind_in_words(),
            new.id,
            new.kind_in_words()
        )))
    }

    fn check_scope(&self, from: ElementIndex, to: ElementIndex) -> Result<(), Rejection> {
        let (old, new) = (self.old.node(from), self.new.node(to));
        if from == 0 || self.elements.get(&old.scope) == Some(&new.scope) {
            return Ok(());
        }
        Err(Rejection::invalid_state(format!(
            "Expected `{}` to stay in its scope `{}`, but `{}` is in `{}`.",
            old.id,
            self.old.node(old.scope).id,
            new.id,
            self.new.node(new.scope).id
        )))
    }

    /// Waits for the events beside an element's own: they stay, or have no place.
    fn look_at_waits(&mut self, slot: Slot, held: &ElementInstance) -> Result<(), Rejection> {
        let host = self.elements[&held.element];
        for timer in held.timers.iter().filter(|timer| timer.element != held.element) {
            if !self.stays(host, timer.element)? {
                self.timers.push((slot, timer.key));
            }
        }
        for waiting in held.subscriptions.iter().filter(|it| it.element != held.element) {
            if !self.stays(host, waiting.element)? {
                self.subscriptions.push((slot, waiting.clone()));
            }
        }
        Ok(())
    }

    fn stays(&mut self, host: ElementIndex, event: ElementIndex) -> Result<bool, Rejection> {
        let Some(target) = self.given.get(&event).copied() else { return Ok(false) };
        self.check_same(event, target)?;
        if !self.new.node(host).awaits.contains(&target) {
            return Err(Rejection::invalid_state(format!(
                "Expected event `{}` to stay with its element, but `{}` does not belong to `{}`.",
                self.old.node(event).id,
                self.new.node(target).id,
                self.new.node(host).id
            )));
        }
        self.elements.insert(event, target);
        Ok(true)
    }

    /// An element on its way, not live yet: mapped, or the one with its id.
    fn carry(&mut self, element: ElementIndex) -> Result<(), Rejection> {
        let id = &self.old.node(element).id;
        let target = match self.target(element) {
            Some(target) => target,
            None => self.new.find(id).ok_or_else(|| {
                Rejection::invalid_state(format!(
                    "Expected a mapping for `{id}`, which a token is on its way to, but found \
                     none."
                ))
            })?,
        };
        self.check_same(element, target)?;
        self.elements.insert(element, target);
        self.check_scope(element, target)
    }

    /// A flow with a token before a join goes by its id.
    fn carry_flow(&mut self, flow: u32) -> Result<(), Rejection> {
        let old = self.old.flow(flow);
        self.carry(old.target)?;
        let join = self.elements[&old.target];
        let incoming = &self.new.node(join).incoming;
        let found = incoming.iter().find(|it| self.new.flow(**it).id == old.id).copied();
        let whole = incoming.len() >= self.old.node(old.target).incoming.len();
        let Some(found) = found.filter(|_| whole) else {
            return Err(Rejection::invalid_state(format!(
                "Expected flow `{}` with a token on it to lead into `{}`, with no fewer flows \
                 beside it, but it does not.",
                old.id,
                self.new.node(join).id
            )));
        };
        self.flows.insert(flow, found);
        Ok(())
    }

    fn migrated(&self, state: &Instance, target: Key) -> Migrated {
        let closed: BTreeSet<Key> = self.subscriptions.iter().map(|(_, held)| held.key).collect();
        let moved = state.elements.iter().map(|(slot, held)| Moved {
            slot: *slot,
            key: held.key,
            from: held.element,
            to: self.elements[&held.element],
            job: held.job.as_ref().map(|job| job.key),
            task: held.user_task.as_ref().map(|task| task.key),
            incidents: held.incidents.iter().map(|incident| incident.key).collect(),
            subscriptions: held
                .subscriptions
                .iter()
                .filter(|waiting| !closed.contains(&waiting.key))
                .map(|waiting| (waiting.key, self.elements[&waiting.element]))
                .collect(),
        });
        Migrated {
            definition: target,
            before: state.definition,
            elements: self.elements.iter().map(|(from, to)| (*from, *to)).collect(),
            flows: self.flows.iter().map(|(from, to)| (*from, *to)).collect(),
            moved: moved.collect(),
        }
    }

    /// What the new definition waits for and the old one did not: evaluated on a copy, so that
    /// what cannot be evaluated refuses the migration.
    fn opens(
        &self,
        ctx: &Ctx<'_>,
        migrated: &Migrated,
        graph: &'g Graph,
    ) -> Result<Vec<(Slot, ElementIndex, Wait)>, Rejection> {
        let mut copy = ctx.state.clone();
        copy.apply(&InstanceEvent::InstanceMigrated(Box::new(migrated.clone())));
        let mut inputs = ctx.inputs.clone();
        let known: BTreeSet<ElementIndex> = self.given.values().copied().collect();
        let trial = Ctx::new(ctx.definitions, graph, &mut copy, &mut inputs);
        let mut opens = Vec::new();
        let slots: Vec<Slot> = trial.state.elements.keys().copied().collect();
        for slot in slots {
            let held = trial.at(slot);
            if held.phase != Phase::Active || held.interrupted_by.is_some() {
                continue;
            }
            for event in self.fresh(&trial, slot, &known) {
                let wait = graph.node(event).kind.wait(slot, &trial).map_err(|failure| {
                    Rejection::invalid_state(format!(
                        "Expected to know what `{}` waits for, but: {}",
                        graph.node(event).id,
                        failure.message
                    ))
                })?;
                opens.extend(wait.map(|wait| (slot, event, wait)));
            }
        }
        Ok(opens)
    }

    /// Events a slot is to wait for that nobody was mapped to.
    fn fresh(&self, ctx: &Ctx<'_>, slot: Slot, known: &BTreeSet<ElementIndex>) -> Vec<u32> {
        let (is_body, in_body) = (ctx.body_of(slot).is_some(), ctx.is_in_body(slot));
        // Where an event sub-process has taken the place of the rest, no other begins.
        let replaced = ctx.state.elements.values().any(|held| {
            let node = ctx.graph().node(held.element);
            held.scope == slot
                && matches!(node.kind, Kind::EventSubProcess(_))
                && node.starts.iter().any(|start| ctx.graph().node(*start).interrupting)
        });
        let awaits = ctx.node(slot).awaits.iter().copied();
        let belongs = awaits.filter(|event| {
            let node = ctx.graph().node(*event);
            let elsewhere = if node.attached_to.is_some() { in_body } else { is_body };
            !(elsewhere || replaced && node.kind.is_start())
        });
        belongs.filter(|event| !known.contains(event)).collect()
    }
}

fn index(graph: &Graph, id: &str) -> Result<ElementIndex, Rejection> {
    graph.find(id).filter(|it| *it != 0).ok_or_else(|| {
        Rejection::invalid_argument(format!(
            "Expected an element of process `{}`, but it has none with id `{id}`.",
            graph.process_id
        ))
    })
}
