//! What keeps noise down: storms, suppressions, sequences, and subjects that never come.

#![allow(clippy::unwrap_used, reason = "only tests are here")]

mod world;

use std::sync::Arc;
use work::alert::{AlertCommand, HoldCause};
use work::detector::DetectorCommand;
use work::gate::storm_name;
use work::key::Key;
use work::{Command, State};
use world::{MINUTE_MS, Name, World};

const LATE: &str = "{kind: detection-rule, id: late, on: {type: scan}, subject: data.of,
    detect: {threshold: {when: data.late = true}}, alert: {case: delay},
    storm: {alerts: 20, within: PT5M, severity: critical, case: triage}}";
const DELAY: &str =
    "{kind: case-type, id: delay, outcome: [{id: ok, attest: anyone, within: P1D}]}";
const TRIAGE: &str =
    "{kind: case-type, id: triage, outcome: [{id: ok, attest: anyone, within: P1D}]}";

impl World {
    fn scan(&mut self, of: &str, late: bool) {
        self.event_ids += 1;
        let id = self.event_ids;
        assert!(self.send("scan", id, format!("{{\"of\":\"{of}\",\"late\":{late}}}")));
    }

    fn alert(&self, name: &str) -> Option<work::alert::Alert> {
        self.alerts().into_iter().find(|(held, _)| **held == *name).map(|(_, alert)| alert)
    }

    fn held(&self) -> usize {
        let is_held = |alert: &work::alert::Alert| {
            alert.pending.as_ref().is_some_and(|pending| pending.hold.is_some())
        };
        self.alerts().iter().filter(|(_, alert)| is_held(alert)).count()
    }

    fn release(&mut self, name: &str) -> bool {
        let (alert, by) = (self.alert(name).unwrap().key, "ann".into());
        let command = Command::Alert(AlertCommand::ReleaseAlert { alert, by });
        self.ask(Name::Alert(name.into()), command)
    }
}

#[test]
fn a_storm_is_one_alert_and_no_more_than_the_cases_it_says_and_nothing_is_lost() {
    let mut world = World::new(&[LATE, DELAY, TRIAGE]);
    // 2,000 shipments in five minutes.
    for shipment in 0..2_000 {
        world.scan(&format!("s{shipment}"), true);
        world.now_ms += 150;
    }
    let storm = world.alert(&storm_name("late")).expect("one alert stands for all");
    assert_eq!(storm.occurrences, 1_980);
    assert_eq!(world.alerts().len(), 2_001, "each is kept");
    assert_eq!((world.held(), world.cases().len()), (1_980, 21), "20, and one for the storm");
    // What is held back acts when a person says so, and once.
    assert!(world.release("late/s1999") && !world.release("late/s1999"));
    assert_eq!(world.cases().len(), 22);
    assert!(!world.release("late/s3"), "it was not held back");
    // What recovers while it is held back never becomes a case.
    world.scan("s1998", false);
    assert!(world.alert("late/s1998").is_none());

    // Quiet for as long as the rule says: the storm is over, and what comes again is acted on.
    world.pass(6 * MINUTE_MS, false);
    assert!(world.alert(&storm_name("late")).is_none(), "it has recovered");
    assert_eq!(world.cases().len(), 22, "nothing is acted on because of the time alone");
    world.scan("s1997", true);
    assert_eq!(world.cases().len(), 23);
    world.pass(6 * MINUTE_MS, false);
    let gates = world.held.keys().filter(|name| matches!(name, Name::Gate(_))).count();
    assert_eq!(gates, 0, "a quiet gate has no row");
}

