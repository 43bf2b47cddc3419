//! The token game: BPMN 2.0, section 13, played slowly on one process instance.
//!
//! Not the engine: no events, no pages, no budgets. What the model leaves open (which of two
//! tokens moves first) is first in, first out.

use super::escalate::Caught;
use super::plan::{Hears, Kind, Plan};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Variables by name, as JSON.
pub(super) type Values = BTreeMap<String, String>;

/// A node where a token is.
#[derive(Debug, Clone, Default)]
pub(super) struct Token {
    pub(super) node: usize,
    /// The token of the scope around it.
    pub(super) scope: usize,
    pub(super) values: Values,
    /// Tokens before joins in this scope, by flow.
    pub(super) parked: BTreeMap<usize, u32>,
    /// Events it waits for, with how often they may still come.
    pub(super) armed: BTreeMap<usize, Option<u32>>,
    /// Whether somebody has to do its work, or a called instance to end.
    pub(super) works: bool,
    pub(super) stuck: Option<Stuck>,
    pub(super) leaving: bool,
    /// The boundary event that interrupts it, with what it brings.
    pub(super) by: Option<(usize, Values)>,
    /// The event sub-process that takes the place of what is in it, with what begins that.
    pub(super) then: Option<(usize, Values)>,
    /// The event has happened, and brought this.
    pub(super) brought: Option<Values>,
    /// A multi-instance activity as a whole.
    pub(super) body: Option<Body>,
    /// What listeners heard last, and how many have.
    pub(super) heard: Option<(Hears, usize)>,
    /// Whether a listener is at work.
    pub(super) listens: bool,
    /// Whether its user task is there, or about to be.
    pub(super) task: bool,
    /// What comes with a completion that listeners hear of.
    pub(super) held_back: Values,
}

/// How far a multi-instance activity is.
#[derive(Debug, Clone, Default)]
pub(super) struct Body {
    pub(super) items: Vec<String>,
    pub(super) begun: usize,
    pub(super) outputs: Vec<String>,
    pub(super) completed: usize,
    pub(super) stopped: bool,
    /// An output depends on which token moved first.
    pub(super) raced: bool,
}

/// Where it cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stuck {
    Beginning,
    Ending,
    Job,
    Joins,
}

/// What is still to be done.
#[derive(Debug, Clone)]
pub(super) enum Work {
    Arrive {
        node: usize,
        scope: usize,
        brings: Option<Values>,
    },
    Begin(usize),
    End(usize),
    /// Whether a scope is done.
    Look(usize),
    Spawn(usize),
}

/// How an instance ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    Completed,
    Cancelled,
}

/// One process instance.
#[derive(Debug, Clone)]
pub(super) struct Game {
    pub(super) plan: Arc<Plan>,
    pub(super) tokens: BTreeMap<usize, Token>,
    pub(super) ended: Option<Ended>,
    pub(super) now_ms: i64,
    /// Codes its callers catch, and whether they catch every one.
    pub(super) caught_above: (BTreeSet<String>, bool),
    /// Escalations its callers catch.
    pub(super) escalations_above: Caught,
    /// Variables that were set while other tokens could have moved first.
    pub(super) raced: BTreeSet<String>,
    /// The start event of the instance.
    pub(super) start: usize,
    next: usize,
    pub(super) agenda: VecDeque<Work>,
}

impl Game {
    pub(super) fn begin(plan: Arc<Plan>, start: usize, values: Values, now_ms: i64) -> Game {
        let process = Token { values, ..Token::default() };
        let mut game = Game {
            plan,
            tokens: BTreeMap::from([(0, process)]),
            ended: None,
            now_ms,
            caught_above: (BTreeSet::new(), false),
            escalations_above: Caught::new(),
            raced: BTreeSet::new(),
            start,
            next: 1,
            agenda: VecDeque::new(),
        };
        game.begin_soon(0);
        game
    }

    pub(super) fn at(&mut self, token: usize) -> &mut Token {
        self.tokens.get_mut(&token).expect("the token is in the game")
    }

    /// A token comes to a node.
    pub(super) fn arrive(&mut self, node: usize, scope: usize) {
        self.agenda.push_back(Work::Arrive { node, scope, brings: None });
    }

    /// An event has happened: a token comes out of it.
    pub(super) fn happen(&mut self, node: usize, scope: usize, brings: Values) {
        self.agenda.push_back(Work::Arrive { node, scope, brings: Some(brings) });
    }

