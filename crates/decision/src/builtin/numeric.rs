//! Functions on single numbers (and `abs` of durations).

use super::{Answer, Refusal, because};
use crate::evaluate::Machine;
use crate::number::{Number, Rounding};
use crate::temporal::YearsMonths;
use crate::value::Value;

/// The scales a number may be rounded to (DMN 10.3.4.5).
const SCALES: std::ops::RangeInclusive<i64> = -6_111..=6_176;

fn rounded(number: &Number, scale: Option<&Number>, rounding: Rounding) -> Answer {
    let scale = scale.map_or(0, Number::to_i64_saturating);
    if !SCALES.contains(&scale) {
        return Err(because("the scale must be between -6111 and 6176"));
    }
    match number.rounded(scale as i32, rounding) {
        Some(number) => Ok(Value::Number(number)),
        None => Err(because("the result is too large for a number")),
    }
}

fn round(arguments: &[Value], rounding: Rounding) -> Answer {
    match arguments {
        [Value::Number(number)] => rounded(number, None, rounding),
        [Value::Number(number), Value::Number(scale)] => rounded(number, Some(scale), rounding),
        _ => Err(Refusal::Arguments),
    }
}

pub(super) fn floor(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    round(arguments, Rounding::Floor)
}

pub(super) fn ceiling(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    round(arguments, Rounding::Ceiling)
}

pub(super) fn round_up(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    round(arguments, Rounding::Up)
}

pub(super) fn round_down(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    round(arguments, Rounding::Down)
}

pub(super) fn round_half_up(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    round(arguments, Rounding::HalfUp)
}

pub(super) fn round_half_down(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    round(arguments, Rounding::HalfDown)
}

pub(super) fn decimal(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::Number(number), Value::Number(scale), Value::String(mode)] = arguments else {
        return round(arguments, Rounding::HalfEven);
    };
    let rounding = match mode.to_ascii_uppercase().as_str() {
        "UP" => Rounding::Up,
        "DOWN" => Rounding::Down,
        "CEILING" => Rounding::Ceiling,
        "FLOOR" => Rounding::Floor,
        "HALF_UP" => Rounding::HalfUp,
        "HALF_DOWN" => Rounding::HalfDown,
        "HALF_EVEN" => Rounding::HalfEven,
        "UNNECESSARY" => {
            let result = rounded(number, Some(scale), Rounding::Down)?;
            return match result.as_number() == Some(number) {
                true => Ok(result),
                false => Err(because("Rounding is necessary")),
            };
        }
        _ => {
            return Err(because(format!(
                "Illegal argument '{mode}' for rounding mode. Must be one of: CEILING, DOWN, \
                 FLOOR, HALF_DOWN, HALF_EVEN, HALF_UP, UNNECESSARY, UP"
            )));
        }
    };
    rounded(number, Some(scale), rounding)
}

pub(super) fn abs(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    Ok(match arguments {
        [Value::Number(number)] => Value::Number(number.abs()),
        [Value::DaysTimeDuration(duration)] if duration.is_negative() => {
            let positive = duration.checked_neg();
            positive.map(Value::DaysTimeDuration).ok_or_else(|| because("it is too long"))?
        }
        [Value::DaysTimeDuration(duration)] => Value::DaysTimeDuration(*duration),
        [Value::YearsMonthsDuration(months)] => {
            Value::YearsMonthsDuration(YearsMonths(months.0.saturating_abs()))
        }
        _ => return Err(Refusal::Arguments),
    })
}

pub(super) fn modulo(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::Number(dividend), Value::Number(divisor)] = arguments else {
        return Err(Refusal::Arguments);
    };
    let rest = dividend.modulo(divisor);
    rest.map(Value::Number).ok_or_else(|| because("division by zero"))
}

/// A function that is computed in floats, as Camunda does; what is no number is null.
fn in_floats(arguments: &[Value], function: fn(f64) -> f64) -> Answer {
    let [Value::Number(number)] = arguments else { return Err(Refusal::Arguments) };
    Ok(Number::from_f64(function(number.to_f64())).into())
}

pub(super) fn sqrt(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    in_floats(arguments, libm::sqrt)
}

pub(super) fn log(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    in_floats(arguments, libm::log)
}

pub(super) fn exp(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    in_floats(arguments, libm::exp)
}

/// What is left of a number's magnitude after taking twos away.
fn parity(arguments: &[Value]) -> Result<Number, Refusal> {
    let [Value::Number(number)] = arguments else { return Err(Refusal::Arguments) };
    Ok(number.abs().modulo(&Number::from(2i64)).expect("two is not zero"))
}

pub(super) fn odd(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    Ok(Value::Boolean(parity(arguments)? == Number::ONE))
}

pub(super) fn even(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    Ok(Value::Boolean(parity(arguments)?.is_zero()))
}

/// At least 0 and below 1, from the seed the caller gave.
pub(super) fn random_number(machine: &mut Machine<'_>, _: &[Value]) -> Answer {
    const STEPS: f64 = (1u64 << 53) as f64;
    let drawn = (machine.draw() >> 11) as f64 / STEPS;
    Ok(Number::from_f64(drawn).into())
}
