//! Random lives of rules, alerts and cases: whatever sources, people and clocks do, each case is in
//! one state, each milestone comes once, and what waits is woken.

#![allow(clippy::unwrap_used, reason = "only tests are here")]

use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use work::alert::AlertCommand;
use work::case::clock::Milestone;
use work::case::{CaseCommand, CaseEvent, CaseState, OpenCase};
use work::definition::{Definitions, read};
use work::expectation::Expectation;
use work::key::{Key, Keys};
use work::received::{CloudEvent, ReceivedCommand, ReceivedEvent};
use work::{Command, Effect, Event, Inputs, Known, State, Target, step};

const MINUTE_MS: i64 = 60_000;

const WARM: &str = "{kind: detection-rule, id: warm, on: {type: reading}, subject: data.of,
    detect: {threshold: {when: data.value > 8, for: PT5M, recover: data.value < 5,
        keepFiring: PT2M}},
    alert: {name: '=\"cold/\" + subject', case: cold, severity: high}}";
const SILENT: &str = "{kind: detection-rule, id: silent, on: {type: reading}, subject: data.of,
    detect: {absence: {expect: 'true', within: PT30M}},
    alert: {name: '=\"cold/\" + subject', case: cold}}";
const MANY: &str = "{kind: detection-rule, id: many, on: {type: reading}, subject: data.of,
    detect: {rate: {count: 4, within: PT3M}}, alert: {case: busy}}";
const COLD: &str = "{kind: case-type, id: cold, process: rescue, resolve: process-completed,
    sla: {goal: PT20M, deadline: PT1H, passed: PT10M}, reopenings: 2, watch: PT2H, outcome: [
        {id: came, event: {type: came, subject: data.of}, within: PT1H},
        {id: quiet, quiet: PT15M, after: PT5M}]}";
const BUSY: &str = "{kind: case-type, id: busy, stages: [one, two], priority: P1, outcome: [
        {id: word, attest: other, within: PT40M}]}";

/// SplitMix64 (Steele, Lea, Flood): small and repeatable.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Received(String),
    Detector(String),
    Alert(Arc<str>),
    Case(Key),
    Expectation(String),
}

/// What the runtime does, in memory: aggregates, effects in order, rows of timers.
struct World {
    definitions: Definitions,
    now_ms: i64,
    keys: Keys,
    held: BTreeMap<Name, State>,
    /// The fold of all events of each, those before it had no row included.
    folds: BTreeMap<Name, State>,
    timers: BTreeSet<(i64, Key, Name)>,
    /// Process instances that run, each with its case.
    processes: BTreeMap<Key, Key>,
    milestones: BTreeMap<Key, Vec<(Milestone, u32)>>,
    /// States a case has been in.
    states: BTreeMap<Key, Vec<CaseState>>,
    event_ids: u64,
}