    /// Plays until nothing moves any more.
    pub(super) fn play(&mut self) {
        loop {
            while let Some(work) = self.agenda.pop_front() {
                match work {
                    Work::Arrive { node, scope, brings } => self.enter(node, scope, brings),
                    Work::Begin(token) => self.begin_token(token),
                    Work::End(token) => self.end(token),
                    Work::Look(scope) => self.look(scope),
                    Work::Spawn(body) => self.spawn(body),
                }
            }
            if self.ended.is_some() || !self.join() {
                return;
            }
        }
    }

    /// A variable is about to be set.
    pub(super) fn touch(&mut self, name: &str) {
        if !self.raced.is_empty() || !self.agenda.is_empty() {
            self.raced.insert(name.to_owned());
        }
    }

    fn enter(&mut self, node: usize, scope: usize, brought: Option<Values>) {
        if self.tokens.get(&scope).is_none_or(|scope| scope.leaving) {
            return;
        }
        let token = self.next;
        self.next += 1;
        let body = self.plan.nodes[node].each.is_some().then(Body::default);
        self.tokens.insert(token, Token { node, scope, body, brought, ..Token::default() });
        self.agenda.push_back(Work::Begin(token));
    }

    pub(super) fn begin_soon(&mut self, token: usize) {
        self.agenda.push_back(Work::Begin(token));
    }

    pub(super) fn end_soon(&mut self, token: usize) {
        self.agenda.push_back(Work::End(token));
    }

    pub(super) fn is_instance(&self, token: usize) -> bool {
        let scope = self.tokens[&token].scope;
        scope != 0 && self.tokens[&scope].body.is_some()
    }

    /// Instances of a multi-instance activity: all, or the next in turn.
    fn spawn(&mut self, token: usize) {
        let plan = self.plan.clone();
        let Some(held) = self.tokens.get(&token).filter(|held| !held.leaving) else { return };
        let (node, body) = (held.node, held.body.clone().expect("a body spawns"));
        let each = plan.nodes[node].each.as_ref().expect("a body has its marker");
        let until =
            if each.in_turn { (body.begun + 1).min(body.items.len()) } else { body.items.len() };
        for at in body.begun..until {
            let instance = self.next;
            self.next += 1;
            let mut values = Values::from([("loopCounter".to_owned(), (at + 1).to_string())]);
            if let Some(item) = &each.item {
                values.insert(item.clone(), body.items[at].clone());
            }
            if let (Some(name), Some(_)) =
                (each.output.as_ref().and_then(|it| it.variable()), &each.outputs)
            {
                values.entry(name.to_owned()).or_insert_with(|| "null".to_owned());
            }
            let born = Token { node, scope: token, values, ..Token::default() };
            self.tokens.insert(instance, born);
            self.agenda.push_back(Work::Begin(instance));
        }
        self.at(token).body.as_mut().expect("a body").begun = until;
        self.agenda.push_back(Work::Look(token));
    }

    fn end(&mut self, token: usize) {
        let Some(held) = self.tokens.get(&token) else { return };
        if !held.leaving && self.try_end(token).is_none() {
            self.at(token).stuck = Some(Stuck::Ending);
        }
    }

    fn try_end(&mut self, token: usize) -> Option<()> {
        let plan = self.plan.clone();
        let held = self.tokens[&token].clone();
        let node = &plan.nodes[held.node];
        if let Some(body) = &held.body {
            if let Some(outputs) = &node.each.as_ref()?.outputs {
                let list = format!("[{}]", body.outputs.join(","));
                self.propagate(held.scope, outputs, list);
                if body.raced {
                    self.raced.insert(outputs.clone());
                }
            }
        } else {
            let is_instance = self.is_instance(token);
            let (to, mut stops) = (if is_instance { token } else { held.scope }, false);
            // The outputs were mapped before the first listener.
            let first = self.heard(token, Hears::End) == 0;
            for (source, target) in node.outputs.iter().filter(|_| first) {
                let value = self.value(token, source)?;
                self.propagate(to, target, value);
            }
            if self.hears(token, Hears::End) {
                return Some(());
            }
            if is_instance {
                stops = self.leave_output(token, held.scope)?;
            }
            if stops {
                self.remove(token);
                self.at(held.scope).body.as_mut().expect("a body").stopped = true;
                self.cancel_inside(held.scope);
                self.agenda.push_back(Work::Look(held.scope));
                return Some(());
            }
        }
        let ways = if self.is_instance(token) { Vec::new() } else { self.ways(token)? };
        self.remove(token);
        for flow in ways {
            self.take(flow, held.scope);
        }
        if let Kind::Link(to) = node.kind {
            self.arrive(to, held.scope);
        }
        let look = if self.is_instance_of(held.scope) {
            Work::Spawn(held.scope)
        } else {
            Work::Look(held.scope)
        };
        self.agenda.push_back(look);
        if held.node == 0 {
            self.ended = Some(Ended::Completed);
        }
        Some(())
    }

