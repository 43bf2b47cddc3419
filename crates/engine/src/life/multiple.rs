//! Events with several definitions: one of them is enough, or all of them are needed.
//!
//! Not here: what each of them waits for; that is an event of its own in the graph.

use super::Ctx;
use crate::element::Entered;
use crate::event::{ElementIndex, InstanceEvent, Slot, Variables};
use crate::part::Failure;
use crate::part::throws::Throws;

impl Ctx<'_> {
    /// Throws everything: what can fail first, escalations last.
    pub(crate) fn throw_all(&mut self, slot: Slot, throws: &Throws) -> Result<Entered, Failure> {
        let codes = throws.escalations.iter().map(|spec| self.escalation_code(slot, spec));
        let codes = codes.collect::<Result<Vec<_>, _>>()?;
        let names = throws.signals.iter().map(|spec| self.signal_name(slot, spec));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        let variables = self.local_variables(slot)?;
        if let Some(message) = &throws.message {
            self.send(slot, message)?;
        }
        for name in names {
            self.send_signal(slot, name, variables.clone());
        }
        for code in codes {
            if self.escalate(slot, code) == Entered::Waits {
                return Ok(Entered::Waits);
            }
        }
        Ok(Entered::Passes)
    }

    /// An awaited event came: the event of the model it stands for, with what it brings. `None`:
    /// others have to come too.
    pub(super) fn whole(
        &mut self,
        slot: Slot,
        part: ElementIndex,
        variables: Variables,
    ) -> Option<(ElementIndex, Variables)> {
        let event = self.graph.owner(part);
        let node = self.graph.node(event);
        if !node.kind.needs_all() {
            return Some((event, variables));
        }
        self.emit(InstanceEvent::EventKept { slot, element: part, variables });
        let kept = self.at(slot).kept();
        let mut brought: Variables = Vec::new();
        for part in &node.parts {
            let (_, variables) = kept.iter().find(|(held, _)| held == part)?;
            for (name, value) in variables {
                brought.retain(|(held, _)| held != name);
                brought.push((name.clone(), value.clone()));
            }
        }
        let elements = node.parts.clone();
        self.emit(InstanceEvent::EventsTaken { slot, elements });
        Some((event, brought))
    }
}
