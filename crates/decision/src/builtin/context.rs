//! Functions on contexts. They keep the order of entries.

use super::{Answer, Refusal, because, items_of};
use crate::evaluate::Machine;
use crate::limits;
use crate::program::Mode;
use crate::value::{Context, Value};
use std::sync::Arc;

pub(super) fn get_entries(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::Context(context)] = arguments else { return Err(Refusal::Arguments) };
    let (key_name, value_name): (Arc<str>, Arc<str>) = ("key".into(), "value".into());
    let mut items = Vec::with_capacity(context.entries().len());
    for (key, value) in context.entries() {
        let key = (Arc::clone(&key_name), Value::String(Arc::clone(key)));
        let value = (Arc::clone(&value_name), value.clone());
        items.push(machine.context(vec![key, value])?);
    }
    Ok(machine.list(items)?)
}

pub(super) fn get_value(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    match arguments {
        [Value::Context(context), Value::String(key)] => {
            Ok(context.get(key).cloned().unwrap_or_default())
        }
        [context @ Value::Context(_), Value::List(keys)] => {
            let mut reached = match keys.items() {
                [] => return Ok(Value::Null),
                _ => context,
            };
            for key in keys.items() {
                let found = match (reached, key) {
                    (Value::Context(context), Value::String(key)) => context.get(key),
                    _ => None,
                };
                let Some(found) = found else { return Ok(Value::Null) };
                reached = found;
            }
            Ok(reached.clone())
        }
        _ => Err(Refusal::Arguments),
    }
}

pub(super) fn put(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    match arguments {
        [Value::Context(context), Value::String(key), value] => {
            put_one(machine, context, key, value.clone())
        }
        [Value::Context(_), Value::List(keys), _] if keys.items().is_empty() => Ok(Value::Null),
        [Value::Context(context), Value::List(keys), value] => {
            if keys.items().len() > limits::VALUE_DEPTH as usize {
                return Err(super::because("there are more keys than values may nest"));
            }
            put_along(machine, context, keys.items(), value)
        }
        _ => Err(Refusal::Arguments),
    }
}

fn put_one(machine: &mut Machine<'_>, context: &Context, key: &Arc<str>, value: Value) -> Answer {
    let mut entries = context.entries().to_vec();
    entries.push((Arc::clone(key), value));
    Ok(machine.context(entries)?)
}

/// Native recursion over the keys, whose number the caller bounds.
fn put_along(
    machine: &mut Machine<'_>,
    context: &Context,
    keys: &[Value],
    value: &Value,
) -> Answer {
    let [Value::String(key), inner @ ..] = keys else { return Err(Refusal::Arguments) };
    if inner.is_empty() {
        return put_one(machine, context, key, value.clone());
    }
    let nested = match context.get(key) {
        Some(Value::Context(nested)) => put_along(machine, nested, inner, value)?,
        _ => put_along(machine, &Context::new(Vec::new()), inner, value)?,
    };
    put_one(machine, context, key, nested)
}

pub(super) fn merge(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let mut entries = Vec::new();
    for item in items_of(arguments) {
        let Value::Context(context) = item else { return Ok(Value::Null) };
        entries.extend_from_slice(context.entries());
    }
    Ok(machine.context(entries)?)
}

pub(super) fn context(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list)] = arguments else { return Err(Refusal::Arguments) };
    let mut entries = Vec::with_capacity(list.items().len());
    for item in list.items() {
        let Value::Context(entry) = item else { return Ok(Value::Null) };
        match (entry.get("key"), entry.get("value")) {
            (Some(Value::String(key)), Some(value)) => {
                entries.push((Arc::clone(key), value.clone()));
            }
            _ => return Ok(Value::Null),
        }
    }
    let given = entries.len();
    let made = machine.context(entries)?;
    let kept = made.as_context().map_or(0, |context| context.entries().len());
    if kept < given && machine.mode == Mode::Standard {
        return Err(because("a key is there twice"));
    }
    Ok(made)
}
