//! Functions on dates, and the present as the caller gave it.

use super::{Answer, Refusal, because};
use crate::evaluate::Machine;
use crate::temporal::DateTime;
use crate::value::Value;
use jiff::civil::Date;
use jiff::{Timestamp, Zoned};
use std::sync::Arc;

const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn present(machine: &Machine<'_>) -> Result<Zoned, Refusal> {
    let at = Timestamp::from_millisecond(machine.env.now_ms);
    let at = at.map_err(|_| because("the present is beyond the calendar"))?;
    Ok(at.to_zoned(machine.env.zone.clone()))
}

pub(super) fn now(machine: &mut Machine<'_>, _: &[Value]) -> Answer {
    Ok(Value::DateTime(Arc::new(DateTime::Zoned(present(machine)?))))
}

pub(super) fn today(machine: &mut Machine<'_>, _: &[Value]) -> Answer {
    Ok(Value::Date(present(machine)?.date()))
}

fn day(arguments: &[Value]) -> Result<Date, Refusal> {
    match arguments {
        [Value::Date(date)] => Ok(*date),
        [Value::DateTime(at)] => Ok(at.civil().date()),
        _ => Err(Refusal::Arguments),
    }
}

pub(super) fn day_of_year(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    Ok(Value::from(i64::from(day(arguments)?.day_of_year())))
}

pub(super) fn day_of_week(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let weekday = day(arguments)?.weekday().to_monday_zero_offset();
    Ok(Value::from(DAYS[weekday.unsigned_abs() as usize]))
}

pub(super) fn month_of_year(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let month = day(arguments)?.month();
    Ok(Value::from(MONTHS[month.unsigned_abs() as usize - 1]))
}

pub(super) fn week_of_year(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    Ok(Value::from(i64::from(day(arguments)?.iso_week_date().week())))
}

pub(super) fn last_day_of_month(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    Ok(Value::Date(day(arguments)?.last_of_month()))
}
