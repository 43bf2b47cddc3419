//! FEEL's times, dates with times, and durations, on jiff's calendar.
//! It is not a clock: the present is an input ([`crate::Env`]).

mod far;
mod parse;

pub use far::Far;

pub(crate) use parse::{
    parse_date, parse_date_time, parse_duration, parse_far, parse_literal, parse_time, parse_zone,
};

use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp, Zoned};
use std::cmp::Ordering;
use std::fmt;

/// A duration of years and months, counted in months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct YearsMonths(pub i64);

impl fmt::Display for YearsMonths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (years, months) = (self.0 / 12, self.0 % 12);
        f.write_str(if self.0 < 0 { "-P" } else { "P" })?;
        if years != 0 || months == 0 {
            write!(f, "{}Y", years.unsigned_abs())?;
        }
        if months != 0 {
            write!(f, "{}M", months.unsigned_abs())?;
        }
        Ok(())
    }
}

/// Writes a duration as `-P1DT2H3M4.5S`.
pub(crate) fn write_duration(f: &mut impl fmt::Write, duration: SignedDuration) -> fmt::Result {
    let seconds = duration.as_secs().unsigned_abs();
    let nanos = duration.subsec_nanos().unsigned_abs();
    if seconds == 0 && nanos == 0 {
        return f.write_str("P0D");
    }
    f.write_str(if duration.is_negative() { "-P" } else { "P" })?;
    let part = |f: &mut _, amount: u64, unit: &str| match amount {
        0 => Ok(()),
        _ => fmt::Write::write_fmt(f, format_args!("{amount}{unit}")),
    };
    part(f, seconds / 86_400, "D")?;
    if seconds.is_multiple_of(86_400) && nanos == 0 {
        return Ok(());
    }
    f.write_char('T')?;
    part(f, seconds / 3_600 % 24, "H")?;
    part(f, seconds / 60 % 60, "M")?;
    if nanos != 0 {
        let fraction = format!("{nanos:09}");
        return write!(f, "{}.{}S", seconds % 60, fraction.trim_end_matches('0'));
    }
    part(f, seconds % 60, "S")
}

/// An offset from UTC, and the region it comes from, if one was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Seconds east of UTC.
    pub offset: Offset,
    /// The named region.
    pub region: Option<TimeZone>,
}

impl Zone {
    /// The zone of a time of day: a region counts with its standard offset.
    pub(crate) fn of_time(zone: TimeZone) -> Zone {
        if let Ok(offset) = zone.to_fixed_offset() {
            return Zone { offset, region: None };
        }
        // Any year with today's rules will do, so that the result does not depend on a clock.
        let at = |text: &str| {
            let instant: Timestamp = text.parse().expect("a constant instant");
            zone.to_offset_info(instant)
        };
        let (january, july) = (at("2024-01-01T00:00:00Z"), at("2024-07-01T00:00:00Z"));
        let offset = if january.dst().is_dst() { july.offset() } else { january.offset() };
        Zone { offset, region: Some(zone) }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.region.as_ref().and_then(TimeZone::iana_name)
    }
}

/// A time of day, with or without an offset or zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    /// What the clock shows.
    pub clock: civil::Time,
    /// Where it shows it.
    pub zone: Option<Zone>,
}

impl Time {
    /// Whether the time has neither offset nor zone.
    pub fn is_local(&self) -> bool {
        self.zone.is_none()
    }

    /// Nanoseconds since midnight UTC; without a zone, since local midnight.
    pub(crate) fn nanoseconds(&self) -> i64 {
        let since = civil::Time::midnight().duration_until(self.clock);
        let local = i64::try_from(since.as_nanos()).expect("a day is below 2^63 ns");
        let offset = self.zone.as_ref().map_or(0, |zone| i64::from(zone.offset.seconds()));
        local - offset * 1_000_000_000
    }

    pub(crate) fn order(&self, other: &Time) -> Option<Ordering> {
        let comparable = self.is_local() == other.is_local();
        comparable.then(|| self.nanoseconds().cmp(&other.nanoseconds()))
    }

    pub(crate) fn plus(&self, duration: SignedDuration) -> Time {
        Time { clock: self.clock.wrapping_add(duration), zone: self.zone.clone() }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.clock)?;
        match &self.zone {
            None => Ok(()),
            Some(zone) => match zone.name() {
                Some(name) => write!(f, "@{name}"),
                None => write_offset(f, zone.offset),
            },
        }
    }
}

