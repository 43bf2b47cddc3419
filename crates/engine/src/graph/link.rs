//! What elements know of each other beside flows: starts of scopes, ends of links.
//!
//! Not whether something is missing; `model::check` says so.

use super::Graph;
use crate::element::Kind;
use crate::event::ElementIndex;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Graph {
    /// Fills in what can only be known once all elements are there.
    pub(super) fn link(&mut self) {
        self.link_starts();
        self.link_links();
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