impl World {
    fn new() -> World {
        let mut definitions = Definitions::default();
        for (place, text) in [WARM, SILENT, MANY, COLD, BUSY].into_iter().enumerate() {
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
    fn ask(&mut self, name: Name, command: Command) -> bool {
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
            Target::Expectation { check, subject, .. } => {
                Name::Expectation(format!("{check} {subject}"))
            }
        }
    }

    fn end_process(
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

    fn cases(&self) -> Vec<(Key, CaseState)> {
        let case = |(name, state): (&Name, &State)| match (name, state) {
            (Name::Case(key), State::Case(case)) => Some((*key, case.state)),
            _ => None,
        };
        self.held.iter().filter_map(case).collect()
    }

    fn send(&mut self, kind: &str, id: u64, data: String) -> bool {
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
    fn pass(&mut self, ms: i64, stood_still: bool) {
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

fn turn(world: &mut World, dice: &mut Dice) {
    let subject = ["a", "b"][dice.below(2) as usize];
    match dice.below(20) {
        0..=7 => {
            world.event_ids += 1;
            // Now and then a source sends something again.
            let id = world.event_ids - dice.below(6) / 5 * world.event_ids.min(1);
            let value = dice.below(14);
            world.send("reading", id, format!("{{\"of\":\"{subject}\",\"value\":{value}}}"));
        }
        8 => {
            world.event_ids += 1;
            let id = world.event_ids;
            world.send("came", id, format!("{{\"of\":\"{subject}\"}}"));
        }
        9..=12 => {
            let minutes = [1, 3, 10, 45][dice.below(4) as usize];
            world.pass(minutes * MINUTE_MS, dice.below(4) == 0);
        }
        13 => {
            let running: Vec<Key> = world.processes.keys().copied().collect();
            if let Some(instance) = running.get(dice.below(running.len().max(1) as u64) as usize) {
                let mut queue = VecDeque::new();
                world.end_process(*instance, dice.below(3) > 0, &mut queue);
                for (name, command) in queue {
                    world.ask(name, command);
                }
            }
        }
        14 => {
            let case = world.keys.next_key();
            let open = OpenCase {
                case,
                tenant: 1,
                case_type: Key(5),
                title: "by hand".into(),
                ..OpenCase::default()
            };
            world.ask(Name::Case(case), Command::Case(CaseCommand::OpenCase(Box::new(open))));
        }
        15 => {
            let alerts = world.held.iter().filter_map(|(name, state)| match state {
                State::Alert(line) => line.open.as_ref().map(|open| (name.clone(), open.key)),
                _ => None,
            });
            let alerts: Vec<_> = alerts.collect();
            if let Some((name, alert)) = alerts.first().cloned() {
                let by = "ann".into();
                let command = AlertCommand::AcknowledgeAlert { alert, by };
                world.ask(name, Command::Alert(command));
            }
        }
        _ => act(world, dice),
    }
}

/// Somebody does something to a case, whether it makes sense or not.
fn act(world: &mut World, dice: &mut Dice) {
    let cases = world.cases();
    if cases.is_empty() {
        return;
    }
    let (key, _) = cases[dice.below(cases.len() as u64) as usize];
    let by: Arc<str> = ["ann", "ben"][dice.below(2) as usize].into();
    let words: Arc<str> = "because".into();
    let command = match dice.below(12) {
        0..=3 => CaseCommand::ResolveCase { by, comment: words },
        4..=6 => {
            let passes = dice.below(3) > 0;
            CaseCommand::AttestOutcome { check: "word".into(), passes, by, comment: words }
        }
        7 => CaseCommand::AssignCase { driver: Some("ben".into()), by },
        8 => CaseCommand::EnterStage { stage: "two".into(), by },
        9 => CaseCommand::WaiveOutcome { by, reason: words },
        10 => CaseCommand::CancelCase { by, reason: words },
        _ => CaseCommand::AddEvidence { by, text: words },
    };
    world.ask(Name::Case(key), Command::Case(command));
}

#[test]
fn every_life_is_in_order_and_what_waits_is_woken() {
    let mut ends: BTreeMap<&str, u32> = BTreeMap::new();
    let mut reached = BTreeSet::new();
    for seed in 0..60 {
        let (mut world, mut dice) = (World::new(), Dice(seed));
        for _ in 0..400 {
            turn(&mut world, &mut dice);
        }
        // Nobody does anything any more: every check ends by itself, and no rule waits.
        for _ in 0..20 {
            world.pass(24 * 60 * MINUTE_MS, false);
        }
        for (key, state) in world.cases() {
            assert!(state == CaseState::Open || state.is_closed(), "{key} is {state:?} for ever");
        }
        for (name, state) in &world.held {
            let waits = matches!(state, State::Expectation(Expectation { waiting, .. })
                if !waiting.is_empty());
            assert!(!waits, "{name:?} waits for ever");
        }
        for states in world.states.values() {
            *ends.entry(states.last().unwrap().as_str()).or_default() += 1;
        }
        reached.extend(world.milestones.values().flatten().copied());
    }
    let kinds: Vec<&str> = ends.keys().copied().collect();
    let expected = ["CANCELLED", "CLOSED_FAILED", "CLOSED_VERIFIED", "CLOSED_WAIVED", "OPEN"];
    assert_eq!(kinds, expected, "the lives are about everything: {ends:?}");
    assert_eq!(reached.len(), 7, "every milestone was reached: {reached:?}");
}

#[test]
fn an_event_is_received_once_and_says_which_rules_it_was_for() {
    let mut world = World::new();
    for _ in 0..2 {
        assert!(world.send("reading", 1, r#"{"of":"a","value":9}"#.to_owned()));
    }
    assert!(world.send("reading", 2, r#"{"value":9}"#.to_owned()));
    let process = |_: u32, _: &str| None;
    let known = Known { definitions: &world.definitions, process: &process };
    let event = CloudEvent {
        id: "3".into(),
        source: "/s".into(),
        kind: "reading".into(),
        data: r#"{"of":["no","text"]}"#.into(),
        ..CloudEvent::default()
    };
    let command = ReceivedCommand::ReceiveEvent { tenant: 1, event: Box::new(event) };
    let command = Command::Received(command);
    let zone = TimeZone::UTC;
    let mut inputs = Inputs { now_ms: 1, keys: &mut world.keys, seed: 0, zone: &zone };
    let out = step(&known, &mut State::empty(&command), &command, &mut inputs).unwrap();
    let Event::Received(ReceivedEvent::EventReceived { matched, .. }) = &out.events[0] else {
        panic!("{out:?}")
    };
    assert_eq!(matched.len(), 3, "three rules are about readings");
    assert!(matched.iter().all(|it| it.failure.contains("subject")), "{matched:?}");
    assert!(out.effects.is_empty(), "no detector hears of it");
}
