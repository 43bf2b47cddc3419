//! Operators on numbers, texts and temporal values.
//! It does not convert: an operator that does not fit the types is null and a warning.

use super::{Frame, Machine, Operand};
use crate::ast::Operator;
use crate::error::{Stop, WarningKind};
use crate::number::{Number, Rounding};
use crate::program::{Id, Node, Run};
use crate::temporal::{YearsMonths, months_span};
use crate::value::{Brief, Value};
use jiff::SignedDuration;
use std::sync::Arc;

impl Machine<'_> {
    pub(super) fn chain(&mut self, frame: &Frame<'_>, first: Id, rest: Run) -> Result<Value, Stop> {
        let mut left = self.operand(frame, first)?;
        let mut rest = rest.of(&frame.code.steps);
        // Small integers stay in a register as long as nothing overflows.
        if let Some(mut sum) = self.view(frame, &left).as_i64() {
            while let Some(((operator, operand), later)) = rest.split_first()
                && let Some(right) = self.leaf_integer(frame, *operand)
                && let Some(value) = integers(*operator, sum, right)
            {
                self.step()?;
                sum = value;
                rest = later;
            }
            left = Operand::Owned(Value::from(sum));
        }
        for (operator, operand) in rest {
            let right = self.operand(frame, *operand)?;
            self.step()?;
            let (a, b) = (self.view(frame, &left), self.view(frame, &right));
            let value = match (a, b) {
                (Value::Number(a), Value::Number(b)) => numbers(*operator, a, b).map(Value::Number),
                (Value::String(a), Value::String(b)) if *operator == Operator::Add => {
                    let bytes = a.len() + b.len();
                    let text: Arc<str> = [&**a, &**b].concat().into();
                    self.budget.charge(0, bytes)?;
                    Some(Value::String(text))
                }
                _ => temporal(*operator, a, b),
            };
            let value = match value {
                Some(value) => value,
                None => {
                    let (a, b) = (a_clone(self, frame, &left), a_clone(self, frame, &right));
                    self.cannot(*operator, &a, &b);
                    Value::Null
                }
            };
            left = Operand::Owned(value);
        }
        match left {
            Operand::Owned(value) => Ok(value),
            Operand::Leaf(id) => self.eval(frame, id),
        }
    }

    /// The small integer of a constant or local, which is there without evaluating anything.
    #[inline]
    fn leaf_integer(&mut self, frame: &Frame<'_>, id: Id) -> Option<i64> {
        match &frame.code.nodes[id as usize] {
            Node::Constant(value) => value.as_i64(),
            Node::Local(local) => self.locals[frame.base + *local as usize].as_i64(),
            _ => None,
        }
    }

    #[cold]
    fn cannot(&mut self, operator: Operator, a: &Value, b: &Value) {
        let (a, b) = (Brief(a), Brief(b));
        self.warn(WarningKind::InvalidType, || match operator {
            Operator::Add => format!("Can't add '{b}' to '{a}'"),
            Operator::Subtract => format!("Can't subtract '{b}' from '{a}'"),
            Operator::Multiply => format!("Can't multiply '{a}' by '{b}'"),
            Operator::Divide => format!("Can't divide '{a}' by '{b}'"),
            Operator::Power => format!("Can't raise '{a}' to the power of '{b}'"),
        });
    }

    pub(super) fn negate(&mut self, value: &Value) -> Value {
        match value {
            Value::Number(number) => Value::Number(number.negated()),
            Value::DaysTimeDuration(duration) => {
                duration.checked_neg().map_or(Value::Null, Value::DaysTimeDuration)
            }
            Value::YearsMonthsDuration(months) => {
                Value::YearsMonthsDuration(YearsMonths(months.0.saturating_neg()))
            }
            other => {
                self.expected("number", other);
                Value::Null
            }
        }
    }
}

fn a_clone(machine: &Machine<'_>, frame: &Frame<'_>, operand: &Operand) -> Value {
    machine.view(frame, operand).clone()
}

#[inline]
fn integers(operator: Operator, a: i64, b: i64) -> Option<i64> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::Divide | Operator::Power => None,
    }
}

#[inline]
fn numbers(operator: Operator, a: &Number, b: &Number) -> Option<Number> {
    match operator {
        Operator::Add => a.plus(b),
        Operator::Subtract => a.minus(b),
        Operator::Multiply => a.times(b),
        Operator::Divide => a.divided_by(b),
        Operator::Power => a.power(b),
    }
}

fn temporal(operator: Operator, a: &Value, b: &Value) -> Option<Value> {
    match operator {
        Operator::Add => add(a, b).or_else(|| add(b, a)),
        Operator::Subtract => subtract(a, b),
        Operator::Multiply => match (a, b) {
            (duration, Value::Number(n)) | (Value::Number(n), duration) => multiply(duration, n),
            _ => None,
        },
        Operator::Divide => divide(a, b),
        Operator::Power => None,
    }
}

