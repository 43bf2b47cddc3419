//! Event sub-processes: how they begin beside what is in their scope, or in its place.
//!
//! Not here: opening and closing their waits with the scope (`activate`, `waits`), and the tokens
//! inside them, which are those of any scope.

use super::Ctx;
use crate::element::Kind;
use crate::event::{
    ElementIndex, IncidentKind, InstanceEvent, Interruption, ListenerEvent, Resume, Slot,
    Variables, Work,
};
use crate::key::Key;
use crate::part::{Failure, Wait};
use crate::state::instance::{Incident, Phase};
use std::collections::BTreeMap;

impl Ctx<'_> {
    /// The process begins: its event sub-processes wait before the first token moves. If that
    /// cannot be, the instance stands still until the incident is resolved.
    pub(crate) fn begin(&mut self, begins: Work) {
        match self.begin_process() {
            Ok(None) => {
                self.emit(InstanceEvent::AgendaKept { agenda: vec![begins], transitions: 0 });
            }
            Ok(Some(waits)) => {
                for (element, wait) in waits {
                    self.open_wait(0, element, wait);
                }
                match begins {
                    Work::Begin { start } => self.begin_at(0, start),
                    Work::BeginAt { elements } => self.begin_inside(&elements),
                    _ => unreachable!("only what begins a process comes here"),
                }
            }
            Err(failure) => {
                self.emit(InstanceEvent::AgendaKept { agenda: vec![begins], transitions: 0 });
                self.raise(0, failure, Resume::Agenda, None);
            }
        }
    }

    /// Tokens begin at some elements, in scopes that are opened for them. What lies in the same
    /// scope shares it, but for activities of an ad-hoc sub-process.
    fn begin_inside(&mut self, elements: &[ElementIndex]) {
        let mut opened: BTreeMap<(Slot, ElementIndex), Slot> = BTreeMap::new();
        for element in elements {
            let mut around = Vec::new();
            let mut scope = self.graph.node(*element).scope;
            while scope != 0 {
                around.push(scope);
                scope = self.graph.node(scope).scope;
            }
            let mut slot = 0;
            for scope in around.into_iter().rev() {
                let shares = !matches!(self.graph.node(scope).kind, Kind::AdHocInner(_));
                slot = match opened.get(&(slot, scope)).filter(|_| shares) {
                    Some(known) => *known,
                    None => {
                        let new = self.open_scope(scope, slot);
                        opened.insert((slot, scope), new);
                        new
                    }
                };
            }
            self.enter(*element, slot, Variables::new());
        }
    }

    /// What the process waits for beside its tokens. `None`: a listener is heard first.
    fn begin_process(&mut self) -> Result<Option<Vec<(u32, Wait)>>, Failure> {
        if self.listens(0, ListenerEvent::Start)? {
            return Ok(None);
        }
        self.waits_beside(0).map(Some)
    }

    /// The start event of an event sub-process happened in a scope.
    pub(crate) fn start_handler(&mut self, slot: Slot, start: ElementIndex, variables: Variables) {
        let node = self.graph.node(start);
        if node.interrupting {
            self.interrupt(slot, Interruption { element: start, variables });
        } else {
            let element = node.scope;
            self.push(Work::Arrive { element, scope: slot, flow: None, payload: variables });
        }
    }

    /// Everything in the scope goes first: what it waits for, its tokens, its element instances.
    fn interrupt(&mut self, slot: Slot, by: Interruption) {
        let held = self.at(slot);
        if held.phase == Phase::Cancelling || held.interrupted_by.is_some() {
            // It has been interrupted already, and this comes from what is on its way out.
            return;
        }
        let over = |held: &&Incident| {
            let stands = matches!(held.kind, IncidentKind::Condition | IncidentKind::Deadlock);
            matches!(held.resume, Resume::Complete | Resume::Job)
                || stands && held.resume == Resume::Scope
        };
        let over: Vec<Key> = held.incidents.iter().filter(over).map(|held| held.key).collect();
        let graph = self.graph;
        self.close_events(slot, |element| graph.node(graph.owner(element)).kind.is_start());
        self.stop_listener(slot);
        self.give_up_ad_hoc(slot);
        for key in over {
            self.emit(InstanceEvent::IncidentResolved { slot, key });
        }
        self.emit(InstanceEvent::ScopeInterrupted { slot, by });
        self.drop_tokens(slot);
        // They go before anything else happens in them.
        self.agenda.push_front(Work::CancelInside { scope: slot, from: 0, except: 0 });
        self.push(Work::Settle { slot });
    }

    /// Tokens on their way in a scope go, and its own end with them.
    fn drop_tokens(&mut self, slot: Slot) {
        self.take_agenda();
        self.agenda.retain(|work| match work {
            Work::Arrive { scope, .. } => *scope != slot,
            Work::ActivateInner { slot: scope, .. } => *scope != slot,
            Work::Complete { slot: scope } => *scope != slot,
            _ => true,
        });
    }

    /// The interrupted scope is empty: the event sub-process is all that lives in it from now on.
    pub(super) fn begin_in_place(&mut self, slot: Slot) {
        let by = self.at(slot).interrupted_by.clone();
        let Some(Interruption { element: start, variables }) = by else { return };
        // What was cancelled last may have been interrupted itself.
        self.drop_tokens(slot);
        self.emit(InstanceEvent::ScopeCleared { slot });
        let element = self.graph.node(start).scope;
        self.push(Work::Arrive { element, scope: slot, flow: None, payload: variables });
    }

    /// A token begins at the start event inside, with what the event brought.
    pub(crate) fn begin_with(&mut self, slot: Slot, start: ElementIndex) {
        let payload = self.at(slot).payload.clone();
        if !payload.is_empty() {
            // It is the start event's now, whose output mappings it waits for.
            self.emit(InstanceEvent::PayloadReceived { slot, variables: Vec::new() });
        }
        self.push(Work::Arrive { element: start, scope: slot, flow: None, payload });
    }
}
