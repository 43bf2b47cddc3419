//! Happen: an event that a slot waited for has come.
//!
//! Not here: how it came: by time, a message, a BPMN signal or a condition.

use super::Ctx;
use crate::event::{ElementIndex, Interruption, Slot, Variables, Work};

impl Ctx<'_> {
    /// An event happened at a slot: to its own element, to one of its boundary events, to the
    /// start of an event sub-process in it, or to one it waits for in place of another.
    pub(crate) fn happen(&mut self, slot: Slot, element: ElementIndex, variables: Variables) {
        let Some((element, variables)) = self.whole(slot, element, variables) else { return };
        let held = self.at(slot);
        let node = self.graph.node(element);
        if held.element == element {
            self.receive(slot, variables);
            self.push(Work::Complete { slot });
        } else if node.kind.is_start() {
            self.start_handler(slot, element, variables);
        } else if node.attached_to.is_none() {
            self.win_race(slot, element, variables);
        } else if node.interrupting {
            self.start_cancel(slot, Some(Interruption { element, variables }));
        } else {
            let scope = held.scope;
            self.push(Work::Arrive { element, scope, flow: None, payload: variables });
        }
    }
}
