//! Milestones and urgency of clocks that run, stand, and count open time only.
//!
//! Not here: when a clock is started or paused (`tests/clocks.rs`).

use super::*;

const GOALS: Goals = Goals { goal_ms: 1_000, deadline_ms: 2_000, at_risk_ms: 800, passed_ms: 500 };

fn since(since_ms: i64) -> CaseClock {
    CaseClock { since_ms, ..CaseClock::default() }
}

fn urgency_of(
    priority: Priority,
    goals: &Goals,
    clock: &CaseClock,
    now_ms: i64,
) -> (u32, Option<i64>) {
    urgency(priority, Some((goals, Hands { clock, calendar: None })), 0, now_ms)
}

#[test]
fn urgency_rises_with_the_clock_and_stays_below_a_hundred() {
    let table = [
        (0, 20),
        (99, 20),
        (100, 21),
        (999, 29),
        (1_000, 30),
        (1_999, 44),
        (2_000, 45),
        (2_500, 50),
        (4_000, 65),
        (1_000_000, 65),
    ];
    for (elapsed_ms, expected) in table {
        let (urgency, _) = urgency_of(Priority::P3, &GOALS, &since(10_000), 10_000 + elapsed_ms);
        assert_eq!(urgency, expected, "after {elapsed_ms} ms");
    }
    let hands = Hands { clock: &since(0), calendar: None };
    assert_eq!(urgency(Priority::P1, Some((&GOALS, hands)), 9, 9_000).0, 100);
    assert_eq!(urgency(Priority::P2, None, 1, 9_000), (40, None));
}

#[test]
fn the_time_of_the_next_change_is_that_of_the_next_change() {
    for (goal_ms, extended_ms) in [(7, 0), (1_000, 0), (1_000, 77), (3_333, 4_000)] {
        let goals = Goals { goal_ms, deadline_ms: goal_ms * 3, at_risk_ms: 1, passed_ms: 11 };
        let clock = CaseClock { extended_ms, ..since(500) };
        let mut now_ms = 500;
        let mut before = urgency_of(Priority::P4, &goals, &clock, now_ms);
        while let (points, Some(next_ms)) = before {
            assert!(next_ms > now_ms);
            let just_before = urgency_of(Priority::P4, &goals, &clock, next_ms - 1);
            assert_eq!(just_before.0, points, "nothing changes before {next_ms}");
            before = urgency_of(Priority::P4, &goals, &clock, next_ms);
            assert!(before.0 > points, "something changes at {next_ms}");
            now_ms = next_ms;
        }
        assert_eq!(before.0, 55);
    }
}

#[test]
fn a_clock_that_stands_changes_nothing() {
    let clock =
        CaseClock { standing: ClockStanding::Paused, elapsed_ms: 1_000, ..CaseClock::default() };
    let hands = Hands { clock: &clock, calendar: None };
    assert_eq!(urgency_of(Priority::P3, &GOALS, &clock, 9_000_000), (30, None));
    assert_eq!(next_milestone(&GOALS, hands, None), None);
    let waived = CaseClock { standing: ClockStanding::Waived, ..clock };
    assert_eq!(urgency_of(Priority::P3, &GOALS, &waived, 9_000_000), (20, None));
}

#[test]
fn milestones_come_in_order_and_end() {
    let told = |clock: &CaseClock| {
        let (mut reached, mut told) = (None, Vec::new());
        let hands = Hands { clock, calendar: None };
        while let Some((milestone, number, due_ms)) = next_milestone(&GOALS, hands, reached) {
            told.push(format!("{} {number} {due_ms}", milestone.as_str()));
            reached = Some((milestone, number));
        }
        told
    };
    let expected = [
        "AT_RISK 1 900",
        "GOAL 1 1100",
        "DEADLINE 1 2100",
        "PASSED 1 2600",
        "PASSED 2 3100",
        "PASSED 3 3600",
        "PASSED 4 4100",
    ];
    assert_eq!(told(&since(100)), expected);
    let later = CaseClock { elapsed_ms: 300, extended_ms: 1_000, ..since(500) };
    assert_eq!(told(&later)[..2], ["AT_RISK 1 2000", "GOAL 1 2200"]);
}