#[test]
fn a_storm_goes_on_as_long_as_more_come() {
    let mut world = World::new(&[LATE, DELAY, TRIAGE]);
    for shipment in 0..100 {
        world.scan(&format!("s{shipment}"), true);
        world.pass(MINUTE_MS, false);
    }
    // One a minute is not too many for twenty in five minutes.
    assert_eq!((world.held(), world.cases().len()), (0, 100));
    for shipment in 100..160 {
        world.scan(&format!("s{shipment}"), true);
    }
    let cases = world.cases().len();
    assert!(cases <= 100 + 21, "{cases}");
    for shipment in 160..190 {
        world.scan(&format!("s{shipment}"), true);
        world.pass(2 * MINUTE_MS, false);
    }
    assert_eq!(world.cases().len(), cases, "it rages on");
    let storm = world.alert(&storm_name("late")).unwrap();
    assert_eq!(storm.occurrences as usize, world.held());
}

/// The world begins at 2027-01-15T08:00:00Z.
const WINDOW: &str = "{kind: suppression, id: dock-works, from: '2027-01-15T09:00:00+01:00',
    to: '2027-01-15T10:00:00Z', reason: new scanners, owner: ann, rules: [late]}";
const KNOWN: &str = "{kind: suppression, id: known, do: suppress, to: '2027-01-15T10:00:00Z',
    reason: is known, owner: ann, when: '=starts with(subject, \"x\")'}";

#[test]
fn a_maintenance_window_acts_at_its_end_on_what_is_not_over() {
    let mut world = World::new(&[LATE, DELAY, TRIAGE, WINDOW]);
    for of in ["a", "b"] {
        world.scan(of, true);
    }
    world.scan("a", true);
    let pending = world.alert("late/a").unwrap().pending.unwrap();
    let hold = pending.hold.unwrap();
    assert_eq!((hold.cause, &*hold.id), (HoldCause::Suppression, "dock-works"));
    assert_eq!(hold.until_ms, Some(world.now_ms + 120 * MINUTE_MS));
    world.scan("b", false);
    world.pass(119 * MINUTE_MS, false);
    assert!(world.cases().is_empty());
    world.pass(MINUTE_MS, false);
    assert_eq!(world.cases().len(), 1, "`b` was over by then");
    assert_eq!(world.alert("late/a").unwrap().occurrences, 2);
}

#[test]
fn what_is_suppressed_acts_when_it_comes_again_after_the_end() {
    let mut world = World::new(&[LATE, DELAY, TRIAGE, KNOWN]);
    for of in ["x1", "y1"] {
        world.scan(of, true);
    }
    assert_eq!(world.cases().len(), 1, "`y1` is not meant");
    world.pass(180 * MINUTE_MS, false);
    assert_eq!(world.cases().len(), 1);
    world.scan("x1", true);
    assert_eq!(world.cases().len(), 2);
}

#[test]
fn a_condition_that_cannot_be_evaluated_silences_nothing() {
    let broken = KNOWN
        .replace("starts with(subject, \\\"x\\\")", "subject.nothing > 3")
        .replace("starts with(subject, \"x\")", "subject.nothing > 3");
    let mut world = World::new(&[LATE, DELAY, TRIAGE, &broken]);
    world.scan("x1", true);
    assert_eq!(world.cases().len(), 1);
}

