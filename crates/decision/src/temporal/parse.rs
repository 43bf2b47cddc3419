//! Temporal text: what `@"..."` and the conversion functions accept.
//! It is not jiff's own parser: FEEL allows less (no week dates) and more (`@Europe/Berlin`).

use super::{DateTime, Far, Time, YearsMonths, Zone};
use crate::value::Value;
use jiff::SignedDuration;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use std::sync::Arc;

/// A cursor over ASCII text.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn eat(&mut self, prefix: char) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Exactly `count` digits.
    fn fixed(&mut self, count: usize) -> Option<i64> {
        let digits = self.rest.get(..count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.rest = &self.rest[count..];
        digits.parse().ok()
    }

    /// One or more digits.
    fn digits(&mut self) -> &'a str {
        let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(length);
        self.rest = rest;
        digits
    }

    /// `.123` as nanoseconds; nothing is zero.
    fn nanoseconds(&mut self) -> Option<i32> {
        if !self.eat('.') {
            return Some(0);
        }
        let digits = self.digits();
        if digits.is_empty() || digits.len() > 9 {
            return None;
        }
        format!("{digits:0<9}").parse().ok()
    }

    fn date(&mut self) -> Option<civil::Date> {
        let (year, month, day) = self.day()?;
        civil::Date::new(i16::try_from(year).ok()?, month, day).ok()
    }

    fn day(&mut self) -> Option<(i64, i8, i8)> {
        let negative = self.eat('-');
        let year: i64 = match self.digits() {
            digits if digits.len() < 4 || (digits.len() > 4 && digits.starts_with('0')) => {
                return None;
            }
            digits => digits.parse().ok()?,
        };
        let month = if self.eat('-') {
            self.fixed(2)?
        } else {
            return None;
        };
        let day = if self.eat('-') {
            self.fixed(2)?
        } else {
            return None;
        };
        let year = if negative { -year } else { year };
        Some((year, month as i8, day as i8))
    }

    fn clock(&mut self) -> Option<civil::Time> {
        let hour = self.fixed(2)?;
        let minute = if self.eat(':') {
            self.fixed(2)?
        } else {
            return None;
        };
        let second = if self.eat(':') { self.fixed(2)? } else { 0 };
        let nanos = self.nanoseconds()?;
        civil::Time::new(hour as i8, minute as i8, second as i8, nanos).ok()
    }

    /// An offset, a region, an offset with a region in brackets, or nothing, up to the end.
    fn zone(&mut self) -> Option<Option<TimeZone>> {
        if self.rest.is_empty() {
            return Some(None);
        }
        if self.eat('@') {
            return parse_zone(self.rest).map(Some);
        }
        let (offset, region) = match self.rest.split_once('[') {
            Some((offset, region)) => (offset, Some(region.strip_suffix(']')?)),
            None => (self.rest, None),
        };
        let fixed = parse_offset(offset)?;
        match region {
            Some(region) => parse_zone(region).map(Some),
            None => Some(Some(TimeZone::fixed(fixed))),
        }
    }
}

fn parse_offset(text: &str) -> Option<Offset> {
    if text == "Z" || text == "z" {
        return Some(Offset::UTC);
    }
    let mut cursor = Cursor { rest: text };
    let negative = match (cursor.eat('-'), cursor.eat('+')) {
        (true, _) => true,
        (_, true) => false,
        _ => return None,
    };
    let hours = cursor.fixed(2)?;
    let minutes = if cursor.eat(':') { cursor.fixed(2)? } else { 0 };
    let seconds = if cursor.eat(':') { cursor.fixed(2)? } else { 0 };
    if !cursor.rest.is_empty() || minutes > 59 || seconds > 59 || hours > 18 {
        return None;
    }
    let total = (hours * 3_600 + minutes * 60 + seconds) as i32;
    Offset::from_seconds(if negative { -total } else { total }).ok()
}

/// A zone by its name (`Europe/Berlin`), offset (`+02:00`) or `Z`.
pub(crate) fn parse_zone(text: &str) -> Option<TimeZone> {
    match parse_offset(text) {
        Some(offset) => Some(TimeZone::fixed(offset)),
        None => TimeZone::get(text).ok(),
    }
}

/// `2024-02-29`.
pub(crate) fn parse_date(text: &str) -> Option<civil::Date> {
    let mut cursor = Cursor { rest: text };
    cursor.date().filter(|_| cursor.rest.is_empty())
}

