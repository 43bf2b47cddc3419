//! Compensation: what has completed is undone, the last first, one after the other.
//!
//! BPMN 2.0.2, 13.5.5. An activity that can be undone leaves a note in the slot it lived in, and
//! its scope knows the last one; a scope that completed keeps its own notes and its variables, and
//! is entered again to have them undone. Camunda invokes all handlers at once; Segue keeps to the
//! standard's order (docs/adr). Not here: what is thrown and caught (`element`).

use super::Ctx;
use crate::element::Kind;
use crate::event::{ElementIndex, InstanceEvent, Interruption, Slot, Work};
use crate::graph::Graph;
use crate::limits::DROPPED_NOTES_MAX;
use crate::state::elements::page_of;
use crate::state::instance::{Instance, Phase};

/// What is to be undone next.
pub(super) enum Next {
    /// The note in this slot, of a scope, behind another one (0: it is the last).
    Note { scope: Slot, note: Slot, after: Slot },
    /// Nothing is left.
    Nothing,
    /// This page must be in memory to say so.
    Absent(u32),
}

/// The most recent note a slot is to undo: its own if it is a scope that is compensated, else
/// those of the scope around it, and of the scope an event sub-process, or what is activated in an
/// ad-hoc sub-process, belongs to.
pub(super) fn next(graph: &Graph, state: &Instance, slot: Slot) -> Next {
    let Some(held) = state.element(slot) else { return Next::Nothing };
    let Some(compensation) = held.compensation.as_deref() else { return Next::Nothing };
    let only = graph.node(held.element).link;
    let mut found: Option<(u32, Slot, Slot, Slot)> = None;
    let mut scope = if compensation.revived { slot } else { held.scope };
    loop {
        let Some(around) = state.element(scope) else { return Next::Absent(page_of(scope)) };
        let has = only.is_none_or(|only| graph.node(only).scope == around.element);
        let (mut note, mut after) = (if has { around.last_done } else { 0 }, 0);
        while note != 0 {
            if state.elements.is_absent(page_of(note)) {
                return Next::Absent(page_of(note));
            }
            let done = state.elements.done(note).expect("a scope knows its notes");
            let fits = only.is_none_or(|only| only == done.element);
            if fits && done.order <= compensation.until {
                if found.is_none_or(|(order, ..)| order < done.order) {
                    found = Some((done.order, scope, note, after));
                }
                break;
            }
            (after, note) = (note, done.before);
        }
        let kind = &graph.node(around.element).kind;
        let belongs = matches!(kind, Kind::AdHocInner(_) | Kind::EventSubProcess(_));
        if compensation.revived || !belongs || scope == 0 {
            break;
        }
        scope = around.scope;
    }
    match found {
        Some((_, scope, note, after)) => Next::Note { scope, note, after },
        None => Next::Nothing,
    }
}

/// Pages beside a slot's own that its compensation needs next.
pub(super) fn pages(graph: &Graph, state: &Instance, slot: Slot) -> Vec<u32> {
    let held = state.element(slot).and_then(|held| held.compensation.as_deref());
    let active = held.map_or(0, |compensation| compensation.active);
    if active != 0 && state.elements.is_absent(page_of(active)) {
        return vec![page_of(active)];
    }
    match next(graph, state, slot) {
        Next::Absent(page) => vec![page],
        _ => Vec::new(),
    }
}

/// Pages that those who wait for a slot's compensation need next.
pub(super) fn pages_around(graph: &Graph, state: &Instance, slot: Slot) -> Vec<u32> {
    let by = |slot: &Slot| state.element(*slot)?.compensation.as_ref()?.by;
    let around = std::iter::successors(by(&slot), by);
    around.flat_map(|slot| pages(graph, state, slot)).collect()
}

