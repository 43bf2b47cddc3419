//! Complete: output mappings, then out by the flows the element chooses.
//!
//! Not here: whether it may complete; the event or worker that says so was checked before.

use super::Ctx;
use crate::element::Leaving;
use crate::event::{InstanceEvent, Resume, Slot, Work};
use crate::part::Failure;
use crate::state::instance::Phase;

impl Ctx<'_> {
    pub(crate) fn complete(&mut self, slot: Slot) {
        match self.state.element(slot) {
            Some(held) if held.phase != Phase::Cancelling && slot != 0 => {}
            _ => return,
        }
        match self.try_complete(slot) {
            Ok(leaving) => self.leave(slot, leaving),
            Err(failure) => {
                if !self.at(slot).payload.is_empty() {
                    // It is in the element's variables now: a repair there must not be undone.
                    self.emit(InstanceEvent::PayloadReceived { slot, variables: Vec::new() });
                }
                self.raise(slot, failure, Resume::Complete, None);
            }
        }
    }

    fn try_complete(&mut self, slot: Slot) -> Result<Leaving, Failure> {
        let node = self.node(slot);
        let payload = self.at(slot).payload.clone();
        if node.outputs.is_empty() {
            self.propagate(slot, payload);
        } else {
            self.set_variables(slot, payload);
            let scope = self.at(slot).scope;
            let results = self.map_outputs(slot, scope, &node.outputs)?;
            self.propagate(scope, results);
        }
        node.kind.leave(slot, self)
    }

    fn leave(&mut self, slot: Slot, leaving: Leaving) {
        let node = self.node(slot);
        let scope = self.at(slot).scope;
        self.close_waits(slot);
        self.emit(InstanceEvent::ElementCompleted { slot });
        let mut take = |flow: u32| {
            let element = self.graph.flow(flow).target;
            let flow = Some(flow);
            self.agenda.push_back(Work::Arrive { element, scope, flow, payload: Vec::new() });
        };
        match leaving {
            Leaving::ByAll => node.outgoing.iter().copied().for_each(&mut take),
            Leaving::By(flow) => take(flow),
            Leaving::ByThese(flows) => flows.into_iter().for_each(&mut take),
            Leaving::At(element) => self.begin_at(scope, element),
        }
        self.push(Work::Settle { slot: scope });
    }
}
