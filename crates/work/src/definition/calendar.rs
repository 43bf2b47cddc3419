//! Business calendars: when a site is open, in its own time zone.
//!
//! Not here: who counts by one (`case`, `detector`). Opening hours are wall-clock times: on a day
//! on which the clocks change they are as long as they are.

use super::Fault;
use super::node::{Node, Tree};
use super::read::Members;
use crate::limits::{CALENDAR_DAYS_MAX, CALENDAR_HOURS_MAX, CALENDAR_YEARS};
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A business calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// Its id.
    pub id: Arc<str>,
    /// What people call it.
    pub name: Arc<str>,
    /// Version tag, or the empty string.
    pub version_tag: Arc<str>,
    /// The zone of its hours.
    pub zone: TimeZone,
    /// Opening hours by day of the week, from Monday.
    pub week: [Vec<Hours>; 7],
    /// Days on which they are others; none at all on a holiday.
    pub days: BTreeMap<Date, Vec<Hours>>,
}

/// Opening hours: from a time of day, included, to another one, not included; `None`: midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// When it opens.
    pub from: Time,
    /// When it closes.
    pub to: Option<Time>,
}

impl Calendar {
    /// Open milliseconds between two moments (Unix milliseconds); 0 if the second is not later.
    #[must_use]
    pub fn open_between(&self, from_ms: i64, to_ms: i64) -> i64 {
        let mut open_ms = 0_i64;
        self.walk(from_ms, |from, to| {
            if from >= to_ms {
                return false;
            }
            open_ms = open_ms.saturating_add(to.min(to_ms) - from);
            to < to_ms
        });
        open_ms
    }

    /// The moment at which it has been open for so long since another one. Where it does not open
    /// for so long within `CALENDAR_YEARS`, the end of them.
    #[must_use]
    pub fn after_open(&self, from_ms: i64, open_ms: i64) -> i64 {
        if open_ms <= 0 {
            return from_ms;
        }
        let (mut left_ms, mut reached_ms) = (open_ms, None);
        let end_ms = self.walk(from_ms, |from, to| {
            let length_ms = to - from;
            if length_ms >= left_ms {
                reached_ms = Some(from.saturating_add(left_ms));
                return false;
            }
            left_ms -= length_ms;
            true
        });
        reached_ms.unwrap_or(end_ms)
    }

    /// Tells each stretch of open time from a moment on, in order, until it is enough; the moment
    /// at which it gave up.
    fn walk(&self, from_ms: i64, mut tell: impl FnMut(i64, i64) -> bool) -> i64 {
        let Ok(from) = Timestamp::from_millisecond(from_ms) else { return from_ms };
        let begin = from.to_zoned(self.zone.clone()).date();
        let Ok(end) = begin.checked_add(Span::new().years(CALENDAR_YEARS)) else { return from_ms };
        let mut date = begin;
        while date < end {
            for hours in self.hours_of(date) {
                let Some((opens_ms, closes_ms)) = self.stretch(date, *hours) else { continue };
                let opens_ms = opens_ms.max(from_ms);
                if opens_ms < closes_ms && !tell(opens_ms, closes_ms) {
                    return closes_ms;
                }
            }
            let Ok(next) = date.tomorrow() else { return from_ms };
            date = next;
        }
        self.moment(end.to_datetime(Time::midnight())).unwrap_or(from_ms)
    }

    fn hours_of(&self, date: Date) -> &[Hours] {
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        self.days.get(&date).unwrap_or(&self.week[weekday])
    }

    fn stretch(&self, date: Date, hours: Hours) -> Option<(i64, i64)> {
        let opens_ms = self.moment(date.to_datetime(hours.from))?;
        let closes = match hours.to {
            Some(to) => date.to_datetime(to),
            None => date.tomorrow().ok()?.to_datetime(Time::midnight()),
        };
        Some((opens_ms, self.moment(closes)?))
    }

    /// A time the clocks jump over is the moment they jump; of one they show twice the first is
    /// meant.
    fn moment(&self, wall: DateTime) -> Option<i64> {
        let zoned = self.zone.to_ambiguous_zoned(wall).compatible().ok()?;
        Some(zoned.timestamp().as_millisecond())
    }
}

/// The members of `hours`, each with the days it is about.
const DAYS: [(&str, &[Weekday]); 10] = [
    (
        "weekdays",
        &[
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
        ],
    ),
    ("weekend", &[Weekday::Saturday, Weekday::Sunday]),
    (
        "always",
        &[
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
            Weekday::Saturday,
            Weekday::Sunday,
        ],
    ),
    ("monday", &[Weekday::Monday]),
    ("tuesday", &[Weekday::Tuesday]),
    ("wednesday", &[Weekday::Wednesday]),
    ("thursday", &[Weekday::Thursday]),
    ("friday", &[Weekday::Friday]),
    ("saturday", &[Weekday::Saturday]),
    ("sunday", &[Weekday::Sunday]),
];

