//! Open time on ordinary days, on holidays, and on days on which the clocks change.
//!
//! Not here: clocks of cases.

use super::super::{Definition, read};
use super::*;

const BERLIN: &str = "{kind: calendar, id: berlin, zone: Europe/Berlin,
    hours: {weekdays: ['08:00-12:00', '13:00-17:00'], friday: ['08:00-14:00']},
    holidays: [2026-12-25, {date: 2026-12-24, name: Christmas Eve}],
    otherHours: [{date: 2026-12-26, hours: ['10:00-12:00']}]}";
const NIGHT: &str = "{kind: calendar, id: night, zone: Europe/Berlin,
    hours: {always: ['00:00-06:00', '22:00-24:00']}}";

fn calendar(text: &str) -> Calendar {
    match read(text.as_bytes()) {
        Ok(Definition::Calendar(calendar)) => calendar,
        other => panic!("{other:?}"),
    }
}

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

const HOUR_MS: i64 = 3_600_000;

#[test]
fn counts_open_time_only() {
    let berlin = calendar(BERLIN);
    // Berlin is one hour ahead of UTC in winter. 2026-11-27 is a Friday.
    let table = [
        ("2026-11-26T07:00:00Z", 8, "2026-11-26T16:00:00Z"),
        ("2026-11-26T03:00:00Z", 1, "2026-11-26T08:00:00Z"),
        ("2026-11-26T10:30:00Z", 1, "2026-11-26T12:30:00Z"),
        ("2026-11-26T15:00:00Z", 2, "2026-11-27T08:00:00Z"),
        // The weekend.
        ("2026-11-27T12:00:00Z", 2, "2026-11-30T08:00:00Z"),
        // Christmas: Thursday and Friday closed, Saturday two hours, then Monday.
        ("2026-12-23T15:00:00Z", 4, "2026-12-28T08:00:00Z"),
    ];
    for (from, hours, expected) in table {
        let (from, expected) = (at(from), at(expected));
        assert_eq!(berlin.after_open(from, hours * HOUR_MS), expected, "{hours} h from {from}");
        assert_eq!(berlin.open_between(from, expected), hours * HOUR_MS);
    }
    assert_eq!(berlin.open_between(at("2026-11-28T00:00:00Z"), at("2026-11-29T00:00:00Z")), 0);
    assert_eq!(berlin.after_open(7, 0), 7);
}

#[test]
fn a_night_on_which_the_clocks_change_is_as_long_as_it_is() {
    let night = calendar(NIGHT);
    let nights = [
        // An ordinary one, the one in which an hour is left out, the one in which one comes twice.
        ("2026-03-27T12:00:00Z", "2026-03-28T12:00:00Z", 8),
        ("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", 7),
        ("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", 9),
    ];
    for (from, to, hours) in nights {
        let (from, to) = (at(from), at(to));
        assert_eq!(night.open_between(from, to), hours * HOUR_MS, "from {from}");
    }
    // A stretch ends at midnight and the next begins there: nothing is counted twice or left out.
    let from = at("2026-10-24T20:30:00Z");
    assert_eq!(night.after_open(from, 9 * HOUR_MS - HOUR_MS / 2), at("2026-10-25T05:00:00Z"));
}

#[test]
fn what_is_counted_and_when_it_is_reached_agree() {
    for calendar in [calendar(BERLIN), calendar(NIGHT)] {
        let mut from = at("2026-03-20T00:13:00Z");
        for step in 1..400_i64 {
            let open_ms = step * 1_234_567 % (40 * HOUR_MS);
            let reached = calendar.after_open(from, open_ms);
            assert_eq!(calendar.open_between(from, reached), open_ms, "{step}");
            let before = calendar.open_between(from, reached - 1);
            assert!(open_ms == 0 || before < open_ms, "{step}: not earlier than it is reached");
            from += step * 7 * HOUR_MS / 5;
        }
    }
}

#[test]
fn says_what_is_wrong_with_hours_and_days() {
    let text = "kind: calendar\nid: x\nzone: Europe/Atlantis\nhours:\n  monday: ['12:00-08:00']\n\
                holidays: [Christmas]\n";
    let faults = read(text.as_bytes()).unwrap_err();
    let told: Vec<String> =
        faults.iter().map(|fault| format!("{} {}", fault.line, fault.path)).collect();
    assert_eq!(told, ["3 zone", "5 hours.monday", "5 hours.", "6 holidays"], "{faults:#?}");
}
