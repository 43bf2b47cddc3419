//! Compare: which elements of two definitions are the same to a running instance.
//!
//! Not here: what lives, and changing it (`step::migrate`).

use super::{Graph, Node};
use std::sync::Arc;

impl Node {
    /// Whether an instance of this element can go on as one of the other: same kind, repeated
    /// alike, done by a worker or not.
    #[must_use]
    pub fn is_like(&self, other: &Node) -> bool {
        let repeats = |node: &Node| node.multi_instance.as_ref().map(|it| it.sequential);
        self.kind.file() == other.kind.file()
            && repeats(self) == repeats(other)
            && self.standard_loop.is_some() == other.standard_loop.is_some()
            && self.kind.job().is_some() == other.kind.job().is_some()
    }

    /// What kind of element it is, in words.
    #[must_use]
    pub fn kind_in_words(&self) -> String {
        let by = if self.kind.job().is_some() { " done by a worker" } else { "" };
        let repeated = match self.multi_instance.as_ref().map(|it| it.sequential) {
            None => "",
            Some(true) => " (multi-instance, one after the other)",
            Some(false) => " (multi-instance, at once)",
        };
        format!("{}{by}{repeated}", self.kind.file().replace('_', " "))
    }
}

impl Graph {
    /// Elements that have the same id and kind in both, and stand in the same scope: what a
    /// migration proposes. By id.
    #[must_use]
    pub fn same_elements(&self, other: &Graph) -> Vec<(Arc<str>, Arc<str>)> {
        let same = self.by_id.iter().filter(|(id, index)| {
            let node = self.node(**index);
            let found = other.find(id).map(|it| other.node(it));
            **index != 0
                && found.is_some_and(|found| {
                    let scopes = (&self.node(node.scope).id, &other.node(found.scope).id);
                    let in_process = node.scope == 0 && found.scope == 0;
                    node.is_like(found) && (in_process || scopes.0 == scopes.1)
                })
        });
        same.map(|(id, _)| (id.clone(), id.clone())).collect()
    }
}
