//! What comes from outside to a game, and what its joins wait for.
//!
//! Not here: how tokens go on by themselves (`game`).

use super::game::{Game, Stuck, Values};
use super::plan::{Kind, Trigger};
use std::collections::BTreeSet;

impl Game {
    /// A worker or a person did the work of a token.
    pub(super) fn done(&mut self, token: usize, brings: Values) {
        if self.tokens[&token].listens {
            return self.listened(token, brings);
        }
        if self.completes_task(token, &brings) {
            return;
        }
        self.at(token).works = false;
        self.at(token).stuck = None;
        self.bring(token, brings);
        self.end_soon(token);
    }

    pub(super) fn failed(&mut self, token: usize, retries: i32, brings: Values) {
        self.at(token).values.extend(brings);
        if retries <= 0 {
            self.at(token).stuck = Some(Stuck::Job);
        }
    }

    pub(super) fn threw(&mut self, token: usize, code: &str, brings: Values) {
        if !self.throw(token, code, brings) {
            self.at(token).stuck = Some(Stuck::Job);
        }
    }

    /// An event came that a token, or a boundary event on it, waits for.
    pub(super) fn fired(&mut self, token: usize, event: usize, brings: Values) {
        let left = self.at(token).armed.remove(&event).expect("an event that comes is awaited");
        let (node, scope) = (self.at(token).node, self.at(token).scope);
        if event == node {
            self.bring(token, brings);
            return self.end_soon(token);
        }
        if matches!(self.plan.nodes[node].kind, Kind::Race) {
            self.tokens.remove(&token);
            return self.happen(event, scope, brings);
        }
        // A start event in an event sub-process of this scope, or a boundary event on it.
        let handler = self.plan.nodes[event].scope;
        let handles = matches!(self.plan.nodes[handler].kind, Kind::Handler { .. })
            && !self.plan.nodes[node].boundary.contains(&event);
        if self.plan.nodes[event].interrupts {
            return match handles {
                true => self.interrupt(token, handler, brings),
                false => self.cancel(token, Some((event, brings))),
            };
        }
        if left != Some(1) {
            self.at(token).armed.insert(event, left.map(|left| left - 1));
        }
        match handles {
            true => self.happen(handler, token, brings),
            false => self.happen(event, scope, brings),
        }
    }

    /// An event sub-process takes the place of everything in its scope.
    pub(super) fn interrupt(&mut self, scope: usize, handler: usize, brings: Values) {
        let boundary = self.plan.nodes[self.tokens[&scope].node].boundary.clone();
        let held = self.at(scope);
        held.armed.retain(|event, _| boundary.contains(event));
        (held.then, held.stuck) = (Some((handler, brings)), None);
        self.empty(scope);
    }

    pub(super) fn resolve(&mut self, token: usize) {
        match self.at(token).stuck.take() {
            Some(Stuck::Beginning) => self.begin_soon(token),
            Some(Stuck::Ending) => self.end_soon(token),
            Some(Stuck::Joins | Stuck::Job) | None => {}
        }
    }

    pub(super) fn set(&mut self, token: usize, values: Values, local: bool) {
        for (name, value) in values {
            if local {
                self.at(token).values.insert(name, value);
            } else {
                self.propagate(token, &name, value);
            }
        }
    }

    /// What a token called has ended: with variables, or with an error, or without either.
    pub(super) fn came_back(&mut self, token: usize, brings: Option<Values>, error: Option<&str>) {
        let held = self.at(token);
        held.works = false;
        if held.leaving {
            return self.leave(token);
        }
        let node = held.node;
        match (brings, error) {
            (brings, Some(code)) => {
                if !self.throw(token, code, brings.unwrap_or_default()) {
                    self.at(token).stuck = Some(Stuck::Beginning);
                }
            }
            (Some(brings), None) => {
                let plan = self.plan.clone();
                let all = matches!(plan.nodes[node].kind, Kind::Call { everything_back: true });
                if all || !plan.nodes[node].outputs.is_empty() {
                    self.bring(token, brings);
                }
                self.end_soon(token);
            }
            (None, None) => self.at(token).stuck = Some(Stuck::Beginning),
        }
    }

