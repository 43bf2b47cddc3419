//! Functions that make a value of one type from values of others.

use super::{Answer, Refusal, because};
use crate::ast::{Arguments, Expr, Kind};
use crate::compile::compile;
use crate::evaluate::Machine;
use crate::names::Vocabulary;
use crate::number::{Number, Rounding};
use crate::program::{Mode, Node};
use crate::temporal::{
    DateTime, Far, Time, YearsMonths, Zone, parse_date, parse_date_time, parse_duration, parse_far,
    parse_time, parse_zone,
};
use crate::value::Value;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use std::cmp::Ordering;
use std::sync::Arc;

/// A number's integer part, as the fields of dates and times need it.
fn field<T: TryFrom<i64>>(number: &Number) -> Option<T> {
    T::try_from(number.to_i64_saturating()).ok()
}

pub(super) fn date(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    match arguments {
        [Value::String(text)] => match parse_date(text) {
            Some(date) => Ok(Value::Date(date)),
            None => match parse_far(text).filter(Far::is_date) {
                Some(far) => Ok(Value::Far(Arc::new(far))),
                None => Err(because(format!("Failed to parse date from '{text}'"))),
            },
        },
        [Value::Far(far)] => Ok(Value::Far(Arc::new(Far { time: None, ..Far::clone(far) }))),
        [Value::Date(date)] => Ok(Value::Date(*date)),
        [Value::DateTime(at)] => Ok(Value::Date(at.civil().date())),
        [Value::Number(year), Value::Number(month), Value::Number(day)] => {
            let made = || civil::Date::new(field(year)?, field(month)?, field(day)?).ok();
            let far = || Far::new(field(year)?, field(month)?, field(day)?, None);
            let far = || far().map(|far| Value::Far(Arc::new(far)));
            made().map(Value::Date).or_else(far).ok_or_else(|| {
                because(format!("Failed to parse date from: year={year}, month={month}, day={day}"))
            })
        }
        _ => Err(Refusal::Arguments),
    }
}

pub(super) fn date_and_time(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let at = match arguments {
        [Value::String(text)] => match parse_date_time(text) {
            Some(at) => at,
            None => {
                let failed = || because(format!("Failed to parse date-time from '{text}'"));
                return far_at_time(parse_far(text).ok_or_else(failed)?, None);
            }
        },
        [Value::Far(far)] => return far_at_time(Far::clone(far), None),
        [Value::Far(far), Value::Time(time)] => {
            return far_at_time(Far::clone(far), Some(Time::clone(time)));
        }
        [Value::DateTime(at)] => return Ok(Value::DateTime(Arc::clone(at))),
        [Value::Date(date)] => DateTime::Local(date.at(0, 0, 0, 0)),
        [Value::Date(date), Value::Time(time)] => combined(*date, time)?,
        [Value::DateTime(at), Value::Time(time)] => combined(at.civil().date(), time)?,
        [Value::DateTime(at), Value::String(zone)] => {
            let unknown = || because(format!("Expected a time zone, but found '{zone}'"));
            let zone = parse_zone(zone).ok_or_else(unknown)?;
            match &**at {
                DateTime::Local(civil) => {
                    DateTime::Zoned(civil.to_zoned(zone).map_err(|_| Refusal::Arguments)?)
                }
                DateTime::Zoned(zoned) => DateTime::Zoned(zoned.with_time_zone(zone)),
            }
        }
        _ => return Err(Refusal::Arguments),
    };
    Ok(Value::DateTime(Arc::new(at)))
}

/// A far day at a time: the one given, its own, or midnight.
fn far_at_time(far: Far, time: Option<Time>) -> Answer {
    let midnight = || Time { clock: civil::Time::midnight(), zone: None };
    let time = Some(time.or(far.time).unwrap_or_else(midnight));
    Ok(Value::Far(Arc::new(Far { time, ..far })))
}

fn combined(date: civil::Date, time: &Time) -> Result<DateTime, Refusal> {
    let civil = date.to_datetime(time.clock);
    let Some(zone) = &time.zone else { return Ok(DateTime::Local(civil)) };
    let zone = zone.region.clone().unwrap_or_else(|| TimeZone::fixed(zone.offset));
    civil.to_zoned(zone).map(DateTime::Zoned).map_err(|_| Refusal::Arguments)
}

pub(super) fn time(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let time = match arguments {
        [Value::String(text)] => parse_time(text)
            .ok_or_else(|| because(format!("Failed to parse time from '{text}'")))?,
        [Value::Time(time)] => return Ok(Value::Time(Arc::clone(time))),
        [Value::DateTime(at)] => Time { clock: at.civil().time(), zone: zone_of(at) },
        [Value::Date(_)] => {
            let zone = Some(Zone { offset: Offset::UTC, region: None });
            Time { clock: civil::Time::midnight(), zone }
        }
        [Value::Number(hour), Value::Number(minute), Value::Number(second), rest @ ..] => {
            let clock = clock(hour, minute, second).ok_or_else(|| {
                because(format!(
                    "Failed to parse time from: hour={hour}, minute={minute}, second={second}"
                ))
            })?;
            Time { clock, zone: offset(rest)? }
        }
        _ => return Err(Refusal::Arguments),
    };
    Ok(Value::Time(Arc::new(time)))
}