    /// Whether the next in turn may begin in this scope.
    fn is_instance_of(&self, scope: usize) -> bool {
        let held = self.tokens.get(&scope).filter(|held| !held.leaving);
        let body = held.and_then(|held| held.body.as_ref());
        body.is_some_and(|body| !body.stopped && body.begun < body.items.len())
    }

    /// An instance leaves its output; whether no more are to begin.
    fn leave_output(&mut self, token: usize, body: usize) -> Option<bool> {
        let plan = self.plan.clone();
        let each = plan.nodes[self.tokens[&token].node].each.as_ref()?;
        let counter: usize = self.tokens[&token].values["loopCounter"].parse().ok()?;
        let output = match (&each.output, &each.outputs) {
            (Some(output), Some(_)) => self.value(token, output)?,
            _ => "null".to_owned(),
        };
        let held = self.tokens[&body].body.as_ref()?;
        let (all, done) = (held.items.len(), held.completed + 1);
        let counts = [
            ("numberOfInstances", all),
            ("numberOfActiveInstances", held.begun - done),
            ("numberOfCompletedInstances", done),
            ("numberOfTerminatedInstances", 0),
        ];
        let stops = match &each.until {
            Some(until) => self.truth_with(token, until, &counts)?,
            None => false,
        };
        let raced = !self.raced.is_empty();
        let held = self.at(body).body.as_mut()?;
        held.outputs[counter - 1] = output;
        (held.completed, held.raced) = (done, held.raced || raced);
        Some(stops)
    }

    pub(super) fn children(&self, scope: usize) -> Vec<usize> {
        let inside = self.tokens.iter().filter(|(token, held)| **token != 0 && held.scope == scope);
        inside.map(|(token, _)| *token).collect()
    }

    /// Whether a scope is done, or can be left at last.
    fn look(&mut self, scope: usize) {
        let coming = |work: &Work| matches!(work, Work::Arrive { scope: to, .. } if *to == scope);
        let Some(held) = self.tokens.get(&scope) else { return };
        if !self.children(scope).is_empty() || self.agenda.iter().any(coming) {
            return;
        }
        if held.leaving {
            return self.leave(scope);
        }
        if let Some((handler, brings)) = self.at(scope).then.take() {
            return self.happen(handler, scope, brings);
        }
        let held = &self.tokens[&scope];
        if let Some(body) = &held.body {
            if body.stopped || body.begun == body.items.len() {
                self.agenda.push_back(Work::End(scope));
            }
        } else if held.parked.is_empty() {
            self.agenda.push_back(Work::End(scope));
        }
    }

    pub(super) fn remove(&mut self, token: usize) {
        self.tokens.remove(&token);
    }

    /// A terminate end: everything in the scope goes, which then is done.
    pub(super) fn empty(&mut self, scope: usize) {
        self.agenda.retain(|work| !matches!(work, Work::Arrive { scope: to, .. } if *to == scope));
        self.at(scope).parked.clear();
        self.cancel_inside(scope);
        self.agenda.push_back(Work::Look(scope));
    }

    fn cancel_inside(&mut self, scope: usize) {
        for token in self.children(scope) {
            self.cancel(token, None);
        }
    }

    /// A token goes, inner ones first; what is called is waited for.
    pub(super) fn cancel(&mut self, token: usize, by: Option<(usize, Values)>) {
        let held = self.at(token);
        let leaves_already = held.leaving;
        (held.leaving, held.stuck, held.by, held.then) = (true, None, by, None);
        held.armed.clear();
        held.parked.clear();
        let node = held.node;
        self.agenda.retain(|work| !matches!(work, Work::Arrive { scope: to, .. } if *to == token));
        self.cancel_inside(token);
        let heard = match leaves_already {
            true => self.tokens[&token].listens,
            false => self.cancels_task(token),
        };
        let held = self.at(token);
        let calls = held.works && matches!(self.plan.nodes[node].kind, Kind::Call { .. });
        if !heard && !calls && self.children(token).is_empty() {
            self.leave(token);
        }
    }

    pub(super) fn leave(&mut self, token: usize) {
        let held = self.at(token).clone();
        if token == 0 {
            self.tokens.clear();
            self.agenda.clear();
            self.ended = Some(Ended::Cancelled);
            return;
        }
        self.remove(token);
        if let Some((event, brings)) = held.by {
            self.happen(event, held.scope, brings);
        }
        self.agenda.push_back(Work::Look(held.scope));
    }
}
