//! What the runtime does, in memory: aggregates, effects in order, rows of timers; each aggregate
//! is compared with the fold of its events.

#![allow(clippy::unwrap_used, dead_code, reason = "only tests are here, and each needs some of it")]

use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use work::alert::Alert;
use work::case::clock::Milestone;
use work::case::{CaseCommand, CaseEvent, CaseState};
use work::definition::{Definitions, read};
use work::key::{Key, Keys};
use work::received::{CloudEvent, ReceivedCommand};
use work::{Command, Effect, Event, Inputs, Known, State, Target, step};

pub(crate) const MINUTE_MS: i64 = 60_000;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Received(String),
    Detector(String),
    Alert(Arc<str>),
    Case(Key),
    Expectation(String),
    Gate(Arc<str>),
}

/// What the runtime does, in memory: aggregates, effects in order, rows of timers.
pub(crate) struct World {
    pub(crate) definitions: Definitions,
    pub(crate) now_ms: i64,
    pub(crate) keys: Keys,
    pub(crate) held: BTreeMap<Name, State>,
    /// The fold of all events of each, those before it had no row included.
    pub(crate) folds: BTreeMap<Name, State>,
    pub(crate) timers: BTreeSet<(i64, Key, Name)>,
    /// Process instances that run, each with its case.
    pub(crate) processes: BTreeMap<Key, Key>,
    pub(crate) milestones: BTreeMap<Key, Vec<(Milestone, u32)>>,
    /// States a case has been in.
    pub(crate) states: BTreeMap<Key, Vec<CaseState>>,
    pub(crate) event_ids: u64,
}

impl World {
    /// One that knows these definitions, by the keys 1, 2, and so on.
    pub(crate) fn new(texts: &[&str]) -> World {
        let mut definitions = Definitions::default();
        for (place, text) in texts.iter().enumerate() {
            let read = read(text.as_bytes()).unwrap_or_else(|faults| panic!("{faults:#?}"));
            definitions.add(Key(place as u64 + 1), 1, 1, read);
        }
        let keys = Keys::above(1, Key(1_000));
        World {
            definitions,
            now_ms: 1_800_000_000_000,
            keys,
            held: BTreeMap::new(),
            folds: BTreeMap::new(),
            timers: BTreeSet::new(),
            processes: BTreeMap::new(),
            milestones: BTreeMap::new(),
            states: BTreeMap::new(),
            event_ids: 0,
        }
    }

    /// Carries out a command and all that follows; whether it was accepted.
    pub(crate) fn ask(&mut self, name: Name, command: Command) -> bool {
        let mut queue = VecDeque::from([(name, command)]);
        let mut first = None;
        while let Some((name, command)) = queue.pop_front() {
            let accepted = self.step(&name, &command, &mut queue);
            first.get_or_insert(accepted);
        }
        first.unwrap()
    }

    fn step(
        &mut self,
        name: &Name,
        command: &Command,
        queue: &mut VecDeque<(Name, Command)>,
    ) -> bool {
        let mut state = self.held.remove(name).unwrap_or_else(|| State::empty(command));
        let mut folded = self.folds.remove(name).unwrap_or_else(|| State::empty(command));
        let before = state.clone();
        let process = |_: u32, id: &str| (id == "rescue").then_some((Key(77), 1));
        let known = Known { definitions: &self.definitions, process: &process };
        let zone = TimeZone::UTC;
        let (now_ms, keys) = (self.now_ms, &mut self.keys);
        let mut inputs = Inputs { now_ms, keys, seed: 0, zone: &zone };
        let outcome = step(&known, &mut state, command, &mut inputs);
        let Ok(outcome) = outcome else {
            assert_eq!(state, before, "a rejection changes no state");
            self.keep(name, state, folded);
            return false;
        };
        for event in &outcome.events {
            folded.apply(event);
            if let Some((key, due_ms)) = event.timer() {
                let is_new = self.timers.insert((due_ms, key, name.clone()));
                assert!(is_new, "a timer is set once");
            }
            self.note(name, event);
        }
        // One without a row has no tenant of its own.
        let (row, fold) = (!state.is_empty()).then_some((&state, &folded)).unzip();
        assert_eq!(row, fold, "{name:?} is the fold of its events");
        assert_eq!(state.is_empty(), folded.is_empty(), "{name:?} is empty as its fold is");
        for effect in outcome.effects {
            match effect {
                Effect::Ask(target, command) => queue.push_back((self.name(&target), command)),
                Effect::StartProcess(start) => {
                    let twice = self.processes.insert(start.instance, start.case);
                    assert_eq!(twice, None, "a process starts once");
                }
                Effect::CancelProcess { instance } => self.end_process(instance, false, queue),
            }
        }
        self.keep(name, state, folded);
        true
    }