const SLIPS: &str = "{kind: detection-rule, id: slips, on: {type: eta}, subject: data.of,
    detect: {sequence: {steps: [data.what = \"slip\", data.what = \"slip\"],
        unless: data.what = \"arrived\", within: PT1H}}}";
const ORDER: &str = "{kind: detection-rule, id: order, on: {type: eta}, subject: data.of,
    detect: {sequence: {steps: [data.what = \"a\", data.what = \"b\", data.what = \"c\"],
        within: PT1H, recover: data.what = \"fine\"}}}";

/// What comes at which minute, and at which minutes how many occurrences there are (0: no alert).
#[test]
fn a_sequence_fires_when_its_steps_come_in_their_order_in_time() {
    type Row<'a> = (&'a str, &'a [(i64, &'a str)], &'a [(i64, u64)]);
    let table: &[Row<'_>] = &[
        ("slips", &[(0, "slip"), (59, "slip")], &[(58, 0), (59, 1), (118, 1), (120, 0)]),
        ("slips", &[(0, "slip"), (60, "slip"), (119, "slip")], &[(60, 0), (119, 1)]),
        ("slips", &[(0, "slip"), (5, "arrived"), (10, "slip")], &[(10, 0)]),
        ("slips", &[(0, "slip"), (5, "slip"), (6, "arrived")], &[(5, 1), (6, 0)]),
        ("slips", &[(0, "slip"), (5, "slip"), (6, "slip")], &[(6, 2), (66, 0)]),
        ("order", &[(0, "a"), (1, "c"), (2, "b"), (3, "c")], &[(2, 0), (3, 1)]),
        ("order", &[(0, "b"), (1, "a"), (2, "c")], &[(2, 0)]),
        // The later beginning counts: the first is too old for the end.
        ("order", &[(0, "a"), (30, "a"), (40, "b"), (80, "c")], &[(80, 1)]),
        ("order", &[(0, "a"), (1, "b"), (30, "a"), (80, "c")], &[(80, 0)]),
        ("order", &[(0, "a"), (1, "b"), (2, "c"), (500, "fine")], &[(499, 1), (500, 0)]),
    ];
    for (rule, events, expected) in table {
        let mut world = World::new(&[SLIPS, ORDER]);
        let begun_ms = world.now_ms;
        let mut events = events.iter().peekable();
        for (minute, occurrences) in *expected {
            let until_ms = begun_ms + minute * MINUTE_MS;
            while let Some((at, what)) = events.next_if(|(at, _)| at <= minute) {
                let wait_ms = begun_ms + at * MINUTE_MS - world.now_ms;
                world.pass(wait_ms, false);
                world.event_ids += 1;
                let id = world.event_ids;
                world.send("eta", id, format!("{{\"of\":\"s\",\"what\":\"{what}\"}}"));
            }
            let wait_ms = until_ms - world.now_ms;
            world.pass(wait_ms, false);
            let found = world.alert(&format!("{rule}/s")).map_or(0, |alert| alert.occurrences);
            assert_eq!(found, *occurrences, "{rule} at {minute}");
        }
        world.event_ids += 1;
        let id = world.event_ids;
        world.send("eta", id, "{\"of\":\"s\",\"what\":\"fine\"}".to_owned());
        world.pass(24 * 60 * MINUTE_MS, false);
        let is_idle = |state: &State| !matches!(state, State::Detector(_));
        assert!(world.held.values().all(is_idle), "{rule}: nothing is remembered for ever");
    }
}

const BEAT: &str = "{kind: detection-rule, id: beat, on: {type: beat}, subject: data.of,
    detect: {absence: {expect: 'true', within: PT30M, keys: [p1, p2]}},
    alert: {title: '=\"No beat of \" + subject'}}";

fn expect(world: &mut World, subject: &str) {
    let (rule, rule_id): (Key, Arc<str>) = (Key(1), "beat".into());
    let subject_of: Arc<str> = subject.into();
    let command = DetectorCommand::ExpectSubject { tenant: 1, rule, rule_id, subject: subject_of };
    assert!(world.ask(Name::Detector(format!("beat {subject}")), Command::Detector(command)));
}

#[test]
fn a_subject_that_never_came_is_missed_too() {
    let mut world = World::new(&[BEAT]);
    for subject in ["p1", "p2", "p3"] {
        expect(&mut world, subject);
    }
    assert!(world.send("beat", 1, "{\"of\":\"p2\"}".to_owned()));
    world.pass(29 * MINUTE_MS, false);
    assert!(world.send("beat", 2, "{\"of\":\"p2\"}".to_owned()));
    world.pass(2 * MINUTE_MS, false);
    let names: Vec<Arc<str>> = world.alerts().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["beat/p1".into()], "p2 has come, and p3 is expected no more");
    assert!(world.send("beat", 3, "{\"of\":\"p1\"}".to_owned()));
    assert!(world.alert("beat/p1").is_none(), "it came");
    world.pass(31 * MINUTE_MS, false);
    assert!(world.alert("beat/p1").is_some(), "and did not come again");
}
