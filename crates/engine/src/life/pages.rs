//! Pages: which page of the instance must be in memory before a piece of work is done.
//!
//! Not here: loading; a lane brings the pages and goes on with the kept agenda.

use crate::command::InstanceCommand;
use crate::event::{Slot, Work};
use crate::graph::Graph;
use crate::key::Key;
use crate::state::elements::page_of;
use crate::state::instance::{ElementInstance, Instance};

/// Pages brought at once for work that goes through all of them.
const PAGES_AT_ONCE: usize = 8;

/// What a command is about that does not say in which slot it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// An element instance.
    Element(Key),
    /// An incident.
    Incident(Key),
    /// A user task.
    UserTask(Key),
}

impl Named {
    /// What the command names by key alone, if it does.
    #[must_use]
    pub fn by(command: &InstanceCommand) -> Option<Named> {
        use InstanceCommand as C;
        match command {
            C::ResolveIncident { incident } | C::RetryIncident { incident, .. } => {
                Some(Named::Incident(*incident))
            }
            C::SetVariables { element, .. } | C::ActivateActivities { element, .. } => {
                Some(Named::Element(*element))
            }
            C::CompleteUserTask { task, .. }
            | C::AssignUserTask { task, .. }
            | C::UpdateUserTask { task, .. } => Some(Named::UserTask(*task)),
            _ => None,
        }
    }

    /// Whether this element instance is it or has it.
    #[must_use]
    pub fn is_at(self, held: &ElementInstance) -> bool {
        match self {
            Named::Element(key) => held.key == key,
            Named::Incident(key) => held.incidents.iter().any(|incident| incident.key == key),
            Named::UserTask(key) => held.task().is_some_and(|task| task.key == key),
        }
    }
}

/// The pages a command needs beside those in memory. Ask again when they were brought: what
/// they hold may lead to others. Empty: the step can be made.
///
/// `hint`: the slot of what the command names by key alone, if somebody remembers it. A wrong
/// one, or none, costs all pages.
#[must_use]
pub fn missing(
    graph: &Graph,
    state: &Instance,
    command: &InstanceCommand,
    hint: Option<Slot>,
) -> Vec<u32> {
    use InstanceCommand as C;
    if state.elements.absent(..).next().is_none() || state.has_ended() {
        return Vec::new();
    }
    match command {
        C::CompleteJob { slot, .. }
        | C::FailJob { slot, .. }
        | C::ThrowJobError { slot, .. }
        | C::UpdateJob { slot, .. }
        | C::FireTimer { slot, .. }
        | C::OfferMessage { slot, .. }
        | C::ReceiveBpmnSignal { slot, .. }
        | C::PassEscalation { slot }
        | C::EndChild { slot, .. } => of_slot(state, *slot),
        C::EscalateChild(escalation) => of_slot(state, escalation.slot),
        // Whoever lets it go on again offers its jobs again, wherever they are.
        C::ResolveIncident { .. } | C::RetryIncident { .. } if state.quarantine().is_some() => {
            state.elements.absent(..).collect()
        }
        C::ResolveIncident { .. }
        | C::RetryIncident { .. }
        | C::ActivateActivities { .. }
        | C::SetVariables { .. }
        | C::CompleteUserTask { .. }
        | C::AssignUserTask { .. }
        | C::UpdateUserTask { .. } => {
            let named = Named::by(command).expect("these name it by key alone");
            of_named(state, named, hint)
        }
        // These are about all of it.
        C::SuspendInstance | C::ResumeInstance | C::ModifyInstance(_) | C::MigrateInstance(_) => {
            state.elements.absent(..).collect()
        }
        C::Continue => match state.agenda.first() {
            Some(work) => of_work(graph, state, work),
            None => Vec::new(),
        },
        C::CreateInstance(_)
        | C::CancelInstance
        | C::CancelCalled
        | C::CompensateInstance
        | C::Quarantine { .. } => Vec::new(),
    }
}

