//! Random lives of rules, alerts and cases: whatever sources, people and clocks do, each case is in
//! one state, each milestone comes once, and what waits is woken.

#![allow(clippy::unwrap_used, reason = "only tests are here")]

mod world;

use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use work::alert::AlertCommand;
use work::case::{CaseCommand, CaseState, OpenCase};
use work::detector::{DetectorCommand, DetectorPhase};
use work::expectation::Expectation;
use work::key::Key;
use work::received::{CloudEvent, ReceivedCommand, ReceivedEvent};
use work::{Command, Event, Inputs, Known, State, step};
use world::{MINUTE_MS, Name, World};

const WARM: &str = "{kind: detection-rule, id: warm, on: {type: reading}, subject: data.of,
    detect: {threshold: {when: data.value > 8, for: PT5M, recover: data.value < 5,
        keepFiring: PT2M}},
    alert: {name: '=\"cold/\" + subject', case: cold, severity: high}}";
const SILENT: &str = "{kind: detection-rule, id: silent, on: {type: reading}, subject: data.of,
    detect: {absence: {expect: 'true', within: PT30M, keys: [c]}},
    alert: {name: '=\"cold/\" + subject', case: cold}}";
const MANY: &str = "{kind: detection-rule, id: many, on: {type: reading}, subject: data.of,
    detect: {rate: {count: 4, within: PT3M}}, alert: {case: busy},
    storm: {alerts: 1, within: PT10M, case: busy}}";
const UPS_AND_DOWNS: &str = "{kind: detection-rule, id: ups, on: {type: reading}, subject: data.of,
    detect: {sequence: {steps: [data.value < 3, data.value > 10, data.value < 3],
        unless: data.value = 7, within: PT10M}},
    alert: {name: '=\"ups/\" + subject', case: busy}}";
const QUIET_HOURS: &str = "{kind: suppression, id: night, from: '2027-01-15T09:00:00Z',
    to: '2027-01-15T12:00:00Z', reason: works, owner: ann, rules: [warm, many]}";
const HUSH: &str = "{kind: suppression, id: hush, do: suppress, to: '2027-01-15T14:00:00Z',
    reason: known, owner: ben, when: 'subject = \"b\" and severity = \"MEDIUM\"'}";
const DAY: &str = "{kind: calendar, id: day, zone: Europe/Berlin,
    hours: {always: ['06:00-12:15', '12:30-22:00']}, holidays: [2027-01-16]}";
const ALL: [&str; 9] = [WARM, SILENT, MANY, COLD, BUSY, UPS_AND_DOWNS, QUIET_HOURS, HUSH, DAY];
const COLD: &str = "{kind: case-type, id: cold, process: rescue, resolve: process-completed,
    sla: {goal: PT20M, deadline: PT1H, passed: PT10M}, reopenings: 2, watch: PT2H, outcome: [
        {id: came, event: {type: came, subject: data.of}, within: PT1H},
        {id: quiet, quiet: PT15M, after: PT5M}]}";
const BUSY: &str = "{kind: case-type, id: busy, stages: [one, two], priority: P1,
    sla: {goal: PT30M, deadline: PT2H, passed: PT20M, calendar: day, start: 'driver != null or
        stage = \"two\"', pause: 'driver = \"ben\" and stage = \"one\"', stop: 'state != \"OPEN\"'},
    outcome: [
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
            let at = dice.below(alerts.len().max(1) as u64) as usize;
            if let Some((name, alert)) = alerts.get(at).cloned() {
                let by = "ann".into();
                let command = match dice.below(2) {
                    0 => AlertCommand::AcknowledgeAlert { alert, by },
                    _ => AlertCommand::ReleaseAlert { alert, by },
                };
                world.ask(name, Command::Alert(command));
            }
        }
        _ => act(world, dice),
    }
}

/// The rule is deployed: it expects something of a subject nothing came of yet.
fn expect_c(world: &mut World) {
    let command = DetectorCommand::ExpectSubject {
        tenant: 1,
        rule: Key(2),
        rule_id: "silent".into(),
        subject: "c".into(),
    };
    assert!(world.ask(Name::Detector("silent c".to_owned()), Command::Detector(command)));
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
    let command = match dice.below(14) {
        0..=3 => CaseCommand::ResolveCase { by, comment: words },
        4..=6 => {
            let passes = dice.below(3) > 0;
            CaseCommand::AttestOutcome { check: "word".into(), passes, by, comment: words }
        }
        7 => CaseCommand::AssignCase { driver: Some(by.clone()), by },
        8 => CaseCommand::EnterStage { stage: "two".into(), by },
        9 => CaseCommand::WaiveOutcome { by, reason: words },
        10 => CaseCommand::CancelCase { by, reason: words },
        11 => CaseCommand::ExtendClock { by_ms: 7 * MINUTE_MS, by, reason: words },
        12 => CaseCommand::WaiveClock { by, reason: words },
        _ => CaseCommand::AddEvidence { by, text: words },
    };
    world.ask(Name::Case(key), Command::Case(command));
}

#[test]
fn every_life_is_in_order_and_what_waits_is_woken() {
    let mut ends: BTreeMap<&str, u32> = BTreeMap::new();
    let mut reached = BTreeSet::new();
    let mut silent = 0;
    for seed in 0..60 {
        let (mut world, mut dice) = (World::new(&ALL), Dice(seed));
        expect_c(&mut world);
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
            let State::Alert(line) = state else { continue };
            let pending = line.open.as_ref().and_then(|open| open.pending.as_ref());
            let is_asked = pending.is_some_and(|pending| pending.hold.is_none());
            assert!(!is_asked, "{name:?} has asked its gate, and heard nothing");
        }
        let silent_c = world.held.get(&Name::Detector("silent c".to_owned()));
        let fires =
            matches!(silent_c, Some(State::Detector(it)) if it.phase == DetectorPhase::Firing);
        silent += u32::from(fires);
        for states in world.states.values() {
            *ends.entry(states.last().unwrap().as_str()).or_default() += 1;
        }
        reached.extend(world.milestones.values().flatten().copied());
    }
    let kinds: Vec<&str> = ends.keys().copied().collect();
    let expected = ["CANCELLED", "CLOSED_FAILED", "CLOSED_VERIFIED", "CLOSED_WAIVED", "OPEN"];
    assert_eq!(kinds, expected, "the lives are about everything: {ends:?}");
    assert_eq!(silent, 60, "what never came is missed in every life");
    assert_eq!(reached.len(), 7, "every milestone was reached: {reached:?}");
}

#[test]
fn an_event_is_received_once_and_says_which_rules_it_was_for() {
    let mut world = World::new(&ALL);
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
    assert_eq!(matched.len(), 4, "four rules are about readings");
    assert!(matched.iter().all(|it| it.failure.contains("subject")), "{matched:?}");
    assert!(out.effects.is_empty(), "no detector hears of it");
}
