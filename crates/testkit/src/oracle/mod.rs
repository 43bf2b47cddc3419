//! The oracle: an interpreter of BPMN written apart from the engine, to be compared with it.
//!
//! It is told what comes from outside and says what waits then. It shares the model's structure
//! and FEEL with the engine, and nothing else. Processes with something it does not know are
//! left out.

mod begin;
mod escalate;
mod game;
mod listen;
mod moves;
mod plan;
mod stimulus;
mod values;

use engine::event::Slot;
use engine::graph::Graph;
use engine::key::Key;
use engine::state::instance::{ElementInstance, Instance, InstancePhase, Phase};
use game::{Ended, Game, Values};
use plan::Plan;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
pub(crate) use stimulus::Stimulus;

/// Games beside the instances of a world.
#[derive(Debug, Clone, Default)]
pub(crate) struct Oracle {
    plans: BTreeMap<Key, Arc<Plan>>,
    games: BTreeMap<Key, Seated>,
    compared: usize,
    raced: usize,
    missed: usize,
}

/// A game, and which of its tokens is which element instance.
#[derive(Debug, Clone)]
struct Seated {
    game: Game,
    seats: BTreeMap<Slot, usize>,
}

impl Oracle {
    /// Reads a process that was deployed.
    pub(crate) fn learn(&mut self, key: Key, document: &model::Document, process_id: &str) {
        let process = document.processes().find(|process| process.id() == process_id);
        let plan = process.and_then(|process| Plan::read(document, process));
        self.plans.extend(plan.map(|plan| (key, Arc::new(plan))));
    }

    /// States compared so far; in how many of them variables depended on which of two tokens
    /// moved first, which the model leaves open; and how many were left out.
    pub(crate) fn compared(&self) -> (usize, usize, usize) {
        (self.compared, self.raced, self.missed)
    }

    /// Plays what came to an instance. What it cannot follow it leaves alone from then on.
    pub(crate) fn play(&mut self, instance: Key, stimulus: &Stimulus, now_ms: i64) {
        if let Stimulus::Begin { definition, start, values, caller } = stimulus {
            let Some(plan) = self.plans.get(definition).cloned() else { return };
            let start = plan.find(start);
            let mut game = Game::begin(plan, start, values.clone(), now_ms);
            if let Some((caller, slot)) = caller {
                let Some(above) = self.games.get(caller) else { return };
                let Some(seat) = above.seats.get(slot) else { return };
                game.caught_above = above.game.caught_at(*seat);
                game.escalations_above = above.game.escalations_at(*seat);
            }
            game.play();
            self.games.insert(instance, Seated { game, seats: BTreeMap::from([(0, 0)]) });
            return;
        }
        let Some(seated) = self.games.get_mut(&instance) else { return };
        if seated.take(stimulus, now_ms).is_none() {
            self.games.remove(&instance);
        }
    }

    /// Compares a game with the instance it is beside.
    pub(crate) fn compare(&mut self, instance: Key, state: &Instance, graph: &Graph) {
        let Some(seated) = self.games.get_mut(&instance) else {
            self.missed += 1;
            return;
        };
        // The engine stopped at its budget: the game is ahead.
        if state.agenda.is_empty() {
            self.compared += 1;
            self.raced += usize::from(seated.compare(instance, state, graph));
        } else {
            self.missed += 1;
        }
    }
}

impl Seated {
    /// `None`: it is about somebody who has no seat yet.
    fn take(&mut self, stimulus: &Stimulus, now_ms: i64) -> Option<()> {
        let seat = |slot: &Slot| self.seats.get(slot).copied();
        let game = &mut self.game;
        game.now_ms = now_ms;
        game.raced.clear();
        match stimulus {
            Stimulus::Begin { .. } | Stimulus::Nothing => {}
            Stimulus::Done { slot, values } => game.done(seat(slot)?, values.clone()),
            Stimulus::Denied { slot } => game.denied(seat(slot)?),
            Stimulus::Failed { slot, retries, values } => {
                game.failed(seat(slot)?, *retries, values.clone());
            }
            Stimulus::Threw { slot, code, values } => {
                game.threw(seat(slot)?, code, values.clone());
            }
            Stimulus::Came { slot, event, values } => {
                let event = game.plan.find(event);
                game.fired(seat(slot)?, event, values.clone());
            }
            Stimulus::Resolved { slot } => game.resolve(seat(slot)?),
            Stimulus::Set { slot, values, local } => {
                game.set(seat(slot)?, values.clone(), *local);
            }
            Stimulus::Cancel => game.cancel(0, None),
            Stimulus::Escalated { slot, code } => game.escalated(seat(slot)?, code),
            Stimulus::Passed { slot } => game.end_soon(seat(slot)?),
            Stimulus::Back { slot, values, error } => {
                game.came_back(seat(slot)?, values.clone(), error.as_deref());
            }
        }
        game.play();
        Some(())
    }