/// The pages a piece of work needs beside those in memory.
pub(super) fn of_work(graph: &Graph, state: &Instance, work: &Work) -> Vec<u32> {
    if state.elements.absent(..).next().is_none() {
        return Vec::new();
    }
    if joins_look(graph, state, work) {
        return state.elements.absent(..).collect();
    }
    let mut pages = match work {
        Work::Arrive { scope, .. } => of_slot(state, *scope),
        Work::Activate { slot }
        | Work::ActivateInner { slot, .. }
        | Work::Happen { slot, .. }
        | Work::HearTask { slot } => of_slot(state, *slot),
        Work::Watch { from, .. } => {
            let next = state.watchers.iter().find(|slot| *slot >= from);
            next.map_or_else(Vec::new, |slot| of_slot(state, *slot))
        }
        Work::Begin { .. } | Work::BeginAt { .. } => of_slot(state, 0),
        Work::Complete { slot } | Work::Cancel { slot } | Work::Settle { slot } => {
            let mut pages = of_slot(state, *slot);
            pages.extend(of_body(graph, state, *slot, matches!(work, Work::Complete { .. })));
            pages
        }
        Work::Compensate { slot } => {
            let mut pages = of_slot(state, *slot);
            pages.extend(super::compensate::pages(graph, state, *slot));
            if let Some(last) = pages.iter().max().copied() {
                // Where one page is brought, those of what is undone next come with it.
                pages.extend(super::compensate::pages_around(graph, state, *slot));
                let before: Vec<u32> = state.elements.absent(..last).collect();
                pages.extend(before.iter().rev().take(PAGES_AT_ONCE));
            }
            pages
        }
        Work::DropNotes { note } => {
            let own = Some(page_of(*note)).filter(|page| state.elements.is_absent(*page));
            own.into_iter().collect()
        }
        Work::Spawn { slot } => {
            let mut pages = of_slot(state, *slot);
            if let Some(body) = state.element(*slot).and_then(|held| held.body.as_deref()) {
                let next = body.first + body.begun;
                let last = next.saturating_add(crate::limits::SPAWN_INSTANCES_MAX);
                pages.extend(state.elements.absent(page_of(next)..=page_of(last)));
            }
            pages
        }
        Work::CancelInside { scope, from, .. } => {
            let mut pages = of_slot(state, *scope);
            let next =
                state.elements.pages().map(|page| page.number).find(|n| *n >= page_of(*from));
            let absent = state.elements.absent(page_of(*from)..);
            let before = absent.take_while(|number| next.is_none_or(|next| *number < next));
            pages.extend(before.take(PAGES_AT_ONCE));
            pages
        }
    };
    pages.sort_unstable();
    pages.dedup();
    pages
}

/// Whether an inclusive join looks at everything alive in the scope the work is about.
fn joins_look(graph: &Graph, state: &Instance, work: &Work) -> bool {
    let waits = |element| graph.node(element).kind.joins().looks();
    let scope = match work {
        Work::Arrive { element, .. } if waits(*element) => return true,
        Work::Arrive { scope, .. } | Work::CancelInside { scope, .. } => *scope,
        Work::Activate { slot } | Work::Spawn { slot } => *slot,
        Work::Complete { slot } | Work::Cancel { slot } => {
            state.element(*slot).map_or(0, |held| held.scope)
        }
        Work::Settle { slot } => *slot,
        Work::Begin { .. } | Work::BeginAt { .. } => 0,
        Work::Happen { .. } | Work::Watch { .. } => return false,
        Work::Compensate { .. } | Work::DropNotes { .. } => return false,
        Work::ActivateInner { .. } | Work::HearTask { .. } => return false,
    };
    let has_gates = state.element(scope).is_some_and(|held| !held.resets().is_empty());
    let parked = state.element(scope).map(|held| held.parked.as_slice()).unwrap_or_default();
    has_gates || parked.iter().any(|(flow, _)| waits(graph.flow(*flow).target))
}

/// The pages of what is named by key alone: where it is, or else where it may be.
fn of_named(state: &Instance, named: Named, hint: Option<Slot>) -> Vec<u32> {
    let found = state.elements.iter().find(|(_, held)| named.is_at(held)).map(|(slot, _)| *slot);
    let hint = hint.filter(|slot| state.elements.is_absent(page_of(*slot)));
    match found.or(hint) {
        Some(slot) => of_slot(state, slot),
        None => state.elements.absent(..).collect(),
    }
}

/// A slot's page and those of the scopes around it, and the page new slots come into.
fn of_slot(state: &Instance, slot: Slot) -> Vec<u32> {
    let own = state.absent_page(slot);
    let last = Some(page_of(state.next_slot)).filter(|page| state.elements.is_absent(*page));
    own.into_iter().chain(last.filter(|last| own != Some(*last))).collect()
}

/// A body that ends forgets what is kept for its slots; one that completes collects it.
fn of_body(graph: &Graph, state: &Instance, slot: Slot, completes: bool) -> Vec<u32> {
    let Some(held) = state.element(slot) else { return Vec::new() };
    let Some(body) = held.body.as_deref() else { return Vec::new() };
    let slots = body.slots();
    if held.children > 0 || slots.is_empty() {
        return Vec::new();
    }
    let marker = graph.node(held.element).multi_instance.as_deref();
    let (first, last) = (page_of(slots.start), page_of(slots.end - 1));
    let collects = completes && marker.is_some_and(|marker| marker.outputs.is_some());
    if collects || held.last_done != 0 {
        return state.elements.absent(first..=last).collect();
    }
    // Pages that are the body's alone are given up unread.
    [first, last].into_iter().filter(|page| state.elements.is_absent(*page)).collect()
}
