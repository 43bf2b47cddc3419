//! How a token begins at a node in the token game: what it waits for, what it does by itself.
//!
//! Not how it goes on (`game`), and not what comes from outside (`moves`).

use super::game::{Body, Game, Stuck, Values, Work};
use super::plan::{Hears, Kind, Trigger};
use std::collections::BTreeMap;

impl Game {
    pub(super) fn begin_token(&mut self, token: usize) {
        let Some(held) = self.tokens.get(&token) else { return };
        if held.leaving {
            return;
        }
        if self.try_begin(token).is_none() {
            self.at(token).stuck = Some(Stuck::Beginning);
        }
    }

    fn try_begin_body(&mut self, token: usize) -> Option<()> {
        let plan = self.plan.clone();
        let node = &plan.nodes[self.tokens[&token].node];
        let each = node.each.as_ref()?;
        let items = self.list(token, &each.items)?;
        let armed = self.armed(token, &node.boundary)?;
        let held = self.at(token);
        held.armed = armed;
        let outputs = vec!["null".to_owned(); items.len()];
        held.body = Some(Body { items, outputs, ..Body::default() });
        self.agenda.push_back(Work::Spawn(token));
        Some(())
    }

    fn try_begin(&mut self, token: usize) -> Option<()> {
        let plan = self.plan.clone();
        let node = &plan.nodes[self.tokens[&token].node];
        if self.tokens[&token].body.is_some() {
            return self.try_begin_body(token);
        }
        let first = self.heard(token, Hears::Start) == 0;
        for (source, target) in node.inputs.iter().filter(|_| first) {
            let value = self.value(token, source)?;
            self.touch(target);
            self.at(token).values.insert(target.clone(), value);
        }
        if self.hears(token, Hears::Start) {
            return Some(());
        }
        let mut armed = BTreeMap::new();
        let brought = self.at(token).brought.clone();
        if !self.is_instance(token) {
            armed = self.armed(token, &node.boundary)?;
        }
        match &node.kind {
            Kind::Work if node.is_task => self.begin_task(token),
            Kind::Work | Kind::Call { .. } => self.at(token).works = true,
            Kind::Event(_) if brought.is_none() => {
                armed.extend(self.armed(token, &[self.tokens[&token].node])?);
            }
            Kind::Race => {
                let events: Vec<usize> =
                    node.out.iter().map(|flow| plan.flows[*flow].target).collect();
                armed.extend(self.armed(token, &events)?);
            }
            Kind::Scope { starts, handlers } => {
                armed.extend(self.armed(token, handlers)?);
                let first = [self.start];
                let starts = if token == 0 { &first[..] } else { starts };
                starts.iter().for_each(|start| self.arrive(*start, token));
            }
            Kind::Handler { start, handlers } => {
                armed.extend(self.armed(token, handlers)?);
                self.happen(*start, token, brought.unwrap_or_default());
            }
            Kind::Send(_) | Kind::Script { .. } | Kind::ErrorEnd(_) | Kind::Escalate(_) => {
                self.act(token, &node.kind)?;
            }
            Kind::Terminate => {
                let scope = self.tokens[&token].scope;
                self.remove(token);
                self.empty(scope);
            }
            _ => {
                self.bring(token, brought.unwrap_or_default());
                self.end_soon(token);
            }
        }
        if let Some(held) = self.tokens.get_mut(&token)
            && !held.leaving
        {
            held.armed = armed;
        }
        Some(())
    }

    /// What a token does by itself. `None`: it cannot.
    fn act(&mut self, token: usize, kind: &Kind) -> Option<()> {
        match kind {
            Kind::Send(words) => {
                for word in words {
                    self.word(token, word)?;
                }
                self.end_soon(token);
            }
            Kind::Script { formula, result } => {
                let value = self.value(token, formula)?;
                self.bring(token, Values::from([(result.clone(), value)]));
                self.agenda.push_back(Work::End(token));
            }
            Kind::ErrorEnd(code) => {
                return self.throw(token, code, Values::new()).then_some(());
            }
            Kind::Escalate(code) => {
                let code = self.word(token, code)?;
                if !self.escalate(token, &code) {
                    self.end_soon(token);
                }
            }
            _ => {}
        }
        Some(())
    }

    /// What these events wait for, if that can be said.
    fn armed(&self, token: usize, events: &[usize]) -> Option<BTreeMap<usize, Option<u32>>> {
        let mut armed = BTreeMap::new();
        for event in events {
            match &self.plan.nodes[*event].kind {
                Kind::Event(Trigger::Timer(times)) => {
                    armed.insert(*event, *times);
                }
                Kind::Event(Trigger::Message { name, key }) => {
                    self.word(token, name)?;
                    self.word(token, key)?;
                    armed.insert(*event, None);
                }
                Kind::Event(Trigger::Signal(name)) => {
                    self.word(token, name)?;
                    armed.insert(*event, None);
                }
                _ => {}
            }
        }
        Some(armed)
    }
}