fn zone_of(at: &DateTime) -> Option<Zone> {
    match at {
        DateTime::Local(_) => None,
        DateTime::Zoned(zoned) => {
            let region = at.region().map(|_| zoned.time_zone().clone());
            Some(Zone { offset: zoned.offset(), region })
        }
    }
}

fn clock(hour: &Number, minute: &Number, second: &Number) -> Option<civil::Time> {
    let whole = second.rounded(0, Rounding::Floor)?;
    let fraction = second.minus(&whole)?.times(&Number::from(1_000_000_000i64))?;
    civil::Time::new(field(hour)?, field(minute)?, field(&whole)?, field(&fraction)?).ok()
}

fn offset(rest: &[Value]) -> Result<Option<Zone>, Refusal> {
    match rest {
        [] | [Value::Null] => Ok(None),
        [Value::DaysTimeDuration(offset)] => {
            let seconds = i32::try_from(offset.as_secs()).map_err(|_| Refusal::Arguments)?;
            let offset = Offset::from_seconds(seconds).map_err(|_| Refusal::Arguments)?;
            Ok(Some(Zone { offset, region: None }))
        }
        _ => Err(Refusal::Arguments),
    }
}

pub(super) fn number(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let (text, grouping, decimal) = match arguments {
        [Value::Number(number)] => return Ok(Value::Number(number.clone())),
        [Value::String(text)] => (text, &Value::Null, &Value::Null),
        [Value::String(text), grouping] => (text, grouping, &Value::Null),
        [Value::String(text), grouping, decimal] => (text, grouping, decimal),
        _ => return Err(Refusal::Arguments),
    };
    machine.budget.charge(0, text.len())?;
    if !matches!(grouping.as_str(), None | Some(" " | "," | "."))
        || !matches!(decimal.as_str(), None | Some("," | "."))
        || (grouping.as_str().is_some() && grouping == decimal)
    {
        return Err(because(
            "illegal arguments for grouping or decimal. \
             Must be one of ' ' (grouping only), ',' or '.'",
        ));
    }
    let mut plain = text.to_string();
    for (separator, replacement) in [(grouping, ""), (decimal, ".")] {
        match separator {
            Value::Null => {}
            Value::String(separator) => plain = plain.replace(&**separator, replacement),
            _ => return Err(Refusal::Arguments),
        }
    }
    match plain.parse::<Number>() {
        Ok(number) => Ok(Value::Number(number)),
        Err(_) => Err(because(format!("Can't parse '{text}' as a number"))),
    }
}

pub(super) fn string(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    match arguments {
        [value @ (Value::Null | Value::String(_))] => Ok(value.clone()),
        [value] => Ok(machine.text(value.to_string())?),
        _ => Err(Refusal::Arguments),
    }
}

pub(super) fn duration(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    match arguments {
        [Value::String(text)] => parse_duration(text)
            .ok_or_else(|| because(format!("Failed to parse duration from '{text}'"))),
        [value @ (Value::DaysTimeDuration(_) | Value::YearsMonthsDuration(_))] => Ok(value.clone()),
        _ => Err(Refusal::Arguments),
    }
}

pub(super) fn years_and_months_duration(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let day = |value: &Value| match value {
        Value::Date(date) => Ok(*date),
        Value::DateTime(at) => Ok(at.civil().date()),
        _ => Err(Refusal::Arguments),
    };
    let [from, to] = arguments else { return Err(Refusal::Arguments) };
    let span = day(from)?.until((jiff::Unit::Month, day(to)?)).map_err(|_| Refusal::Arguments)?;
    Ok(Value::YearsMonthsDuration(YearsMonths(i64::from(span.get_months()))))
}

/// Whether both ends of a range are literals, or made of one by a conversion (DMN 10.3.4.1).
fn has_literal_ends(text: &str) -> bool {
    fn is_literal(expr: &Expr) -> bool {
        match &expr.kind {
            Kind::Literal(_) => true,
            Kind::Negate(inner) => is_literal(inner),
            Kind::Call(name, Arguments::Positional(arguments)) => {
                let converts = matches!(&**name, "date" | "date and time" | "duration" | "time");
                converts && arguments.iter().all(|it| matches!(it.kind, Kind::Literal(_)))
            }
            _ => false,
        }
    }
    let parsed = crate::parser::parse_expression(text, Mode::Camunda, &Vocabulary::default());
    matches!(parsed, Ok(Expr { kind: Kind::Range(range), .. })
        if is_literal(&range.start) && is_literal(&range.end))
}

/// A range written as a text of constants.
pub(super) fn range(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text)] = arguments else { return Err(Refusal::Arguments) };
    machine.budget.charge(text.len(), 0)?;
    let program = compile(text, Mode::Camunda).ok().filter(|_| has_literal_ends(text));
    let constant = program.as_ref().map(|program| &program.0.nodes[program.0.root as usize]);
    match constant {
        Some(Node::Constant(Value::Range(range)))
            if range.start.order(&range.end).is_some_and(Ordering::is_le) =>
        {
            Ok(Value::Range(Arc::clone(range)))
        }
        _ => Err(because(format!("Failed to parse range from '{text}'"))),
    }
}