pub(super) fn read(root: &Node, faults: &mut Vec<Fault>) -> Calendar {
    let mut members = Members::of(root, "", faults);
    members.get("kind");
    let id = members.need_text("id", "the id of the calendar");
    let name = members.text("name").unwrap_or_else(|| id.clone());
    let version_tag = members.text("versionTag").unwrap_or_default();
    let zone = read_zone(&mut members);
    let week = read_week(&mut members);
    let mut days = BTreeMap::new();
    for item in members.items("holidays", CALENDAR_DAYS_MAX) {
        if let Some(date) = read_day(&mut members, item, "holidays") {
            days.insert(date, Vec::new());
        }
    }
    for item in members.items("otherHours", CALENDAR_DAYS_MAX) {
        let mut inside = members.inside(item, "otherHours");
        let date = inside.get("date").and_then(|node| read_day(&mut inside, node, "date"));
        inside.text("name");
        let hours = read_hours(&mut inside, "hours");
        inside.finish();
        match date {
            Some(date) => drop(days.insert(date, hours)),
            None => members.fault(item, "otherHours", "Expected `date`, but found none.".into()),
        }
    }
    members.finish();
    Calendar { id, name, version_tag, zone, week, days }
}

fn read_zone(members: &mut Members<'_, '_>) -> TimeZone {
    let name = members.need_text("zone", "the IANA time zone of its hours");
    match (TimeZone::get(&name), members.get("zone")) {
        (Ok(zone), _) => zone,
        (Err(_), Some(node)) => {
            let message =
                format!("Expected an IANA time zone such as `Europe/Berlin`, but found `{name}`.");
            members.fault(node, "zone", message);
            TimeZone::UTC
        }
        (Err(_), None) => TimeZone::UTC,
    }
}

fn read_week(members: &mut Members<'_, '_>) -> [Vec<Hours>; 7] {
    let mut week: [Vec<Hours>; 7] = Default::default();
    let Some(node) = members.get("hours") else {
        members.missing("hours", "when it is open on which days");
        return week;
    };
    let mut inside = members.inside(node, "hours");
    // What is said of one day alone comes last, and wins.
    for (name, days) in DAYS {
        if inside.get(name).is_none() {
            continue;
        }
        let hours = read_hours(&mut inside, name);
        for day in days {
            week[usize::from(day.to_monday_zero_offset().unsigned_abs())].clone_from(&hours);
        }
    }
    if week.iter().all(Vec::is_empty) {
        inside.fault(node, "", "Expected hours on one day at least, but found none.".into());
    }
    inside.finish();
    week
}

/// A day: a date, or a mapping with a `date` and a name for people.
fn read_day(members: &mut Members<'_, '_>, item: &Node, name: &'static str) -> Option<Date> {
    if matches!(item.value, Tree::Map(_)) {
        let mut inside = members.inside(item, name);
        let node = inside.get("date");
        inside.text("name");
        let date = node.and_then(|node| read_day(&mut inside, node, "date"));
        if node.is_none() {
            inside.missing("date", "the day");
        }
        inside.finish();
        return date;
    }
    let date = match &item.value {
        Tree::Text(text) => text.trim().parse::<Date>().ok(),
        _ => None,
    };
    if date.is_none() {
        let found = item.value.describe();
        let message = format!("Expected a date such as `2026-12-25`, but found {found}.");
        members.fault(item, name, message);
    }
    date
}

/// Hours of one day, such as `["08:00-12:00", "13:00-17:00"]`: in order, and apart.
fn read_hours(members: &mut Members<'_, '_>, name: &'static str) -> Vec<Hours> {
    let mut all: Vec<Hours> = Vec::new();
    for item in members.items(name, CALENDAR_HOURS_MAX) {
        let hours = match &item.value {
            Tree::Text(text) => parse_hours(text),
            _ => None,
        };
        let is_later = |hours: &Hours| {
            all.last().is_none_or(|last| last.to.is_some_and(|closed| closed <= hours.from))
        };
        match hours.filter(is_later) {
            Some(hours) => all.push(hours),
            None => {
                let found = item.value.describe();
                let message = format!(
                    "Expected hours such as `08:00-12:00` (to `24:00` at most), later than those \
                     before, but found {found}."
                );
                members.fault(item, name, message);
            }
        }
    }
    all
}

fn parse_hours(text: &str) -> Option<Hours> {
    let (from, to) = text.split_once('-')?;
    let time = |text: &str| -> Option<Time> {
        let (hour, minute) = text.trim().split_once(':')?;
        Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
    };
    let from = time(from)?;
    let to = if to.trim() == "24:00" { None } else { Some(time(to)?) };
    to.is_none_or(|to| from < to).then_some(Hours { from, to })
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
