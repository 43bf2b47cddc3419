//! From where the flows into inclusive joins can be reached, computed once at compile time.
//!
//! Not where tokens are: joining looks them up here (`life::join`).

use super::Graph;
use crate::element::Kind;
use crate::event::ElementIndex;
use crate::limits::REACH_BITS_MAX;
use std::collections::BTreeMap;

/// For each flow into an inclusive join the elements a token can come from.
#[derive(Debug, Default, PartialEq)]
pub struct Reach {
    by_flow: BTreeMap<u32, Vec<u64>>,
}

impl Reach {
    pub(super) fn contains(&self, flow: u32, from: ElementIndex) -> bool {
        let (word, bit) = (from as usize / 64, from % 64);
        let words = self.by_flow.get(&flow).and_then(|words| words.get(word));
        words.is_some_and(|word| word >> bit & 1 == 1)
    }

    /// Looks backwards from every flow into an inclusive join. `None`: the table would be too
    /// large, which no model drawn by hand is.
    pub(super) fn of(graph: &Graph) -> Option<Reach> {
        let joins = (0..graph.nodes.len()).filter(|at| {
            let node = &graph.nodes[*at];
            node.kind.joins().looks() && node.incoming.len() > 1
        });
        let joins: Vec<usize> = joins.collect();
        let flows: usize = joins.iter().map(|join| graph.nodes[*join].incoming.len()).sum();
        if flows.checked_mul(graph.nodes.len()).is_none_or(|bits| bits > REACH_BITS_MAX) {
            return None;
        }
        let mut reach = Reach::default();
        if joins.is_empty() {
            return Some(reach);
        }
        let before = before(graph);
        for join in joins {
            for flow in &graph.nodes[join].incoming {
                let source = graph.flows[*flow as usize].source as usize;
                reach.by_flow.insert(*flow, backwards(&before, source, join));
            }
        }
        Some(reach)
    }
}

/// For each element the elements a token comes from in one move.
fn before(graph: &Graph) -> Vec<Vec<usize>> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for flow in &graph.flows {
        before[flow.target as usize].push(flow.source as usize);
    }
    for (at, node) in graph.nodes.iter().enumerate() {
        // A boundary event takes the place of its host, or goes beside it.
        before[at].extend(node.attached_to.map(|host| host as usize));
        if let (Some(catch), Kind::LinkThrow(_)) = (node.link, &node.kind) {
            before[catch as usize].push(at);
        }
    }
    before
}

/// What leads to `from`; the join itself counts where it is met, but nothing before it.
fn backwards(before: &[Vec<usize>], from: usize, join: usize) -> Vec<u64> {
    let mut found = vec![0u64; before.len().div_ceil(64)];
    let mut agenda = vec![from];
    while let Some(at) = agenda.pop() {
        let (word, bit) = (at / 64, 1u64 << (at % 64));
        if found[word] & bit == 0 {
            found[word] |= bit;
            if at != join {
                agenda.extend(&before[at]);
            }
        }
    }
    found
}