    /// Start events of event sub-processes of a scope.
    pub(super) fn handlers(&self, scope: usize) -> &[usize] {
        let held = &self.tokens[&scope];
        match &self.plan.nodes[held.node].kind {
            Kind::Scope { handlers, .. } | Kind::Handler { handlers, .. }
                if held.body.is_none() =>
            {
                handlers
            }
            _ => &[],
        }
    }

    /// The event among these that catches an error, the exact one first.
    fn catcher(&self, events: &[usize], code: &str) -> Option<usize> {
        let catches = |exact: bool| {
            events.iter().copied().find(|event| {
                let Kind::Event(Trigger::Error(caught)) = &self.plan.nodes[*event].kind else {
                    return false;
                };
                if exact { caught.as_deref() == Some(code) } else { caught.is_none() }
            })
        };
        catches(true).or_else(|| catches(false))
    }

    /// Throws an error outwards from a token. `false`: nobody catches it.
    pub(super) fn throw(&mut self, token: usize, code: &str, brings: Values) -> bool {
        let mut at = token;
        while at != 0 {
            let (node, scope) = (self.tokens[&at].node, self.tokens[&at].scope);
            let catcher = self.catcher(&self.plan.nodes[node].boundary, code);
            if let Some(event) = catcher.filter(|_| !self.is_instance(at)) {
                self.cancel(at, Some((event, brings)));
                return true;
            }
            // What an event sub-process throws goes outward.
            let is_handler = matches!(self.plan.nodes[node].kind, Kind::Handler { .. });
            let catcher = self.catcher(self.handlers(scope), code).filter(|_| !is_handler);
            if let Some(event) = catcher {
                self.interrupt(scope, self.plan.nodes[event].scope, brings);
                return true;
            }
            at = scope;
        }
        let caught = self.caught_above.1 || self.caught_above.0.contains(code);
        if caught {
            self.cancel(0, None);
        }
        caught
    }

    /// What is caught around a token in this process: codes, and whether every one.
    pub(super) fn caught_at(&self, token: usize) -> (BTreeSet<String>, bool) {
        let (mut codes, mut all) = self.caught_above.clone();
        let mut at = token;
        while at != 0 {
            let (node, scope) = (self.tokens[&at].node, self.tokens[&at].scope);
            let is_handler = matches!(self.plan.nodes[node].kind, Kind::Handler { .. });
            let handlers = if is_handler { &[] } else { self.handlers(scope) };
            for event in self.plan.nodes[node].boundary.iter().chain(handlers) {
                match &self.plan.nodes[*event].kind {
                    Kind::Event(Trigger::Error(Some(code))) => drop(codes.insert(code.clone())),
                    Kind::Event(Trigger::Error(None)) => all = true,
                    _ => {}
                }
            }
            at = scope;
        }
        (codes, all)
    }

    /// The flows a token leaves by.
    pub(super) fn ways(&self, token: usize) -> Option<Vec<usize>> {
        let node = &self.plan.nodes[self.tokens[&token].node];
        let all = || node.out.iter().copied();
        let default = || all().filter(|flow| self.plan.flows[*flow].is_default);
        let first_only = match node.kind {
            Kind::Exclusive => true,
            Kind::Inclusive => false,
            _ => return Some(node.out.clone()),
        };
        let mut chosen = Vec::new();
        for flow in all().filter(|flow| !self.plan.flows[*flow].is_default) {
            let holds = match &self.plan.flows[flow].condition {
                Some(condition) => self.truth_with(token, condition, &[])?,
                None => true,
            };
            if holds {
                chosen.push(flow);
                if first_only {
                    break;
                }
            }
        }
        if chosen.is_empty() {
            chosen.extend(default());
        }
        (!chosen.is_empty() || node.out.is_empty()).then_some(chosen)
    }

