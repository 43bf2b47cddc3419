//! ISO 8601 durations for timers and back-offs: months and days follow the calendar of a zone.
//!
//! Not FEEL's durations, which split into two types; a timer may mix them.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A moment `steps` durations after `from_ms`. `None` if it lies outside the calendar.
#[must_use]
pub fn add(from_ms: i64, span: Span, steps: i64, zone: &TimeZone) -> Option<i64> {
    let start = Timestamp::from_millisecond(from_ms).ok()?.to_zoned(zone.clone());
    let span = span.checked_mul(steps).ok()?;
    Some(start.checked_add(span).ok()?.timestamp().as_millisecond())
}

/// Parses `P1DT2H30M`, `PT5S`, `-PT1H`.
pub fn parse(text: &str) -> Result<Span, String> {
    let trimmed = text.trim();
    let iso = trimmed.trim_start_matches(['-', '+']).starts_with('P');
    let span: Option<Span> = if iso { trimmed.parse().ok() } else { None };
    span.ok_or_else(|| {
        format!("Expected an ISO 8601 duration such as `PT5M` or `P1D`, but found `{text}`.")
    })
}

/// A duration in milliseconds where no calendar is at hand: days are 24 hours.
pub fn parse_ms(text: &str) -> Result<i64, String> {
    let span = parse(text)?;
    let zero = 0;
    add(zero, span, 1, &TimeZone::UTC)
        .ok_or_else(|| format!("Expected a duration within the calendar, but found `{text}`."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_follows_the_zone_and_24_hours_do_not() {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let before: Timestamp = "2026-03-28T12:00:00+01:00".parse().unwrap();
        let day = add(before.as_millisecond(), parse("P1D").unwrap(), 1, &zone).unwrap();
        let hours = add(before.as_millisecond(), parse("PT24H").unwrap(), 1, &zone).unwrap();
        assert_eq!(hours - day, 3_600_000, "the night of the change is an hour shorter");
    }

    #[test]
    fn nonsense_is_refused_with_what_was_found() {
        for text in ["", "5 minutes", "P", "PT", "1h", "PTXS"] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
