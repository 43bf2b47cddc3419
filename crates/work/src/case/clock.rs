//! The clock of a case: milestones on its way to the deadline and past it, and how urgent it is.
//!
//! Not here: when it runs (`sla`). Functions of times only: whoever asks keeps what they say and
//! when to ask again.

use crate::definition::{Calendar, Goals, Priority};
use crate::key::Key;

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

/// What a clock has counted, and whether it counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseClock {
    /// The version of the calendar whose open time counts alone.
    pub calendar: Option<Key>,
    /// Whether it counts.
    pub standing: ClockStanding,
    /// What it had counted by `since_ms`, milliseconds.
    pub elapsed_ms: i64,
    /// Since when it stands like that, Unix milliseconds.
    pub since_ms: i64,
    /// How much later goal and deadline are because somebody said so, milliseconds.
    pub extended_ms: i64,
}

/// Whether a clock counts. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockStanding {
    /// It counts.
    #[default]
    Running,
    /// It has not begun.
    Waiting,
    /// It stands for a while.
    Paused,
    /// It has ended.
    Stopped,
    /// Somebody said that no time counts.
    Waived,
}

impl ClockStanding {
    /// What APIs call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ClockStanding::Running => "RUNNING",
            ClockStanding::Waiting => "WAITING",
            ClockStanding::Paused => "PAUSED",
            ClockStanding::Stopped => "STOPPED",
            ClockStanding::Waived => "WAIVED",
        }
    }
}

/// What changed about a clock. Numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockChange {
    /// There is one.
    #[default]
    Set,
    /// It began to count.
    Started,
    /// It stands for a while.
    Paused,
    /// It counts again.
    Resumed,
    /// It has ended.
    Stopped,
    /// Somebody gave it more time.
    Extended,
    /// Somebody said that no time counts.
    Waived,
}

impl ClockChange {
    /// What APIs call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ClockChange::Set => "SET",
            ClockChange::Started => "STARTED",
            ClockChange::Paused => "PAUSED",
            ClockChange::Resumed => "RESUMED",
            ClockChange::Stopped => "STOPPED",
            ClockChange::Extended => "EXTENDED",
            ClockChange::Waived => "WAIVED",
        }
    }
}

/// A clock and the calendar it counts by.
#[derive(Debug, Clone, Copy)]
pub struct Hands<'a> {
    /// The clock.
    pub clock: &'a CaseClock,
    /// Its calendar; `None`: day and night.
    pub calendar: Option<&'a Calendar>,
}

impl Hands<'_> {
    /// What it has counted by a moment, milliseconds.
    #[must_use]
    pub fn elapsed_ms(&self, now_ms: i64) -> i64 {
        let CaseClock { standing, elapsed_ms, since_ms, .. } = *self.clock;
        if standing != ClockStanding::Running {
            return elapsed_ms;
        }
        let more_ms = match self.calendar {
            Some(calendar) => calendar.open_between(since_ms, now_ms),
            None => now_ms.saturating_sub(since_ms).max(0),
        };
        elapsed_ms.saturating_add(more_ms)
    }

    /// When it will have counted so much; `None`: it does not count.
    #[must_use]
    pub fn at(&self, elapsed_ms: i64) -> Option<i64> {
        let CaseClock { standing, since_ms, .. } = *self.clock;
        let more_ms = elapsed_ms.saturating_sub(self.clock.elapsed_ms);
        (standing == ClockStanding::Running).then(|| match self.calendar {
            Some(calendar) => calendar.after_open(since_ms, more_ms),
            None => since_ms.saturating_add(more_ms),
        })
    }
}

/// Passed intervals that still make a case more urgent, and are milestones.
const PASSED_MAX: u32 = 4;

/// The milestone after the one reached last, and its time; `None`: there is no more, or the clock
/// does not count.
#[must_use]
pub fn next_milestone(
    goals: &Goals,
    hands: Hands<'_>,
    reached: Option<(Milestone, u32)>,
) -> Option<(Milestone, u32, i64)> {
    let (milestone, number, elapsed_ms) = match reached {
        None => (Milestone::AtRisk, 1, goals.at_risk_ms),
        Some((Milestone::AtRisk, _)) => (Milestone::Goal, 1, goals.goal_ms),
        Some((Milestone::Goal, _)) => (Milestone::Deadline, 1, goals.deadline_ms),
        Some((Milestone::Deadline, _)) => (Milestone::Passed, 1, passed(goals, 1)),
        Some((Milestone::Passed, number)) if number < PASSED_MAX => {
            (Milestone::Passed, number + 1, passed(goals, number + 1))
        }
        Some((Milestone::Passed, _)) => return None,
    };
    let due_ms = hands.at(elapsed_ms.saturating_add(hands.clock.extended_ms))?;
    Some((milestone, number, due_ms))
}

/// After how much time the deadline has passed so many times more.
fn passed(goals: &Goals, number: u32) -> i64 {
    let passed_ms = goals.passed_ms.saturating_mul(i64::from(number));
    goals.deadline_ms.saturating_add(passed_ms)
}

/// How urgent a case is, 0 to 100, and when that changes next: 10, its priority (P1 30, P2 20,
/// P3 10, P4 0), its clock, and 10 for each time it was opened again, up to 20.
#[must_use]
pub fn urgency(
    priority: Priority,
    clock: Option<(&Goals, Hands<'_>)>,
    reopened: u32,
    now_ms: i64,
) -> (u32, Option<i64>) {
    let class = match priority {
        Priority::P1 => 30,
        Priority::P2 => 20,
        Priority::P3 => 10,
        Priority::P4 => 0,
    };
    let counts = |hands: &Hands<'_>| hands.clock.standing != ClockStanding::Waived;
    let (points, next_ms) = match clock.filter(|(_, hands)| counts(hands)) {
        Some((goals, hands)) => clock_part(goals, hands, now_ms),
        None => (0, None),
    };
    ((10 + class + points + 10 * reopened.min(2)).min(100), next_ms)
}

/// From 0 to 10 at the goal, to 25 at the deadline, and 5 for each passed interval up to 45.
fn clock_part(goals: &Goals, hands: Hands<'_>, now_ms: i64) -> (u32, Option<i64>) {
    let extended_ms = hands.clock.extended_ms;
    let goal_ms = goals.goal_ms.saturating_add(extended_ms);
    let deadline_ms = goals.deadline_ms.saturating_add(extended_ms);
    let elapsed_ms = hands.elapsed_ms(now_ms);
    if elapsed_ms < goal_ms {
        let (points, next_ms) = slope(elapsed_ms, goal_ms, 10);
        return (points, hands.at(next_ms));
    }
    if elapsed_ms < deadline_ms {
        let (points, next_ms) = slope(elapsed_ms - goal_ms, deadline_ms - goal_ms, 15);
        return (10 + points, hands.at(goal_ms.saturating_add(next_ms)));
    }
    let intervals = (elapsed_ms - deadline_ms) / goals.passed_ms.max(1);
    let count = u32::try_from(intervals).unwrap_or(PASSED_MAX).min(PASSED_MAX);
    let next_ms = passed(goals, count + 1).saturating_add(extended_ms);
    (25 + 5 * count, (count < PASSED_MAX).then(|| hands.at(next_ms)).flatten())
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
#[path = "clock_tests.rs"]
mod tests;
