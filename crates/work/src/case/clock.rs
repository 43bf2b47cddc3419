//! The clock of a case: milestones on its way to the deadline and past it, and how urgent it is.
//!
//! Not here: calendars; a clock runs day and night. Functions of times only: whoever asks keeps
//! what they say and when to ask again.

use crate::definition::{Goals, Priority};

/// A time by which a case should have been resolved. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Milestone {
    /// Most of the time to the goal is over.
    #[default]
    AtRisk,
    /// It should be resolved.
    Goal,
    /// It must be resolved.
    Deadline,
    /// That is over by one more interval; it comes again and again.
    Passed,
}

impl Milestone {
    /// What APIs call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Milestone::AtRisk => "AT_RISK",
            Milestone::Goal => "GOAL",
            Milestone::Deadline => "DEADLINE",
            Milestone::Passed => "PASSED",
        }
    }
}

/// Passed intervals that still make a case more urgent, and are milestones.
const PASSED_MAX: u32 = 4;

/// The milestone after the one reached last, and its time; `None`: there is no more.
#[must_use]
pub fn next_milestone(
    goals: &Goals,
    opened_ms: i64,
    reached: Option<(Milestone, u32)>,
) -> Option<(Milestone, u32, i64)> {
    let at = |after_ms: i64| opened_ms.saturating_add(after_ms);
    Some(match reached {
        None => (Milestone::AtRisk, 1, at(goals.at_risk_ms)),
        Some((Milestone::AtRisk, _)) => (Milestone::Goal, 1, at(goals.goal_ms)),
        Some((Milestone::Goal, _)) => (Milestone::Deadline, 1, at(goals.deadline_ms)),
        Some((Milestone::Deadline, _)) => (Milestone::Passed, 1, passed_at(goals, opened_ms, 1)),
        Some((Milestone::Passed, number)) if number < PASSED_MAX => {
            (Milestone::Passed, number + 1, passed_at(goals, opened_ms, number + 1))
        }
        Some((Milestone::Passed, _)) => return None,
    })
}

fn passed_at(goals: &Goals, opened_ms: i64, number: u32) -> i64 {
    let passed_ms = goals.passed_ms.saturating_mul(i64::from(number));
    opened_ms.saturating_add(goals.deadline_ms).saturating_add(passed_ms)
}

/// How urgent a case is, 0 to 100, and when that changes next: 10, its priority (P1 30, P2 20,
/// P3 10, P4 0), its clock, and 10 for each time it was opened again, up to 20.
#[must_use]
pub fn urgency(
    priority: Priority,
    goals: Option<&Goals>,
    opened_ms: i64,
    reopened: u32,
    now_ms: i64,
) -> (u32, Option<i64>) {
    let class = match priority {
        Priority::P1 => 30,
        Priority::P2 => 20,
        Priority::P3 => 10,
        Priority::P4 => 0,
    };
    let (clock, next_ms) = match goals {
        Some(goals) => clock_part(goals, opened_ms, now_ms),
        None => (0, None),
    };
    ((10 + class + clock + 10 * reopened.min(2)).min(100), next_ms)
}

/// From 0 to 10 at the goal, to 25 at the deadline, and 5 for each passed interval up to 45.
fn clock_part(goals: &Goals, opened_ms: i64, now_ms: i64) -> (u32, Option<i64>) {
    let elapsed_ms = now_ms.saturating_sub(opened_ms).max(0);
    let at = |after_ms: i64| Some(opened_ms.saturating_add(after_ms));
    if elapsed_ms < goals.goal_ms {
        let (points, next_ms) = slope(elapsed_ms, goals.goal_ms, 10);
        return (points, at(next_ms));
    }
    if elapsed_ms < goals.deadline_ms {
        let span_ms = goals.deadline_ms - goals.goal_ms;
        let (points, next_ms) = slope(elapsed_ms - goals.goal_ms, span_ms, 15);
        return (10 + points, at(goals.goal_ms.saturating_add(next_ms)));
    }
    let intervals = (elapsed_ms - goals.deadline_ms) / goals.passed_ms.max(1);
    let passed = u32::try_from(intervals).unwrap_or(PASSED_MAX).min(PASSED_MAX);
    let next_ms = (passed < PASSED_MAX).then(|| passed_at(goals, opened_ms, passed + 1));
    (25 + 5 * passed, next_ms)
}

/// How many of so many points are reached of a span, and when the next one is.
fn slope(elapsed_ms: i64, span_ms: i64, points: u32) -> (u32, i64) {
    let (elapsed, span, all) = (i128::from(elapsed_ms), i128::from(span_ms), i128::from(points));
    let reached = elapsed * all / span;
    // The first moment at which one more point is reached.
    let next = ((reached + 1) * span + all - 1) / all;
    (u32::try_from(reached).unwrap_or(points), i64::try_from(next).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOALS: Goals =
        Goals { goal_ms: 1_000, deadline_ms: 2_000, at_risk_ms: 800, passed_ms: 500 };

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
            let (urgency, _) = urgency(Priority::P3, Some(&GOALS), 10_000, 0, 10_000 + elapsed_ms);
            assert_eq!(urgency, expected, "after {elapsed_ms} ms");
        }
        assert_eq!(urgency(Priority::P1, Some(&GOALS), 0, 9, 9_000).0, 100);
        assert_eq!(urgency(Priority::P2, None, 0, 1, 9_000), (40, None));
    }

    #[test]
    fn the_time_of_the_next_change_is_that_of_the_next_change() {
        for goal_ms in [7, 1_000, 3_333] {
            let goals = Goals { goal_ms, deadline_ms: goal_ms * 3, at_risk_ms: 1, passed_ms: 11 };
            let mut now_ms = 500;
            let mut before = urgency(Priority::P4, Some(&goals), 500, 0, now_ms);
            while let (points, Some(next_ms)) = before {
                assert!(next_ms > now_ms);
                let just_before = urgency(Priority::P4, Some(&goals), 500, 0, next_ms - 1);
                assert_eq!(just_before.0, points, "nothing changes before {next_ms}");
                before = urgency(Priority::P4, Some(&goals), 500, 0, next_ms);
                assert!(before.0 > points, "something changes at {next_ms}");
                now_ms = next_ms;
            }
            assert_eq!(before.0, 55);
        }
    }

    #[test]
    fn milestones_come_in_order_and_end() {
        let mut reached = None;
        let mut told = Vec::new();
        while let Some((milestone, number, due_ms)) = next_milestone(&GOALS, 100, reached) {
            told.push(format!("{} {number} {due_ms}", milestone.as_str()));
            reached = Some((milestone, number));
        }
        let expected = [
            "AT_RISK 1 900",
            "GOAL 1 1100",
            "DEADLINE 1 2100",
            "PASSED 1 2600",
            "PASSED 2 3100",
            "PASSED 3 3600",
            "PASSED 4 4100",
        ];
        assert_eq!(told, expected);
    }
}