    pub(super) fn take(&mut self, flow: usize, scope: usize) {
        let target = self.plan.flows[flow].target;
        let node = &self.plan.nodes[target];
        let into = node.into.clone();
        let joins = matches!(node.kind, Kind::Parallel | Kind::Inclusive) && into.len() > 1;
        if !joins {
            return self.arrive(target, scope);
        }
        let is_parallel = matches!(node.kind, Kind::Parallel);
        *self.at(scope).parked.entry(flow).or_default() += 1;
        if is_parallel && into.iter().all(|flow| self.tokens[&scope].parked.contains_key(flow)) {
            self.unpark(scope, &into);
            self.arrive(target, scope);
        }
    }

    fn unpark(&mut self, scope: usize, flows: &[usize]) {
        for flow in flows {
            let parked = &mut self.at(scope).parked;
            match parked.get_mut(flow) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(parked.remove(flow)),
            }
        }
    }

    /// At rest: one inclusive join goes on, if one may. Scopes in which only joins wait are stuck.
    pub(super) fn join(&mut self) -> bool {
        let scopes: Vec<usize> = self.tokens.keys().copied().collect();
        for scope in scopes {
            if self.tokens[&scope].parked.is_empty() {
                continue;
            }
            if let Some(gateway) = self.next_join(scope) {
                let into = self.plan.nodes[gateway].into.clone();
                let parked = &self.tokens[&scope].parked;
                let taken: Vec<usize> =
                    into.into_iter().filter(|flow| parked.contains_key(flow)).collect();
                self.unpark(scope, &taken);
                self.arrive(gateway, scope);
                return true;
            }
            if self.children(scope).is_empty() {
                self.at(scope).stuck = Some(Stuck::Joins);
            }
        }
        false
    }

    /// The inclusive join of a scope that nobody holds back, or the first of those that only hold
    /// back each other.
    fn next_join(&self, scope: usize) -> Option<usize> {
        let parked: BTreeSet<usize> = self.tokens[&scope].parked.keys().copied().collect();
        let gateways: BTreeSet<usize> =
            parked.iter().map(|flow| self.plan.flows[*flow].target).collect();
        let inclusive = |node: &usize| matches!(self.plan.nodes[*node].kind, Kind::Inclusive);
        let mut waiting: Vec<(usize, BTreeSet<usize>)> = Vec::new();
        for join in gateways.iter().copied().filter(inclusive) {
            let inside = self.children(scope).into_iter().map(|token| self.tokens[&token].node);
            let others = gateways.iter().copied().chain(inside).filter(|node| *node != join);
            waiting.push((
                join,
                others.filter(|node| self.holds_back(*node, join, &parked)).collect(),
            ));
        }
        if let Some((join, _)) = waiting.iter().find(|(_, others)| others.is_empty()) {
            return Some(*join);
        }
        // Those that wait for somebody else go, until the rest waits for each other only.
        loop {
            let joins: BTreeSet<usize> = waiting.iter().map(|(join, _)| *join).collect();
            let busy: BTreeSet<usize> =
                self.children(scope).into_iter().map(|token| self.tokens[&token].node).collect();
            let count = waiting.len();
            waiting.retain(|(_, others)| others.is_subset(&joins) && others.is_disjoint(&busy));
            if waiting.len() == count {
                return waiting.first().map(|(join, _)| *join);
            }
        }
    }

    /// Whether a token at a node can still come to an empty flow into a join, and to none where
    /// one waits already, without passing the join (BPMN 2.0, 13.3.3).
    fn holds_back(&self, from: usize, join: usize, parked: &BTreeSet<usize>) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        let (mut empty, mut full) = (false, false);
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            let node = &self.plan.nodes[node];
            open.extend(&node.boundary);
            if let Kind::Link(to) = node.kind {
                open.push(to);
            }
            for flow in &node.out {
                let target = self.plan.flows[*flow].target;
                if target != join {
                    open.push(target);
                } else if parked.contains(flow) {
                    full = true;
                } else {
                    empty = true;
                }
            }
        }
        empty && !full
    }
}
