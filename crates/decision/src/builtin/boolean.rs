//! Functions on truth and presence.

use super::{Answer, Refusal};
use crate::error::Failure;
use crate::evaluate::Machine;
use crate::value::Value;

pub(super) fn not(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    match arguments {
        [Value::Boolean(value)] => Ok(Value::Boolean(!value)),
        _ => Ok(Value::Null),
    }
}

pub(super) fn is_defined(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [value] = arguments else {
        return Err(Refusal::Arguments);
    };
    Ok(Value::Boolean(!value.is_null()))
}

pub(super) fn get_or_else(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [value, default] = arguments else {
        return Err(Refusal::Arguments);
    };
    Ok(if value.is_null() { default.clone() } else { value.clone() })
}

pub(super) fn assert(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let message = match arguments {
        [value, Value::Boolean(true), ..] => return Ok(value.clone()),
        [_, _, Value::String(cause)] => cause.to_string(),
        [_, _] => "The condition is not fulfilled".to_owned(),
        _ => return Err(Refusal::Arguments),
    };
    Err(Refusal::Failure(Failure::Assertion { message }.into()))
}

/// Identity: the same type and content, where `=` would be null for different types.
pub(super) fn is(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [left, right] = arguments else { return Err(Refusal::Arguments) };
    Ok(Value::Boolean(left == right))
}