impl Ctx<'_> {
    /// A compensation event: everything that completed before it in its scope is undone.
    pub(crate) fn throw_compensation(&mut self, slot: Slot) {
        self.emit(InstanceEvent::CompensationThrown { slot });
        self.push(Work::Compensate { slot });
    }

    /// The whole instance is cancelled and undone: what lives goes first, then what has completed
    /// is undone, the last first; then it ends as cancelled.
    pub(crate) fn compensate_instance(&mut self) {
        self.close_waits(0);
        self.drop_all_tokens();
        self.emit(InstanceEvent::CompensationThrown { slot: 0 });
        self.cancel_inside(0, 0, 0);
        self.push(Work::Settle { slot: 0 });
    }

    /// An activity is about to leave completed: what undoes it later is noted.
    pub(super) fn keep_done(&mut self, slot: Slot) {
        let held = self.at(slot);
        if held.compensation.as_ref().is_some_and(|it| it.by.is_some()) {
            self.drop_notes(slot);
            return;
        }
        let node = self.node(slot);
        let has_own = node.handler.is_some() && !self.is_in_body(slot);
        let scope = held.last_done != 0 || node.compensation_start(self.graph).is_some();
        if has_own || scope {
            self.emit(InstanceEvent::CompensationKept { slot, scope });
        }
    }

    /// What a scope that is gone knew is not undone any more.
    pub(super) fn drop_notes(&mut self, slot: Slot) {
        let last = self.at(slot).last_done;
        if last != 0 {
            self.push(Work::DropNotes { note: last });
        }
    }

    /// Whoever waits for the end of a handler, or of a scope that is compensated, goes on.
    pub(super) fn undone(&mut self, by: Option<Slot>) {
        if let Some(by) = by {
            self.push(Work::Compensate { slot: by });
        }
    }

    /// Undoes what is next, unless something is being undone or nothing is left.
    pub(super) fn compensate(&mut self, slot: Slot) {
        let Some(held) = self.state.element(slot) else { return };
        let Some(compensation) = held.compensation.as_deref() else { return };
        let (active, handled) = (compensation.active, compensation.handled);
        let is_busy = active != 0 && self.state.element(active).is_some();
        let is_leaving = held.phase == Phase::Cancelling || held.interrupted_by.is_some();
        if is_leaving || is_busy {
            return;
        }
        if compensation.revived
            && let Some(start) = self.node(slot).compensation_start(self.graph)
        {
            // Its own handler knows what to undo in it, and asks for the rest itself.
            return match handled {
                true => self.end_compensation(slot),
                false => self.begin_own_handler(slot, start),
            };
        }
        match next(self.graph, self.state, slot) {
            Next::Note { scope, note, after } => self.undo(slot, scope, note, after),
            Next::Nothing => self.end_compensation(slot),
            Next::Absent(_) => self.agenda.push_front(Work::Compensate { slot }),
        }
    }

    fn begin_own_handler(&mut self, by: Slot, start: ElementIndex) {
        let slot = self.enter_at(self.graph.node(start).scope, by);
        self.emit(InstanceEvent::CompensationHandled { slot, by });
        self.push(Work::Activate { slot });
    }

    /// A handler begins in the scope, or a scope that completed is entered again.
    fn undo(&mut self, by: Slot, scope: Slot, note: Slot, after: Slot) {
        let around = self.at(scope);
        if around.phase == Phase::Cancelling || around.interrupted_by.is_some() {
            // Whoever asks for it goes too.
            return;
        }
        let done = self.state.elements.done(note).expect("the note was found");
        let (element, undone, is_scope) = (done.element, done.undone, done.is_scope);
        let node = self.graph.node(element);
        let handler = node.handler.filter(|_| !undone);
        let entered = handler.unwrap_or(element);
        let keep = handler.is_some() && is_scope;
        let slot = self.enter_at(entered, scope);
        self.emit(InstanceEvent::CompensationBegun { slot, by, scope, note, after, keep });
        if handler.is_some() {
            self.push(Work::Activate { slot });
        } else {
            self.emit(InstanceEvent::ElementActivated { slot });
            self.push(Work::Compensate { slot });
        }
    }

    pub(super) fn enter_at(&mut self, element: ElementIndex, scope: Slot) -> Slot {
        let (slot, key) = (self.state.next_slot, self.next_key());
        let node = self.graph.node(element);
        let repeats = node.multi_instance.is_some() || node.standard_loop.is_some();
        let body = repeats && self.at(scope).element != element;
        self.emit(InstanceEvent::ElementEntered { slot, key, element, scope, body });
        slot
    }

    /// Nothing is left to undo.
    fn end_compensation(&mut self, slot: Slot) {
        let held = self.at(slot);
        let (scope, by) = (held.scope, held.compensation.as_ref().and_then(|it| it.by));
        if held.compensation.as_ref().is_some_and(|it| it.revived) {
            if held.children == 0 {
                self.close_waits(slot);
                self.drop_notes(slot);
                self.emit(InstanceEvent::ElementCompleted { slot });
                self.undone(by);
                self.push(Work::Settle { slot: scope });
            }
            return;
        }
        if slot == 0 {
            return self.start_cancel(0, None);
        }
        if !matches!(self.node(slot).kind, Kind::CancelEnd(_)) {
            return self.push(Work::Complete { slot });
        }
        // The transaction is left by its cancel boundary event.
        let boundary = self.node(scope).boundary.iter().copied();
        let cancels =
            |at: &ElementIndex| matches!(self.graph.node(*at).kind, Kind::BoundaryCancel(_));
        let element = boundary.into_iter().find(cancels).expect("it was there at deployment");
        self.start_cancel(scope, Some(Interruption { element, variables: Vec::new() }));
    }

    /// Notes of a scope that is gone, some at a time, and those of the scopes among them.
    pub(super) fn forget_notes(&mut self, first: Slot) {
        if self.state.has_ended() {
            return;
        }
        let (mut slots, mut at) = (Vec::new(), first);
        while at != 0 && slots.len() < DROPPED_NOTES_MAX {
            if self.state.elements.is_absent(page_of(at)) {
                break;
            }
            let Some(done) = self.state.elements.done(at) else { break };
            let (before, inner) = (done.before, done.last);
            slots.push(at);
            if inner != 0 {
                self.push(Work::DropNotes { note: inner });
            }
            at = before;
        }
        if !slots.is_empty() {
            self.emit(InstanceEvent::CompensationsDropped { slots });
            if at != 0 {
                self.push(Work::DropNotes { note: at });
            }
        }
    }
}
