//! A race of events: the first behind an event-based gateway ends the wait for the others.
//!
//! Not here: opening the waits (`activate`), which the gateway's element instance holds.

use super::Ctx;
use crate::event::{ElementIndex, InstanceEvent, Slot, Variables, Work};

impl Ctx<'_> {
    /// An event behind a gateway happened: the gateway is done, and the event's element goes on
    /// with what it brought.
    pub(crate) fn win_race(&mut self, slot: Slot, element: ElementIndex, variables: Variables) {
        let scope = self.at(slot).scope;
        let to = |flow: &u32| self.graph.flow(*flow).target == element;
        let flow = self.node(slot).outgoing.iter().copied().find(to);
        self.close_waits(slot);
        self.emit(InstanceEvent::ElementCompleted { slot });
        self.push(Work::Arrive { element, scope, flow, payload: variables });
        self.push(Work::Settle { slot: scope });
    }
}
