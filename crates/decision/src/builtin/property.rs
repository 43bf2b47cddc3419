//! Properties of temporal values and ranges: `@"2024-02-29".year`.

use crate::temporal::{DateTime, Far, Time, Zone};
use crate::value::{Range, Value};
use jiff::SignedDuration;
use jiff::civil;

type Names = &'static [&'static str];

/// The property, or the names of those there are.
pub(crate) fn property(value: &Value, name: &str) -> Result<Value, Names> {
    const DATE: Names = &["year", "month", "day", "weekday"];
    const TIME: Names = &["hour", "minute", "second", "time offset", "timezone"];
    const DATE_TIME: Names =
        &["year", "month", "day", "weekday", "hour", "minute", "second", "time offset", "timezone"];
    let (found, known) = match value {
        Value::Date(date) => (of_date(*date, name), DATE),
        Value::Time(time) => (of_time(time, name), TIME),
        Value::DateTime(at) => (of_date_time(at, name), DATE_TIME),
        Value::Far(far) => (of_far(far, name), if far.is_date() { DATE } else { DATE_TIME }),
        Value::YearsMonthsDuration(months) => {
            let found = match name {
                "years" => Some(months.0 / 12),
                "months" => Some(months.0 % 12),
                _ => None,
            };
            (found.map(Value::from), &["years", "months"] as Names)
        }
        Value::DaysTimeDuration(duration) => {
            (of_duration(*duration, name), &["days", "hours", "minutes", "seconds"] as Names)
        }
        Value::Range(range) => {
            (of_range(range, name), &["start", "end", "start included", "end included"] as Names)
        }
        _ => (None, &[] as Names),
    };
    found.ok_or(known)
}

fn of_date(date: civil::Date, name: &str) -> Option<Value> {
    Some(Value::from(match name {
        "year" => i64::from(date.year()),
        "month" => i64::from(date.month()),
        "day" => i64::from(date.day()),
        "weekday" => i64::from(date.weekday().to_monday_one_offset()),
        _ => return None,
    }))
}

fn of_far(far: &Far, name: &str) -> Option<Value> {
    Some(Value::from(match name {
        "year" => far.year,
        "month" => i64::from(far.month),
        "day" => i64::from(far.day),
        _ => return far.time.as_ref().and_then(|time| of_time(time, name)),
    }))
}

fn of_clock(clock: civil::Time, name: &str) -> Option<Value> {
    Some(Value::from(match name {
        "hour" => i64::from(clock.hour()),
        "minute" => i64::from(clock.minute()),
        "second" => i64::from(clock.second()),
        _ => return None,
    }))
}

fn of_time(time: &Time, name: &str) -> Option<Value> {
    let zone = time.zone.as_ref();
    let offset = |zone: &Zone| SignedDuration::from_secs(i64::from(zone.offset.seconds()));
    Some(match name {
        "time offset" => zone.map_or(Value::Null, |zone| Value::DaysTimeDuration(offset(zone))),
        "timezone" => zone.and_then(Zone::name).into(),
        _ => return of_clock(time.clock, name),
    })
}

fn of_date_time(at: &DateTime, name: &str) -> Option<Value> {
    Some(match name {
        "time offset" => match at {
            DateTime::Local(_) => Value::Null,
            DateTime::Zoned(zoned) => {
                let seconds = i64::from(zoned.offset().seconds());
                Value::DaysTimeDuration(SignedDuration::from_secs(seconds))
            }
        },
        "timezone" => at.region().into(),
        _ => {
            let civil = at.civil();
            return of_date(civil.date(), name).or_else(|| of_clock(civil.time(), name));
        }
    })
}

fn of_duration(duration: SignedDuration, name: &str) -> Option<Value> {
    let seconds = duration.as_secs();
    Some(Value::from(match name {
        "days" => seconds / 86_400,
        "hours" => seconds / 3_600 % 24,
        "minutes" => seconds / 60 % 60,
        "seconds" => seconds % 60,
        _ => return None,
    }))
}

fn of_range(range: &Range, name: &str) -> Option<Value> {
    Some(match name {
        "start" => range.start.clone(),
        "end" => range.end.clone(),
        "start included" => Value::Boolean(range.start_included),
        "end included" => Value::Boolean(range.end_included),
        _ => return None,
    })
}
