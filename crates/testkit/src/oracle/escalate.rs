//! Escalations in the token game: who catches one, and whether who threw it goes on.
//!
//! Not errors, which always end what threw them (`moves`).

use super::game::{Game, Values};
use super::plan::{Kind, Trigger};

/// Escalations somebody catches, the nearest first: the code (`None`: every one), and whether that
/// interrupts.
pub(super) type Caught = Vec<(Option<String>, bool)>;

impl Game {
    /// Throws an escalation outwards from a token. `true`: it is or will be interrupted by that.
    pub(super) fn escalate(&mut self, token: usize, code: &str) -> bool {
        if let Some((at, event)) = self.catches(token, code) {
            let node = &self.plan.nodes[event];
            let (interrupts, handler) = (node.interrupts, node.scope);
            match (self.handles(event), interrupts) {
                (true, true) => self.interrupt(at, handler, Values::new()),
                (true, false) => self.happen(handler, at, Values::new()),
                (false, true) => self.cancel(at, Some((event, Values::new()))),
                (false, false) => {
                    let scope = self.tokens[&at].scope;
                    self.happen(event, scope, Values::new());
                }
            }
            return interrupts;
        }
        let fits = |caught: &&(Option<String>, bool)| {
            caught.0.as_ref().is_none_or(|caught| caught == code)
        };
        self.escalations_above.iter().find(fits).is_some_and(|(_, interrupts)| *interrupts)
    }

    /// The nearest event that catches a code, and where it does: an exact one comes first.
    fn catches(&self, token: usize, code: &str) -> Option<(usize, usize)> {
        self.groups(token).into_iter().find_map(|(at, events)| {
            let exact = |event: &&usize| self.escalation(**event) == Some(Some(&code.to_owned()));
            let any = |event: &&usize| self.escalation(**event) == Some(None);
            let found = events.iter().find(exact).or_else(|| events.iter().find(any));
            found.map(|event| (at, *event))
        })
    }

    fn escalation(&self, event: usize) -> Option<Option<&String>> {
        match &self.plan.nodes[event].kind {
            Kind::Event(Trigger::Escalation(code)) => Some(code.as_ref()),
            _ => None,
        }
    }

    fn handles(&self, event: usize) -> bool {
        matches!(self.plan.nodes[self.plan.nodes[event].scope].kind, Kind::Handler { .. })
            && !self.plan.nodes.iter().any(|node| node.boundary.contains(&event))
    }

    /// Events that may catch what a token throws, from the inside out: on the boundary of a token,
    /// then at the begin of event sub-processes beside it. What one of those throws goes outward.
    fn groups(&self, token: usize) -> Vec<(usize, Vec<usize>)> {
        let (mut groups, mut at) = (Vec::new(), token);
        while at != 0 {
            let (node, scope) = (self.tokens[&at].node, self.tokens[&at].scope);
            if !self.is_instance(at) {
                groups.push((at, self.plan.nodes[node].boundary.clone()));
            }
            if !matches!(self.plan.nodes[node].kind, Kind::Handler { .. }) {
                groups.push((scope, self.handlers(scope).to_vec()));
            }
            at = scope;
        }
        groups
    }

    /// An escalation comes out of what a token called.
    pub(super) fn escalated(&mut self, token: usize, code: &str) {
        let held = &self.tokens[&token];
        if held.works && !held.leaving {
            self.escalate(token, code);
        }
    }

    /// What is caught around a token, for what it calls.
    pub(super) fn escalations_at(&self, token: usize) -> Caught {
        let mut caught = Caught::new();
        for (_, events) in self.groups(token) {
            let mut exact: Caught = Vec::new();
            let mut any: Caught = Vec::new();
            for event in events {
                let Some(code) = self.escalation(event) else { continue };
                let list = if code.is_some() { &mut exact } else { &mut any };
                list.push((code.cloned(), self.plan.nodes[event].interrupts));
            }
            caught.extend(exact);
            caught.extend(any);
        }
        caught.extend(self.escalations_above.iter().cloned());
        caught
    }
}
