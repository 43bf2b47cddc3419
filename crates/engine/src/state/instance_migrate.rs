//! Applies a change of definition: every place in the old graph becomes its place in the new one.
//!
//! Not here: which place is which (`step::migrate`). What has none is closed by the events behind.

use super::elements::page_of;
use super::instance::{ElementInstance, Instance};
use crate::change::Migrated;
use crate::event::{ElementIndex, Interruption, Work};
use std::collections::BTreeMap;

struct Maps {
    elements: BTreeMap<ElementIndex, ElementIndex>,
    flows: BTreeMap<u32, u32>,
}

impl Instance {
    pub(super) fn migrate(&mut self, migrated: &Migrated) {
        let maps = Maps {
            elements: migrated.elements.iter().copied().collect(),
            flows: migrated.flows.iter().copied().collect(),
        };
        self.definition = migrated.definition;
        let slots: Vec<_> = self.elements.keys().copied().collect();
        for slot in slots {
            self.dirty.insert(page_of(slot));
            let held = self.elements.get_mut(&slot).expect("its slot was just listed");
            maps.element_instance(held);
        }
        for work in &mut self.agenda {
            maps.work(work);
        }
    }
}

impl Maps {
    /// An element nobody mapped keeps its number until what waits for it is closed.
    fn element(&self, element: &mut ElementIndex) {
        if let Some(now) = self.elements.get(element) {
            *element = *now;
        }
    }

    fn flow(&self, flow: &mut u32) {
        if let Some(now) = self.flows.get(flow) {
            *flow = *now;
        }
    }

    fn interruption(&self, by: Option<&mut Interruption>) {
        if let Some(by) = by {
            self.element(&mut by.element);
        }
    }

    fn element_instance(&self, held: &mut ElementInstance) {
        self.element(&mut held.element);
        held.timers.iter_mut().for_each(|timer| self.element(&mut timer.element));
        held.subscriptions.iter_mut().for_each(|waiting| self.element(&mut waiting.element));
        self.interruption(held.interrupted_by.as_mut());
        held.parked.iter_mut().for_each(|(flow, _)| self.flow(flow));
        held.parked.sort_unstable();
    }

    fn work(&self, work: &mut Work) {
        match work {
            Work::Arrive { element, flow, .. } => {
                self.element(element);
                if let Some(flow) = flow {
                    self.flow(flow);
                }
            }
            Work::Begin { start } => self.element(start),
            Work::BeginAt { elements } => elements.iter_mut().for_each(|it| self.element(it)),
            Work::ActivateInner { element, .. } => self.element(element),
            _ => {}
        }
    }
}
