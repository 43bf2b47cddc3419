//! How points and ranges lie to each other (Allen's relations, as the DMN standard tables them).

use super::{Answer, Refusal};
use crate::evaluate::Machine;
use crate::value::Value;
use std::cmp::Ordering::{Equal, Greater, Less};

/// A range, or a point as the range that holds only it.
struct Bounds<'a> {
    start: &'a Value,
    from: bool,
    end: &'a Value,
    to: bool,
    point: bool,
}

type Relation = fn(&Bounds<'_>, &Bounds<'_>) -> Option<bool>;

fn bounds(value: &Value) -> Result<Bounds<'_>, Refusal> {
    match value {
        Value::Range(range) => Ok(Bounds {
            start: &range.start,
            from: range.start_included,
            end: &range.end,
            to: range.end_included,
            point: false,
        }),
        Value::String(_) => Err(Refusal::Arguments),
        point => Ok(Bounds { start: point, from: true, end: point, to: true, point: true }),
    }
}

fn relate(arguments: &[Value], relation: Relation) -> Answer {
    let [left, right] = arguments else { return Err(Refusal::Arguments) };
    let held = relation(&bounds(left)?, &bounds(right)?);
    held.map(Value::Boolean).ok_or(Refusal::Arguments)
}

fn ranges(arguments: &[Value], relation: Relation) -> Answer {
    match arguments {
        [Value::Range(_), Value::Range(_)] => relate(arguments, relation),
        _ => Err(Refusal::Arguments),
    }
}

fn is_before(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    Some(match a.end.order(b.start)? {
        Less => true,
        Equal => !(a.to && b.from),
        Greater => false,
    })
}

fn meet(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    Some(a.end.order(b.start)? == Equal && a.to && b.from)
}

/// Whether `a` begins no later than `b` ends and the other way round.
fn overlap(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    Some(!is_before(a, b)? && !is_before(b, a)?)
}

/// Whether `a` begins before `b`.
fn begins_before(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    Some(match a.start.order(b.start)? {
        Less => true,
        Equal => a.from && !b.from,
        Greater => false,
    })
}

/// Whether `a` ends before `b` or with it.
fn ends_within(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    Some(match a.end.order(b.end)? {
        Less => true,
        Equal => !a.to || b.to,
        Greater => false,
    })
}

/// Whether `a` begins after `b` or with it.
fn begins_within(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    begins_before(a, b).map(|before| !before)
}

fn overlap_before(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    Some(begins_before(a, b)? && !is_before(a, b)? && ends_within(a, b)?)
}

fn finish(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    let together = a.end.order(b.end)? == Equal && a.to == b.to;
    Some(together && (a.point || begins_within(a, b)?))
}

fn include(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    Some(begins_within(b, a)? && ends_within(b, a)?)
}

fn start(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    let together = a.start.order(b.start)? == Equal && a.from == b.from;
    Some(together && (a.point || ends_within(a, b)?))
}

fn coincide(a: &Bounds<'_>, b: &Bounds<'_>) -> Option<bool> {
    let starts = a.start.order(b.start)? == Equal && a.from == b.from;
    Some(starts && a.end.order(b.end)? == Equal && a.to == b.to)
}

pub(super) fn before(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    relate(arguments, is_before)
}

pub(super) fn after(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    relate(arguments, |a, b| is_before(b, a))
}

pub(super) fn meets(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    ranges(arguments, meet)
}

pub(super) fn met_by(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    ranges(arguments, |a, b| meet(b, a))
}

pub(super) fn overlaps(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    ranges(arguments, overlap)
}

pub(super) fn overlaps_before(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    ranges(arguments, overlap_before)
}

pub(super) fn overlaps_after(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    ranges(arguments, |a, b| overlap_before(b, a))
}

pub(super) fn finishes(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    relate(arguments, finish)
}

pub(super) fn finished_by(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    relate(arguments, |a, b| finish(b, a))
}

pub(super) fn includes(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    relate(arguments, include)
}

pub(super) fn during(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    relate(arguments, |a, b| include(b, a))
}

pub(super) fn starts(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    relate(arguments, start)
}

pub(super) fn started_by(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    relate(arguments, |a, b| start(b, a))
}

pub(super) fn coincides(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    relate(arguments, coincide)
}