/// A date, or a date and time, in a year beyond the calendar.
pub(crate) fn parse_far(text: &str) -> Option<Far> {
    let mut cursor = Cursor { rest: text };
    let (year, month, day) = cursor.day()?;
    let time = match cursor.rest.is_empty() {
        true => None,
        false if cursor.eat('T') => Some(parse_time(cursor.rest)?),
        false => return None,
    };
    Far::new(year, month, day, time)
}

/// `10:30:00`, `T10:30`, `10:30:00.5+02:00`, `10:30:00@Europe/Berlin`.
pub(crate) fn parse_time(text: &str) -> Option<Time> {
    let mut cursor = Cursor { rest: text.strip_prefix('T').unwrap_or(text) };
    let clock = cursor.clock()?;
    Some(Time { clock, zone: cursor.zone()?.map(Zone::of_time) })
}

/// `2024-02-29T10:30:00`, with an offset, a zone or both; a bare date is its midnight.
pub(crate) fn parse_date_time(text: &str) -> Option<DateTime> {
    let mut cursor = Cursor { rest: text };
    let date = cursor.date()?;
    if cursor.rest.is_empty() {
        return Some(DateTime::Local(date.at(0, 0, 0, 0)));
    }
    if !cursor.eat('T') {
        return None;
    }
    let civil = date.to_datetime(cursor.clock()?);
    match cursor.zone()? {
        None => Some(DateTime::Local(civil)),
        Some(zone) => civil.to_zoned(zone).ok().map(DateTime::Zoned),
    }
}

/// `P1Y2M`, `-P1DT2H`, `PT-5M`.
pub(crate) fn parse_duration(text: &str) -> Option<Value> {
    let mut cursor = Cursor { rest: text };
    let negative = cursor.eat('-');
    if !cursor.eat('P') {
        return None;
    }
    if cursor.rest.contains(['D', 'T', 'W']) {
        let total = days_time(&mut cursor)?;
        let total = if negative { total.checked_neg()? } else { total };
        return Some(Value::DaysTimeDuration(total));
    }
    let (mut months, mut last) = (0i64, "");
    while !cursor.rest.is_empty() {
        let sign = if cursor.eat('-') { -1 } else { 1 };
        let amount: i64 = cursor.digits().parse().ok()?;
        let unit = match (last, cursor.eat('Y')) {
            ("", true) => ("Y", 12),
            ("" | "Y", false) if cursor.eat('M') => ("M", 1),
            _ => return None,
        };
        last = unit.0;
        months = months.checked_add(amount.checked_mul(sign * unit.1)?)?;
    }
    let months = if negative { months.checked_neg()? } else { months };
    (!last.is_empty()).then_some(Value::YearsMonthsDuration(YearsMonths(months)))
}

fn days_time(cursor: &mut Cursor<'_>) -> Option<SignedDuration> {
    let (mut total, mut in_time, mut rank, mut any) = (SignedDuration::ZERO, false, 0, false);
    while !cursor.rest.is_empty() {
        if !in_time && cursor.eat('T') {
            in_time = true;
            any = false;
            continue;
        }
        let negative = cursor.eat('-');
        let amount: i64 = cursor.digits().parse().ok()?;
        let nanos = match cursor.rest.strip_prefix(".S") {
            Some(_) => {
                cursor.eat('.');
                0
            }
            None => cursor.nanoseconds()?,
        };
        let unit = cursor.rest.chars().next()?;
        cursor.rest = &cursor.rest[unit.len_utf8()..];
        let (order, seconds) = match (in_time, unit) {
            (false, 'D') => (1, 86_400),
            (true, 'H') => (2, 3_600),
            (true, 'M') => (3, 60),
            (true, 'S') => (4, 1),
            _ => return None,
        };
        if order <= rank || (nanos != 0 && order != 4) {
            return None;
        }
        rank = order;
        any = true;
        let part = SignedDuration::new(amount.checked_mul(seconds)?, nanos);
        total = if negative { total.checked_sub(part)? } else { total.checked_add(part)? };
    }
    any.then_some(total)
}

/// Whatever `@"..."` holds; `None` when it is nothing temporal.
pub(crate) fn parse_literal(text: &str) -> Option<Value> {
    if text.starts_with(['P', '-']) && text.trim_start_matches('-').starts_with('P') {
        return parse_duration(text);
    }
    if let Some(date) = parse_date(text) {
        return Some(Value::Date(date));
    }
    if let Some(time) = parse_time(text) {
        return Some(Value::Time(Arc::new(time)));
    }
    if let Some(at) = parse_date_time(text) {
        return Some(Value::DateTime(Arc::new(at)));
    }
    parse_far(text).map(|far| Value::Far(Arc::new(far)))
}
