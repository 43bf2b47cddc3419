//! Clocks of cases: open time of a site, conditions that start, pause and stop them, and people who
//! give more time or waive it.

#![allow(clippy::unwrap_used, reason = "only tests are here")]

mod world;

use std::sync::Arc;
use work::case::clock::ClockStanding;
use work::case::{Case, CaseCommand, OpenCase};
use work::key::Key;
use work::{Command, State};
use world::{MINUTE_MS, Name, World};

/// 09:00 to 17:00 in Berlin is 08:00 to 16:00 UTC in winter.
const OFFICE: &str = "{kind: calendar, id: office-HAM, zone: Europe/Berlin,
    hours: {weekdays: ['09:00-17:00']}, holidays: [2027-01-18]}";
const CLAIM: &str = "{kind: case-type, id: claim, stages: [check, customer, pay],
    sla: {goal: PT4H, deadline: PT10H, passed: PT1H, calendar: '=\"office-\" + site',
        start: 'driver != null', pause: 'stage = \"customer\"', stop: 'state != \"OPEN\"'},
    outcome: [{id: ok, attest: anyone, within: P1D}]}";
const PLAIN: &str = "{kind: case-type, id: plain, sla: {goal: PT1H, deadline: PT2H, passed: PT1H},
    outcome: [{id: ok, attest: anyone, within: P1D}]}";

const HOUR: i64 = 60 * MINUTE_MS;

impl World {
    fn open(&mut self, case_type: u64, site: Option<&str>) -> Key {
        let case = self.keys.next_key();
        let open = OpenCase {
            case,
            tenant: 1,
            case_type: Key(case_type),
            title: "a case".into(),
            site: site.map(Arc::from),
            ..OpenCase::default()
        };
        assert!(self.do_to(case, CaseCommand::OpenCase(Box::new(open))));
        case
    }

    fn do_to(&mut self, case: Key, command: CaseCommand) -> bool {
        self.ask(Name::Case(case), Command::Case(command))
    }

    fn enter(&mut self, case: Key, stage: &str) {
        let by = "ann".into();
        assert!(self.do_to(case, CaseCommand::EnterStage { stage: stage.into(), by }));
    }

    fn drive(&mut self, case: Key) {
        let (driver, by) = (Some("ben".into()), "ann".into());
        assert!(self.do_to(case, CaseCommand::AssignCase { driver, by }));
    }

    fn held_case(&self, case: Key) -> &Case {
        match self.held.get(&Name::Case(case)) {
            Some(State::Case(held)) => held,
            other => panic!("{other:?}"),
        }
    }

    fn standing(&self, case: Key) -> ClockStanding {
        self.held_case(case).clock.as_ref().unwrap().standing
    }

    /// The milestones a case has reached, in words.
    fn reached(&self, case: Key) -> Vec<&'static str> {
        let reached = self.milestones.get(&case);
        reached.into_iter().flatten().map(|(milestone, _)| milestone.as_str()).collect()
    }
}

#[test]
fn only_open_time_of_the_site_counts_over_a_weekend_and_a_holiday() {
    // Friday, 2027-01-15, 09:00 in Berlin.
    let mut world = World::new(&[OFFICE, CLAIM]);
    let case = world.open(2, Some("HAM"));
    assert_eq!(world.standing(case), ClockStanding::Waiting);
    world.pass(2 * HOUR, false);
    world.drive(case);
    // Two hours late to begin: at risk after 3:12, goal at 15:00.
    world.pass(4 * HOUR - 1, false);
    assert_eq!(world.reached(case), ["AT_RISK"]);
    world.pass(1, false);
    assert_eq!(world.reached(case), ["AT_RISK", "GOAL"]);
    // Six hours to the deadline: two on Friday. Monday is a holiday; on Tuesday it is 13:00.
    let friday_evening = 15 * HOUR;
    world.pass(friday_evening + 3 * 24 * HOUR, false);
    assert_eq!(world.reached(case), ["AT_RISK", "GOAL"], "the weekend does not count");
    world.pass(7 * HOUR - 1, false);
    assert_eq!(world.reached(case), ["AT_RISK", "GOAL"]);
    world.pass(1, false);
    assert_eq!(world.reached(case), ["AT_RISK", "GOAL", "DEADLINE"]);
}