/// Writes `Z`, `+02:00` or `-03:30:15`.
pub(crate) fn write_offset(f: &mut impl fmt::Write, offset: Offset) -> fmt::Result {
    let seconds = offset.seconds();
    if seconds == 0 {
        return f.write_char('Z');
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    write!(f, "{sign}{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)?;
    if !seconds.is_multiple_of(60) {
        write!(f, ":{:02}", seconds % 60)?;
    }
    Ok(())
}

/// A day and time, with or without an offset or zone.
#[derive(Debug, Clone)]
pub enum DateTime {
    /// Without offset and zone.
    Local(civil::DateTime),
    /// An instant in a zone; a bare offset is a fixed zone.
    Zoned(Zoned),
}

impl PartialEq for DateTime {
    /// The same day, time, offset and zone: 10:00Z is not 11:00+01:00, though as late.
    fn eq(&self, other: &DateTime) -> bool {
        match (self, other) {
            (DateTime::Local(a), DateTime::Local(b)) => a == b,
            (DateTime::Zoned(a), DateTime::Zoned(b)) => {
                a.datetime() == b.datetime()
                    && a.offset() == b.offset()
                    && self.region() == other.region()
            }
            _ => false,
        }
    }
}

impl DateTime {
    /// Whether there is neither offset nor zone.
    pub fn is_local(&self) -> bool {
        matches!(self, DateTime::Local(_))
    }

    /// Day and time as the place's clock shows them.
    pub fn civil(&self) -> civil::DateTime {
        match self {
            DateTime::Local(civil) => *civil,
            DateTime::Zoned(zoned) => zoned.datetime(),
        }
    }

    /// The name of the region, if one was given.
    pub fn region(&self) -> Option<&str> {
        match self {
            DateTime::Local(_) => None,
            DateTime::Zoned(zoned) => zoned.time_zone().iana_name().filter(|name| *name != "UTC"),
        }
    }

    pub(crate) fn order(&self, other: &DateTime) -> Option<Ordering> {
        match (self, other) {
            (DateTime::Local(a), DateTime::Local(b)) => Some(a.cmp(b)),
            (DateTime::Zoned(a), DateTime::Zoned(b)) => Some(
                a.timestamp()
                    .cmp(&b.timestamp())
                    .then_with(|| a.datetime().cmp(&b.datetime()))
                    .then_with(|| self.region().cmp(&other.region())),
            ),
            _ => None,
        }
    }

    pub(crate) fn plus(&self, duration: SignedDuration) -> Option<DateTime> {
        Some(match self {
            DateTime::Local(civil) => DateTime::Local(civil.checked_add(duration).ok()?),
            DateTime::Zoned(zoned) => DateTime::Zoned(zoned.checked_add(duration).ok()?),
        })
    }

    pub(crate) fn plus_months(&self, months: YearsMonths) -> Option<DateTime> {
        let span = months_span(months)?;
        Some(match self {
            DateTime::Local(civil) => DateTime::Local(civil.checked_add(span).ok()?),
            DateTime::Zoned(zoned) => DateTime::Zoned(zoned.checked_add(span).ok()?),
        })
    }

    /// How much later `self` is; `None` when only one has a zone.
    pub(crate) fn since(&self, other: &DateTime) -> Option<SignedDuration> {
        match (self, other) {
            (DateTime::Local(a), DateTime::Local(b)) => Some(b.duration_until(*a)),
            (DateTime::Zoned(a), DateTime::Zoned(b)) => Some(b.duration_until(a)),
            _ => None,
        }
    }

    /// ISO 8601 with a region in brackets, as Java writes it.
    pub(crate) fn to_iso(&self) -> String {
        match (self, self.region()) {
            (DateTime::Zoned(zoned), Some(region)) => {
                let mut text = zoned.datetime().to_string();
                write_offset(&mut text, zoned.offset()).expect("strings take any text");
                format!("{text}[{region}]")
            }
            _ => self.to_string(),
        }
    }
}

/// A span of months, if a calendar can have that many.
pub(crate) fn months_span(months: YearsMonths) -> Option<Span> {
    Span::new().try_months(months.0).ok()
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.civil())?;
        match (self, self.region()) {
            (DateTime::Local(_), _) => Ok(()),
            (DateTime::Zoned(_), Some(region)) => write!(f, "@{region}"),
            (DateTime::Zoned(zoned), None) => write_offset(f, zoned.offset()),
        }
    }
}