    fn keep(&mut self, name: &Name, state: State, folded: State) {
        // What is empty has no row.
        if !state.is_empty() {
            if let Some((key, due_ms)) = state.timer() {
                let row = (due_ms, key, name.clone());
                assert!(self.timers.contains(&row), "{name:?} waits for a timer that has a row");
            }
            self.held.insert(name.clone(), state);
        }
        self.folds.insert(name.clone(), folded);
    }

    fn name(&self, target: &Target) -> Name {
        match target {
            Target::Detector { rule, subject, .. } => Name::Detector(format!("{rule} {subject}")),
            Target::Alert { name, .. } => Name::Alert(name.clone()),
            Target::Case(key) => Name::Case(*key),
            Target::Gate { rule, .. } => Name::Gate(rule.clone()),
            Target::Expectation { check, subject, .. } => {
                Name::Expectation(format!("{check} {subject}"))
            }
        }
    }

    pub(crate) fn end_process(
        &mut self,
        instance: Key,
        completed: bool,
        queue: &mut VecDeque<(Name, Command)>,
    ) {
        let Some(case) = self.processes.remove(&instance) else { return };
        let command = CaseCommand::EndProcess { instance, completed };
        queue.push_back((Name::Case(case), Command::Case(command)));
    }

    fn note(&mut self, name: &Name, event: &Event) {
        let (Name::Case(key), Event::Case(event)) = (name, event) else { return };
        let to = match event {
            CaseEvent::CaseOpened { .. } | CaseEvent::CaseReopened { .. } => CaseState::Open,
            CaseEvent::CaseResolved { .. } => CaseState::Resolved,
            CaseEvent::CheckStarted { .. } => CaseState::Verifying,
            CaseEvent::CaseClosed { verdict, .. } => match verdict.as_str() {
                "VERIFIED" => CaseState::ClosedVerified,
                "WAIVED" => CaseState::ClosedWaived,
                _ => CaseState::ClosedFailed,
            },
            CaseEvent::CaseCancelled { .. } => CaseState::Cancelled,
            CaseEvent::MilestoneReached { milestone, number, due_ms } => {
                assert!(*due_ms <= self.now_ms, "no milestone comes early");
                let reached = self.milestones.entry(*key).or_default();
                assert!(reached.last() < Some(&(*milestone, *number)), "each comes once, in order");
                return reached.push((*milestone, *number));
            }
            _ => return,
        };
        let states = self.states.entry(*key).or_default();
        let from = states.last().copied();
        use CaseState as S;
        let may = match (from, to) {
            (None, to) => to == S::Open,
            (Some(S::Open), to) => matches!(to, S::Resolved | S::Cancelled),
            (Some(S::Resolved), to) => matches!(to, S::Verifying | S::ClosedWaived | S::Cancelled),
            (Some(S::Verifying), to) => to != S::Resolved,
            (Some(_), _) => false,
        };
        assert!(may, "case {key} goes from {from:?} to {to:?}");
        states.push(to);
    }

    /// Open alerts, by name.
    pub(crate) fn alerts(&self) -> Vec<(Arc<str>, Alert)> {
        let open = |(name, state): (&Name, &State)| match (name, state) {
            (Name::Alert(name), State::Alert(line)) => {
                line.open.as_ref().map(|open| (name.clone(), (**open).clone()))
            }
            _ => None,
        };
        self.held.iter().filter_map(open).collect()
    }

    pub(crate) fn cases(&self) -> Vec<(Key, CaseState)> {
        let case = |(name, state): (&Name, &State)| match (name, state) {
            (Name::Case(key), State::Case(case)) => Some((*key, case.state)),
            _ => None,
        };
        self.held.iter().filter_map(case).collect()
    }

    pub(crate) fn send(&mut self, kind: &str, id: u64, data: String) -> bool {
        let event = CloudEvent {
            id: id.to_string().into(),
            source: "/s".into(),
            kind: kind.into(),
            data: data.into(),
            ..CloudEvent::default()
        };
        let command = ReceivedCommand::ReceiveEvent { tenant: 1, event: Box::new(event) };
        self.ask(Name::Received(id.to_string()), Command::Received(command))
    }

    /// Lets time pass, and everything that is due happen in order; late, if the world stood still.
    pub(crate) fn pass(&mut self, ms: i64, stood_still: bool) {
        let until_ms = self.now_ms + ms;
        if stood_still {
            self.now_ms = until_ms;
        }
        while let Some(row) = self.timers.first().filter(|row| row.0 <= until_ms).cloned() {
            self.timers.remove(&row);
            self.now_ms = self.now_ms.max(row.0);
            self.keys.tick(self.now_ms);
            let wake = self.held.get(&row.2).and_then(State::wake);
            if let Some(command) = wake {
                self.ask(row.2, command);
            }
        }
        self.now_ms = until_ms;
        self.keys.tick(self.now_ms);
        for (name, state) in &self.held {
            let due = state.timer().is_some_and(|(_, due_ms)| due_ms <= self.now_ms);
            assert!(!due, "{name:?} has done what was due");
        }
    }
}
