//! Multi-instance: a body holds the items, begins its instances, collects outputs, ends early.
//!
//! Not here: what one instance does; it lives like any other element, in a slot of its body.

use super::Ctx;
use crate::element::Entered;
use crate::event::{IncidentKind, InstanceEvent, Slot, Variables, Work};
use crate::limits::{COMMAND_VARIABLES_BYTES_MAX, MULTI_INSTANCE_ITEMS_MAX, SPAWN_INSTANCES_MAX};
use crate::part::Failure;
use crate::part::multi_instance::MultiInstance;
use crate::state::instance::Phase;
use std::sync::Arc;

impl<'a> Ctx<'a> {
    /// The multi-instance marker, if the slot is the body of one.
    pub(crate) fn body_of(&self, slot: Slot) -> Option<&'a MultiInstance> {
        let marker = self.node(slot).multi_instance.as_deref()?;
        (!self.is_in_body(slot)).then_some(marker)
    }

    /// Whether the slot stands for a repeated activity as a whole.
    pub(crate) fn is_body(&self, slot: Slot) -> bool {
        let node = self.node(slot);
        (node.multi_instance.is_some() || node.standard_loop.is_some()) && !self.is_in_body(slot)
    }

    /// Whether the slot is one of the instances of a multi-instance body.
    pub(crate) fn is_in_body(&self, slot: Slot) -> bool {
        let held = self.at(slot);
        slot != 0 && self.state.element(held.scope).is_some_and(|s| s.element == held.element)
    }

    /// Activates a body: its items are known from here on.
    pub(crate) fn begin_body(
        &mut self,
        slot: Slot,
        marker: &MultiInstance,
    ) -> Result<Entered, Failure> {
        let items = self.items(slot, marker)?;
        let waits = self.waits_beside(slot)?;
        let (first, count) = (self.state.next_slot, items.len());
        self.emit(InstanceEvent::BodyBegun { slot, first, items });
        if count == 0 {
            return Ok(Entered::Passes);
        }
        for (element, wait) in waits {
            self.open_wait(slot, element, wait);
        }
        self.push(Work::Spawn { slot });
        Ok(Entered::Waits)
    }

    fn items(&self, slot: Slot, marker: &MultiInstance) -> Result<Vec<Arc<str>>, Failure> {
        let source = marker.collection.source().trim();
        let value = self.evaluate(slot, &marker.collection, IncidentKind::ExtractValue)?;
        let items = value.as_list().ok_or_else(|| {
            Failure::new(
                IncidentKind::ExtractValue,
                format!(
                    "Expected the input collection `{source}` to be a list, but found {}. \
                     Correct the variables and resolve.",
                    value.type_name()
                ),
            )
        })?;
        if items.len() > MULTI_INSTANCE_ITEMS_MAX {
            return Err(Failure::new(
                IncidentKind::ExtractValue,
                format!(
                    "Expected at most {MULTI_INSTANCE_ITEMS_MAX} items in the input collection \
                     `{source}`, but found {}. Split the work over several activities.",
                    items.len()
                ),
            ));
        }
        Ok(items.iter().map(|item| item.to_json().into()).collect())
    }

    /// Begins the next instances: one after the other, or a share of all.
    pub(crate) fn spawn(&mut self, slot: Slot) {
        let (Some(held), true) = (self.state.element(slot), self.is_open_body(slot)) else {
            return;
        };
        let Some(marker) = self.node(slot).multi_instance.as_deref() else {
            return self.begin_round(slot);
        };
        let (body, children) = (held.body.as_deref().expect("an open body"), held.children);
        let left = body.count - body.begun;
        let share = match marker.sequential {
            true => u32::from(children == 0).min(left),
            false => SPAWN_INSTANCES_MAX.min(left),
        };
        let first = body.first + body.begun;
        let begun = body.begun;
        for n in 0..share {
            self.spawn_one(slot, first + n, begun + n + 1, marker);
        }
        if share < left && !marker.sequential {
            self.push(Work::Spawn { slot });
        }
    }

    fn spawn_one(&mut self, scope: Slot, slot: Slot, counter: u32, marker: &MultiInstance) {
        let item = self.state.elements.kept(slot).cloned();
        let (key, element) = (self.next_key(), self.at(scope).element);
        self.emit(InstanceEvent::ElementEntered { slot, key, element, scope, body: false });
        let mut variables: Variables = Vec::with_capacity(3);
        if let (Some(name), Some(item)) = (&marker.item, item) {
            variables.push((name.clone(), item));
        }
        if let Some(name) = marker.output_variable()
            && marker.item.as_deref() != Some(name)
        {
            // It is the instance's own: others may not write it, nor does it leave with the rest.
            variables.push((name.into(), "null".into()));
        }
        variables.push(("loopCounter".into(), counter.to_string().into()));
        self.set_variables(slot, variables);
        self.push(Work::Activate { slot });
    }

    /// Whether the slot is a body that may begin more instances.
    fn is_open_body(&self, slot: Slot) -> bool {
        self.state.element(slot).is_some_and(|held| {
            held.phase != Phase::Cancelling
                && held
                    .body
                    .as_ref()
                    .is_some_and(|body| !body.stopped && (body.loops || body.begun < body.count))
        })
    }

    /// An instance is about to leave: its output, and whether the whole activity ends with it.
    pub(crate) fn leave_output(&mut self, slot: Slot) -> Result<bool, Failure> {
        // A round of a standard loop leaves nothing.
        let Some(marker) = self.node(slot).multi_instance.as_deref() else { return Ok(false) };
        let output = match &marker.output {
            Some(program) if marker.outputs.is_some() => {
                Some(self.evaluate(slot, program, IncidentKind::ExtractValue)?.to_json())
            }
            _ => None,
        };
        let ends = match &marker.condition {
            Some(program) => self.completion_condition(slot, program)?,
            None => false,
        };
        if let Some(value) = output {
            self.emit(InstanceEvent::OutputKept { slot, value: value.into() });
        }
        Ok(ends)
    }

    /// The condition sees how many instances there are, are active, completed and cancelled; the
    /// one that leaves counts as completed.
    fn completion_condition(
        &self,
        slot: Slot,
        program: &decision::Program,
    ) -> Result<bool, Failure> {
        let held = self.at(self.at(slot).scope);
        let body = held.body.as_deref().expect("an instance lives in its body");
        let number = |name: &str, value: u32| (name.into(), value.to_string().into());
        let counts = vec![
            number("numberOfInstances", body.count),
            number("numberOfActiveInstances", held.children - 1),
            number("numberOfCompletedInstances", body.completed + 1),
            number("numberOfTerminatedInstances", body.cancelled),
        ];
        let value = self.evaluate_with(slot, program, &counts, IncidentKind::ExtractValue)?;
        value.as_boolean().ok_or_else(|| {
            Failure::new(
                IncidentKind::ExtractValue,
                format!(
                    "Expected the completion condition `{}` to be true or false, but found {}. \
                     Correct the variables and resolve.",
                    program.source().trim(),
                    value.type_name()
                ),
            )
        })
    }

    /// Takes an instance out of its body; the body looks what is next.
    pub(crate) fn leave_body(&mut self, slot: Slot, ends: bool) {
        let body = self.at(slot).scope;
        self.keep_done(slot);
        self.emit(InstanceEvent::ElementCompleted { slot });
        if ends {
            self.emit(InstanceEvent::BodyStopped { slot: body });
            if self.at(body).children > 0 {
                self.cancel_inside(body, 0, 0);
            }
        }
        self.push(Work::Settle { slot: body });
    }

    /// A body without instances begins the next or is done.
    pub(crate) fn settle_body(&mut self, slot: Slot) {
        let body = self.at(slot).body.as_deref().expect("only bodies are settled here");
        if body.loops && !body.stopped {
            self.settle_loop(slot);
        } else if body.stopped || body.begun == body.count {
            self.push(Work::Complete { slot });
        } else if self.node(slot).multi_instance.as_ref().is_some_and(|it| it.sequential) {
            self.push(Work::Spawn { slot });
        }
    }

    /// The outputs of a body's instances, in the order of the items, for the scope around it.
    pub(crate) fn collect_outputs(&self, slot: Slot) -> Result<Variables, Failure> {
        let marker = self.node(slot).multi_instance.as_deref();
        let body = self.at(slot).body.as_deref();
        let (Some(name), Some(body)) = (marker.and_then(|it| it.outputs.as_ref()), body) else {
            return Ok(Vec::new());
        };
        let mut list = String::from("[");
        for slot in body.slots() {
            if list.len() > 1 {
                list.push(',');
            }
            // Until an instance has completed, its item is kept here.
            let done = slot < body.first + body.begun;
            let output = self.state.elements.kept(slot).filter(|_| done);
            list.push_str(output.map_or("null", |output| output));
        }
        list.push(']');
        if list.len() > COMMAND_VARIABLES_BYTES_MAX {
            return Err(Failure::new(
                IncidentKind::MessageSize,
                format!(
                    "Expected the output collection `{name}` to have at most \
                     {COMMAND_VARIABLES_BYTES_MAX} bytes, but found {}.",
                    list.len()
                ),
            ));
        }
        Ok(vec![(name.clone(), list.into())])
    }
}
