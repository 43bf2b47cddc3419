//! Complete: output mappings, end listeners, then out by the flows the element chooses.
//!
//! Not here: whether it may complete; the event or worker that says so was checked before.

use super::Ctx;
use crate::element::Leaving;
use crate::event::{InstanceEvent, ListenerEvent, Resume, Slot, Work};
use crate::part::Failure;
use crate::state::instance::Phase;

/// Where an element instance goes.
enum Left {
    /// Out of its scope's element, by its flows.
    By(Leaving),
    /// Back to its multi-instance body; `ends`: the completion condition holds.
    Body { ends: bool },
    /// Not yet: a listener is heard first, and this comes again.
    Listens,
}

impl Ctx<'_> {
    pub(crate) fn complete(&mut self, slot: Slot) {
        match self.state.element(slot) {
            Some(_) if slot == 0 => return self.settle(slot),
            Some(held) if held.phase != Phase::Cancelling => {}
            _ => return,
        }
        if self.is_body(slot) {
            return self.complete_body(slot);
        }
        if self.is_scope(slot) && (self.at(slot).children > 0 || self.has_arrivals(slot)) {
            // An event sub-process began after the rest was done; when it ends, this comes again.
            return;
        }
        match self.try_complete(slot) {
            Ok(Left::By(leaving)) => self.leave(slot, leaving),
            Ok(Left::Body { ends }) => {
                self.close_waits(slot);
                self.leave_body(slot, ends);
            }
            Ok(Left::Listens) => {}
            Err(failure) => {
                if !self.at(slot).payload.is_empty() {
                    // It is in the element's variables now: a repair there must not be undone.
                    self.emit(InstanceEvent::PayloadReceived { slot, variables: Vec::new() });
                }
                self.raise(slot, failure, Resume::Complete, None);
            }
        }
    }

    fn try_complete(&mut self, slot: Slot) -> Result<Left, Failure> {
        let node = self.node(slot);
        let payload = self.at(slot).payload.clone();
        let in_body = self.is_in_body(slot);
        if self.heard(slot, ListenerEvent::End) > 0 {
            // The outputs were mapped before the first listener.
        } else if node.outputs.is_empty() {
            if node.kind.propagates() {
                self.propagate(slot, payload);
            }
        } else {
            self.set_variables(slot, payload);
            // An instance of a multi-instance body reads and writes its own variables first.
            let repeats = in_body && node.multi_instance.is_some();
            let scope = if repeats { slot } else { self.at(slot).scope };
            let results = self.map_outputs(slot, scope, &node.outputs)?;
            self.propagate(scope, results);
        }
        if self.heard(slot, ListenerEvent::End) == 0 {
            self.propagate_results(slot);
        }
        if self.listens(slot, ListenerEvent::End)? {
            return Ok(Left::Listens);
        }
        if in_body {
            return self.leave_output(slot).map(|ends| Left::Body { ends });
        }
        node.kind.leave(slot, self).map(Left::By)
    }

    /// All instances are done: their outputs go to the scope around the body.
    fn complete_body(&mut self, slot: Slot) {
        match self.collect_outputs(slot) {
            Ok(outputs) => {
                self.propagate(self.at(slot).scope, outputs);
                self.leave(slot, Leaving::ByAll);
            }
            Err(failure) => self.raise(slot, failure, Resume::Complete, None),
        }
    }

    fn leave(&mut self, slot: Slot, leaving: Leaving) {
        let node = self.node(slot);
        let scope = self.at(slot).scope;
        let by = self.at(slot).compensation.as_ref().and_then(|it| it.by);
        let stops = self.stops_after(slot);
        self.close_waits(slot);
        self.keep_done(slot);
        self.emit(InstanceEvent::ElementCompleted { slot });
        self.undone(by);
        if stops {
            return self.stop_instance();
        }
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
