//! What elements know of each other beside flows: starts of scopes, ends of links.
//!
//! Not whether something is missing; `model::check` says so.

use super::{Graph, Node};
use crate::element::Kind;
use crate::element::ad_hoc_inner::AdHocInner;
use crate::event::ElementIndex;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Graph {
    /// Fills in what can only be known once all elements are there.
    pub(super) fn link(&mut self) {
        self.link_ad_hoc();
        self.link_starts();
        self.link_links();
        self.link_events();
        self.link_handlers();
        self.link_compensation();
    }

    /// Every ad-hoc sub-process has a scope for each activity that is activated in it; event
    /// sub-processes stay with the whole.
    fn link_ad_hoc(&mut self) {
        for at in self.elements() {
            if !matches!(self.node(at).kind, Kind::AdHoc(_)) {
                continue;
            }
            let inner = ElementIndex::try_from(self.nodes.len()).expect("element counts are small");
            let whole = self.node(at);
            let (id, name) = (format!("{}#innerInstance", whole.id), whole.name.clone());
            for node in self.nodes.iter_mut().filter(|node| node.scope == at) {
                if !matches!(node.kind, Kind::EventSubProcess(_)) {
                    node.scope = inner;
                }
            }
            self.by_id.insert(id.as_str().into(), inner);
            let kind = Kind::AdHocInner(AdHocInner);
            self.nodes.push(Node { scope: at, ..Node::plain(id.into(), name, kind) });
            self.nodes[at as usize].link = Some(inner);
        }
    }

    /// Which activity undoes which, and which one an event is about.
    fn link_compensation(&mut self) {
        for at in self.elements() {
            let node = self.node(at);
            let (activity, handler) = match &node.kind {
                Kind::BoundaryCompensation(it) => (node.attached_to, it.handler.as_deref()),
                Kind::CompensationThrow(it) => (Some(at), it.activity.as_deref()),
                Kind::CompensationEnd(it) => (Some(at), it.activity.as_deref()),
                _ => continue,
            };
            let found = handler.and_then(|id| self.find(id));
            let Some(activity) = activity else { continue };
            match activity == at {
                true => self.nodes[at as usize].link = found,
                false => self.nodes[activity as usize].handler = found,
            }
        }
    }

    fn elements(&self) -> impl Iterator<Item = ElementIndex> + use<> {
        1..ElementIndex::try_from(self.nodes.len()).expect("element counts are small")
    }

    fn link_starts(&mut self) {
        for at in self.elements().filter(|at| self.node(*at).kind.is_start()).collect::<Vec<_>>() {
            let scope = self.node(at).scope as usize;
            self.nodes[scope].starts.push(at);
        }
    }

    /// Which events are awaited by others than themselves.
    fn link_events(&mut self) {
        for at in 0..self.nodes.len() {
            let node = &self.nodes[at];
            let mut awaits = node.boundary.clone();
            if let Kind::EventGateway(_) = node.kind {
                awaits.extend(node.outgoing.iter().map(|flow| self.flow(*flow).target));
            }
            for event in awaits.iter().chain(&node.starts).copied().collect::<Vec<_>>() {
                self.nodes[event as usize].happened = true;
            }
            self.nodes[at].awaits = awaits;
        }
    }

    /// A scope waits for the events that start the event sub-processes in it.
    fn link_handlers(&mut self) {
        for at in self.elements() {
            let node = self.node(at);
            if let Kind::EventSubProcess(_) = node.kind {
                let (scope, starts) = (node.scope as usize, node.starts.clone());
                self.nodes[scope].awaits.extend(starts);
            }
        }
    }

    fn link_links(&mut self) {
        let mut catches: BTreeMap<(ElementIndex, Arc<str>), ElementIndex> = BTreeMap::new();
        for at in self.elements() {
            if let Kind::LinkCatch(catch) = &self.node(at).kind {
                catches.entry((self.node(at).scope, catch.name.clone())).or_insert(at);
            }
        }
        for at in self.elements() {
            let Kind::LinkThrow(throw) = &self.node(at).kind else { continue };
            let catch = catches.get(&(self.node(at).scope, throw.name.clone())).copied();
            self.nodes[at as usize].link = catch;
        }
    }
}
