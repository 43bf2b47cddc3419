//! Days and times in years beyond 9999 or before -9999, which the calendar library does not have.
//! They can be read, written, compared and taken apart; arithmetic with them is null.

use super::Time;
use jiff::civil;
use std::cmp::Ordering;
use std::fmt;

/// The largest year that FEEL's text has (9 digits).
const LARGEST_YEAR: i64 = 999_999_999;
const DAYS_OF_400_YEARS: i128 = 146_097;
const NANOSECONDS_OF_A_DAY: i128 = 86_400_000_000_000;

/// A day of the proleptic Gregorian calendar, with or without a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Far {
    /// The year; outside of -9999 to 9999.
    pub year: i64,
    /// The month, from 1.
    pub month: i8,
    /// The day of the month, from 1.
    pub day: i8,
    /// The time, if it is a date and time.
    pub time: Option<Time>,
}

impl Far {
    /// A day that exists, in a year that only this type has.
    pub(crate) fn new(year: i64, month: i8, day: i8, time: Option<Time>) -> Option<Far> {
        let far = (10_000..=LARGEST_YEAR).contains(&year.abs());
        like(year, month, day).filter(|_| far).map(|_| Far { year, month, day, time })
    }

    /// Nanoseconds since day 0 of the year 0, in UTC where there is a zone.
    fn nanoseconds(&self) -> i128 {
        let day = like(self.year, self.month, self.day).expect("checked when it was made");
        let begin = civil::date(2000, 1, 1);
        let in_cycle = i128::from(begin.duration_until(day).as_hours() / 24);
        let days = i128::from(self.year.div_euclid(400)) * DAYS_OF_400_YEARS + in_cycle;
        let time = self.time.as_ref().map_or(0, |time| i128::from(time.nanoseconds()));
        days * NANOSECONDS_OF_A_DAY + time
    }

    /// Whether it is a day without a time.
    pub fn is_date(&self) -> bool {
        self.time.is_none()
    }

    /// The order of two days, or of two times that both have a zone or both have none.
    pub(crate) fn order(&self, other: &Far) -> Option<Ordering> {
        let local = |far: &Far| far.time.as_ref().map(Time::is_local);
        (local(self) == local(other)).then(|| self.nanoseconds().cmp(&other.nanoseconds()))
    }

    /// Whether it is later than every day of the library's calendar.
    pub(crate) fn is_future(&self) -> bool {
        self.year > 0
    }
}

/// The same day in the years 2000 to 2399, which repeat.
fn like(year: i64, month: i8, day: i8) -> Option<civil::Date> {
    let year = i16::try_from(2000 + year.rem_euclid(400)).ok()?;
    civil::Date::new(year, month, day).ok()
}

impl fmt::Display for Far {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}-{:02}", self.year, self.month, self.day)?;
        self.time.as_ref().map_or(Ok(()), |time| write!(f, "T{time}"))
    }
}