#[test]
fn a_clock_stands_while_its_condition_says_so_and_ends_with_the_work() {
    let mut world = World::new(&[OFFICE, CLAIM]);
    let case = world.open(2, Some("HAM"));
    world.drive(case);
    world.pass(3 * HOUR, false);
    world.enter(case, "customer");
    assert_eq!(world.standing(case), ClockStanding::Paused);
    let urgency = world.held_case(case).urgency;
    world.pass(30 * 24 * HOUR, false);
    assert!(world.reached(case).is_empty(), "the customer takes a month");
    assert_eq!(world.held_case(case).urgency, urgency);
    // 2027-02-14 is a Sunday: nothing counts before Monday.
    world.enter(case, "pay");
    assert_eq!(world.standing(case), ClockStanding::Running);
    assert_eq!(world.held_case(case).clock.as_ref().unwrap().elapsed_ms, 3 * HOUR);
    world.pass(20 * HOUR, false);
    assert!(world.reached(case).is_empty());
    let (by, comment) = ("ann".into(), "".into());
    assert!(world.do_to(case, CaseCommand::ResolveCase { by, comment }));
    assert_eq!(world.standing(case), ClockStanding::Stopped);
    // Nobody attests it: it is open again, and the clock goes on where it stood.
    world.pass(25 * HOUR, false);
    assert_eq!(world.standing(case), ClockStanding::Running);
    assert!(world.held_case(case).clock.as_ref().unwrap().elapsed_ms < 4 * HOUR);
}

#[test]
fn a_calendar_that_is_not_there_counts_day_and_night() {
    let mut world = World::new(&[OFFICE, CLAIM]);
    let case = world.open(2, Some("MUC"));
    world.drive(case);
    assert_eq!(world.held_case(case).clock.as_ref().unwrap().calendar, None);
    world.pass(11 * HOUR, false);
    assert_eq!(world.reached(case), ["AT_RISK", "GOAL", "DEADLINE", "PASSED"]);
}

#[test]
fn more_time_moves_what_was_not_reached_and_a_reason_is_needed() {
    let mut world = World::new(&[PLAIN]);
    let case = world.open(1, None);
    world.pass(50 * MINUTE_MS, false);
    let extend = |by_ms: i64, reason: &str| CaseCommand::ExtendClock {
        by_ms,
        by: "ann".into(),
        reason: reason.into(),
    };
    assert!(!world.do_to(case, extend(HOUR, " ")) && !world.do_to(case, extend(0, "more")));
    assert!(world.do_to(case, extend(HOUR, "the customer asked for it")));
    world.pass(69 * MINUTE_MS, false);
    assert_eq!(world.reached(case), ["AT_RISK"], "that was reached before");
    world.pass(MINUTE_MS, false);
    assert_eq!(world.reached(case), ["AT_RISK", "GOAL"]);
    let waive = || CaseCommand::WaiveClock { by: "ann".into(), reason: "strike".into() };
    assert!(world.do_to(case, waive()) && !world.do_to(case, waive()));
    assert_eq!(world.held_case(case).urgency, 20);
    world.pass(100 * HOUR, false);
    assert_eq!(world.reached(case), ["AT_RISK", "GOAL"]);
    assert!(!world.do_to(case, extend(HOUR, "more")), "there is no clock any more");
}

#[test]
fn what_was_over_before_a_pause_is_a_milestone_although_nobody_was_awake() {
    let mut world = World::new(&[OFFICE, CLAIM]);
    let case = world.open(2, Some("HAM"));
    world.drive(case);
    // The server stands still from 09:00 to 14:00; the first it hears is that the case waits.
    world.now_ms += 5 * HOUR;
    world.enter(case, "customer");
    assert_eq!(world.reached(case), ["AT_RISK", "GOAL"]);
    assert_eq!(world.standing(case), ClockStanding::Paused);
}

const BEAT: &str = "{kind: detection-rule, id: beat, on: {type: beat}, subject: data.of,
    detect: {absence: {expect: 'true', within: PT4H, calendar: '=\"office-\" + data.site'}}}";

#[test]
fn what_is_missed_is_missed_in_open_time() {
    let mut world = World::new(&[OFFICE, BEAT]);
    world.pass(6 * HOUR, false);
    for (id, site) in [(1, "HAM"), (2, "MUC")] {
        let data = format!("{{\"of\":\"{site}\",\"site\":\"{site}\"}}");
        assert!(world.send("beat", id, data));
    }
    // 15:00 on Friday: two hours then, two on Tuesday after the holiday.
    let names = |world: &World| -> Vec<String> {
        world.alerts().into_iter().map(|(name, _)| name.to_string()).collect()
    };
    world.pass(5 * HOUR, false);
    assert_eq!(names(&world), ["beat/MUC"], "it has no calendar");
    world.pass(3 * 24 * HOUR + 15 * HOUR - 1, false);
    assert_eq!(names(&world), ["beat/MUC"]);
    world.pass(1, false);
    assert_eq!(names(&world), ["beat/HAM", "beat/MUC"]);
}