/// Something temporal plus a duration.
fn add(a: &Value, b: &Value) -> Option<Value> {
    match (a, b) {
        (Value::DaysTimeDuration(a), Value::DaysTimeDuration(b)) => {
            a.checked_add(*b).map(Value::DaysTimeDuration)
        }
        (Value::YearsMonthsDuration(a), Value::YearsMonthsDuration(b)) => {
            a.0.checked_add(b.0).map(duration_of_months)
        }
        (Value::Time(time), Value::DaysTimeDuration(duration)) => {
            Some(Value::Time(Arc::new(time.plus(*duration))))
        }
        (Value::Date(date), Value::DaysTimeDuration(duration)) => {
            let moved = date.at(0, 0, 0, 0).checked_add(*duration).ok()?;
            Some(Value::Date(moved.date()))
        }
        (Value::Date(date), Value::YearsMonthsDuration(months)) => {
            date.checked_add(months_span(*months)?).ok().map(Value::Date)
        }
        (Value::DateTime(at), Value::DaysTimeDuration(duration)) => {
            Some(Value::DateTime(Arc::new(at.plus(*duration)?)))
        }
        (Value::DateTime(at), Value::YearsMonthsDuration(months)) => {
            Some(Value::DateTime(Arc::new(at.plus_months(*months)?)))
        }
        _ => None,
    }
}

fn subtract(a: &Value, b: &Value) -> Option<Value> {
    match (a, b) {
        (_, Value::DaysTimeDuration(duration)) => {
            add(a, &Value::DaysTimeDuration(duration.checked_neg()?))
        }
        (_, Value::YearsMonthsDuration(months)) => {
            add(a, &duration_of_months(months.0.checked_neg()?))
        }
        (Value::Time(a), Value::Time(b)) => {
            a.order(b)?;
            let nanos = a.nanoseconds() - b.nanoseconds();
            Some(Value::DaysTimeDuration(SignedDuration::from_nanos(nanos)))
        }
        (Value::Date(a), Value::Date(b)) => {
            Some(Value::DaysTimeDuration(b.at(0, 0, 0, 0).duration_until(a.at(0, 0, 0, 0))))
        }
        (Value::DateTime(a), Value::DateTime(b)) => a.since(b).map(Value::DaysTimeDuration),
        _ => None,
    }
}

/// A duration times a number; fractions of a nanosecond or month are cut off.
fn multiply(duration: &Value, factor: &Number) -> Option<Value> {
    match duration {
        Value::DaysTimeDuration(duration) => {
            nanoseconds(*duration)?.times(factor).and_then(|n| from_nanoseconds(&n))
        }
        Value::YearsMonthsDuration(months) => whole(&Number::from(months.0).times(factor)?),
        _ => None,
    }
}

fn divide(a: &Value, b: &Value) -> Option<Value> {
    match (a, b) {
        (Value::DaysTimeDuration(a), Value::DaysTimeDuration(b)) => {
            nanoseconds(*a)?.divided_by(&nanoseconds(*b)?).map(Value::Number)
        }
        (Value::YearsMonthsDuration(a), Value::YearsMonthsDuration(b)) => {
            Number::from(a.0).divided_by(&Number::from(b.0)).map(Value::Number)
        }
        (Value::DaysTimeDuration(a), Value::Number(n)) => {
            nanoseconds(*a)?.divided_by(n).and_then(|n| from_nanoseconds(&n))
        }
        (Value::YearsMonthsDuration(a), Value::Number(n)) => {
            whole(&Number::from(a.0).divided_by(n)?)
        }
        _ => None,
    }
}

fn duration_of_months(months: i64) -> Value {
    Value::YearsMonthsDuration(YearsMonths(months))
}

fn whole(months: &Number) -> Option<Value> {
    months.rounded(0, Rounding::Down)?.as_i64().map(duration_of_months)
}

fn nanoseconds(duration: SignedDuration) -> Option<Number> {
    let seconds = Number::from(duration.as_secs()).times(&Number::from(1_000_000_000i64))?;
    seconds.plus(&Number::from(i64::from(duration.subsec_nanos())))
}

fn from_nanoseconds(nanoseconds: &Number) -> Option<Value> {
    let billion = Number::from(1_000_000_000i64);
    let whole = nanoseconds.rounded(0, Rounding::Down)?;
    let seconds = whole.divided_by(&billion)?.rounded(0, Rounding::Down)?;
    let nanos = whole.minus(&seconds.times(&billion)?)?;
    let nanos = i32::try_from(nanos.as_i64()?).ok()?;
    Some(Value::DaysTimeDuration(SignedDuration::new(seconds.as_i64()?, nanos)))
}