    /// Whether the engine let another token move first.
    fn compare(&mut self, instance: Key, state: &Instance, graph: &Graph) -> bool {
        let ended = match state.phase {
            InstancePhase::Completed => Some(Ended::Completed),
            InstancePhase::Cancelled => Some(Ended::Cancelled),
            _ => None,
        };
        assert_eq!(self.game.ended, ended, "the oracle says how instance {instance} has ended");
        if ended.is_some() {
            return false;
        }
        let engine: BTreeMap<Slot, Line> =
            state.elements.iter().map(|(slot, held)| (*slot, Line::of(held, graph))).collect();
        self.sit(state, graph, &engine);
        let taken: BTreeSet<usize> = self.seats.values().copied().collect();
        let over: Vec<usize> =
            self.game.tokens.keys().copied().filter(|token| !taken.contains(token)).collect();
        assert!(
            over.is_empty(),
            "instance {instance}: {}",
            self.words(&engine, "tokens only the oracle has")
        );
        let mut raced = false;
        for (slot, line) in &engine {
            let token = self.seats.get(slot);
            raced |= token.is_some_and(|token| self.game.take_raced(*token, &line.values));
            let own = token.map(|token| Line::at(&self.game, *token));
            assert!(
                own.as_ref() == Some(line),
                "instance {instance}, slot {slot}: {line:?}, but the oracle says {own:?}\n{}",
                self.words(&engine, "all")
            );
        }
        raced
    }

    /// Gives each new element instance the oldest token of its kind in the same scope.
    fn sit(&mut self, state: &Instance, graph: &Graph, engine: &BTreeMap<Slot, Line>) {
        self.seats.retain(|slot, token| {
            engine.contains_key(slot) && self.game.tokens.contains_key(token)
        });
        for (slot, held) in &state.elements {
            if self.seats.contains_key(slot) {
                continue;
            }
            let Some(scope) = self.seats.get(&held.scope).copied() else { continue };
            let taken: BTreeSet<usize> = self.seats.values().copied().collect();
            let node = self.game.plan.find(&graph.node(held.element).id);
            let mut fits = self.game.tokens.iter().filter(|(token, own)| {
                !taken.contains(token) && own.node == node && own.scope == scope && **token != 0
            });
            if let Some((token, _)) = fits.next() {
                self.seats.insert(*slot, *token);
            }
        }
    }

    fn words(&self, engine: &BTreeMap<Slot, Line>, what: &str) -> String {
        let own = self
            .game
            .tokens
            .keys()
            .map(|token| format!("\n  {token}: {:?}", Line::at(&self.game, *token)));
        let theirs = engine.iter().map(|(slot, line)| format!("\n  {slot}: {line:?}"));
        format!("{what}\noracle:{}\nengine:{}", own.collect::<String>(), theirs.collect::<String>())
    }
}

/// What can be compared of an element instance.
#[derive(Debug, PartialEq)]
struct Line {
    element: String,
    works: bool,
    stuck: bool,
    leaving: bool,
    awaits: BTreeSet<String>,
    parked: BTreeMap<String, u32>,
    values: Values,
}

impl Line {
    fn of(held: &ElementInstance, graph: &Graph) -> Line {
        let timers = held.timers.iter().map(|timer| timer.element);
        let waits = timers.chain(held.subscriptions.iter().map(|waiting| waiting.element));
        let waits = waits.chain(held.signals().iter().map(|awaited| awaited.element));
        let name = |element: u32| graph.node(element).id.to_string();
        let values = held.variables.iter();
        let element = if held.element == 0 { String::new() } else { name(held.element) };
        let leaving = held.phase == Phase::Cancelling;
        // What is parked in a scope that goes has no meaning any more.
        let parked = if leaving { &[][..] } else { &held.parked[..] }.iter();
        Line {
            element,
            works: held.job.is_some() || held.user_task.is_some() || held.child.is_some(),
            stuck: !held.incidents.is_empty(),
            leaving,
            awaits: waits.map(name).collect(),
            parked: parked
                .map(|(flow, count)| (graph.flow(*flow).id.to_string(), *count))
                .collect(),
            values: values.map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        }
    }

    fn at(game: &Game, token: usize) -> Line {
        let (held, plan) = (&game.tokens[&token], &game.plan);
        let name = |node: usize| plan.nodes[node].id.clone();
        let parked = held.parked.iter();
        Line {
            element: if held.node == 0 { String::new() } else { name(held.node) },
            works: held.works,
            stuck: held.stuck.is_some(),
            leaving: held.leaving,
            awaits: held.armed.keys().map(|node| name(*node)).collect(),
            parked: parked.map(|(flow, count)| (plan.flows[*flow].id.clone(), *count)).collect(),
            values: held.values.clone(),
        }
    }
}
