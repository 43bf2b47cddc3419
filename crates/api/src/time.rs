//! Times on the wire: ISO 8601 in UTC with milliseconds.
//!
//! Not here: clocks.

use jiff::Timestamp;

/// Unix milliseconds as `2026-01-01T00:00:00.000Z`.
pub(crate) fn format(ms: i64) -> String {
    let end = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let time = Timestamp::from_millisecond(ms).unwrap_or(end);
    format!("{time:.3}")
}

/// Unix milliseconds of a time with a zone or an offset.
pub(crate) fn parse(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_utc_with_milliseconds() {
        assert_eq!(format(1_767_225_600_000), "2026-01-01T00:00:00.000Z");
        assert_eq!(format(1_767_225_600_007), "2026-01-01T00:00:00.007Z");
        assert_eq!(format(-1), "1969-12-31T23:59:59.999Z");
        assert!(format(i64::MAX).starts_with("9999-"));
    }

    #[test]
    fn reads_times_with_zone_or_offset() {
        assert_eq!(parse("2026-01-01T00:00:00.000Z"), Some(1_767_225_600_000));
        assert_eq!(parse("2026-01-01T01:00:00+01:00"), Some(1_767_225_600_000));
        assert_eq!(parse("2026-01-01T00:00:00.000+0000"), Some(1_767_225_600_000));
        assert_eq!(parse("2026-01-01"), None);
    }
}
