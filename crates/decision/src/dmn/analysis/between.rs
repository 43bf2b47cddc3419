//! A value between two others: an example of what a rule or a gap is about.
//! It does not look for a likely one, only for a short one.

use crate::number::{Number, Rounding};
use crate::temporal::{DateTime, Time, YearsMonths};
use crate::value::Value;
use jiff::{SignedDuration, ToSpan};
use std::cmp::Ordering;
use std::sync::Arc;

/// A value above `low` and below `high`, of which one may be missing; `None` if there is none.
/// With `integers` numbers are whole.
pub(super) fn between(low: Option<&Value>, high: Option<&Value>, integers: bool) -> Option<Value> {
    let found = match (low.or(high)?, low, high) {
        (Value::Number(_), ..) => {
            number(low.and_then(Value::as_number), high.and_then(Value::as_number), integers)
                .map(Value::Number)
        }
        (Value::String(_), ..) => text(low.and_then(Value::as_str), high.and_then(Value::as_str)),
        (near, Some(_), _) => later(near, high),
        (near, None, _) => earlier(near),
    };
    found.filter(|value| {
        low.is_none_or(|low| value.order(low) == Some(Ordering::Greater))
            && high.is_none_or(|high| value.order(high) == Some(Ordering::Less))
    })
}

fn number(low: Option<&Number>, high: Option<&Number>, integers: bool) -> Option<Number> {
    let two = Number::from(2i64);
    match (low, high) {
        (Some(low), high) => {
            let next = low.rounded(0, Rounding::Floor)?.plus(&Number::ONE)?;
            match high.filter(|high| next >= **high && !integers) {
                None => Some(next),
                Some(high) => low.plus(high)?.divided_by(&two),
            }
        }
        (None, Some(high)) => high.rounded(0, Rounding::Ceiling)?.minus(&Number::ONE),
        (None, None) => Some(Number::ZERO),
    }
}

fn text(low: Option<&str>, high: Option<&str>) -> Option<Value> {
    // The last is the text that follows directly.
    let candidates: Vec<String> = match low {
        Some(low) => ["a", "A", "0", " ", "\0"].map(|end| format!("{low}{end}")).to_vec(),
        None => ["a", "A", "0", " ", ""].map(str::to_owned).to_vec(),
    };
    let below = |text: &String| high.is_none_or(|high| text.as_str() < high);
    candidates.into_iter().find(below).map(Value::from)
}

/// A little later or longer than `low`.
fn later(low: &Value, high: Option<&Value>) -> Option<Value> {
    let fits = |value: &Value| high.is_none_or(|high| value.order(high) == Some(Ordering::Less));
    let steps = [SignedDuration::from_secs(1), SignedDuration::from_nanos(1)];
    match low {
        Value::Date(day) => day.checked_add(1.day()).ok().map(Value::Date),
        Value::YearsMonthsDuration(YearsMonths(months)) => {
            Some(Value::YearsMonthsDuration(YearsMonths(months.checked_add(1)?)))
        }
        _ => steps.into_iter().filter_map(|step| moved(low, step)).find(fits),
    }
}

/// A little earlier or shorter than `high`.
fn earlier(high: &Value) -> Option<Value> {
    match high {
        Value::Date(day) => day.checked_sub(1.day()).ok().map(Value::Date),
        Value::YearsMonthsDuration(YearsMonths(months)) => {
            Some(Value::YearsMonthsDuration(YearsMonths(months.checked_sub(1)?)))
        }
        Value::Time(time) => {
            let clock = jiff::civil::Time::midnight();
            Some(Value::Time(Arc::new(Time { clock, zone: time.zone.clone() })))
        }
        _ => moved(high, SignedDuration::from_secs(-1)),
    }
}

fn moved(value: &Value, step: SignedDuration) -> Option<Value> {
    Some(match value {
        Value::Time(time) => {
            let clock = time.clock.checked_add(step).ok()?;
            Value::Time(Arc::new(Time { clock, zone: time.zone.clone() }))
        }
        Value::DateTime(at) => Value::DateTime(Arc::new(DateTime::plus(at, step)?)),
        Value::DaysTimeDuration(length) => Value::DaysTimeDuration(length.checked_add(step)?),
        _ => return None,
    })
}
