//! Functions on lists that do not compute with their items.

use super::{Answer, Refusal, because, items_of};
use crate::evaluate::Machine;
use crate::number::Number;
use crate::value::Value;

/// A position from FEEL's, which counts from 1 or with -1 from the end, clamped to the list.
fn place(length: usize, position: i64) -> usize {
    let from_end = usize::try_from(position.unsigned_abs()).unwrap_or(usize::MAX);
    match position {
        1.. => (from_end - 1).min(length),
        _ => length.saturating_sub(from_end),
    }
}

fn position(number: &Number, what: &str) -> Result<i64, Refusal> {
    match number.to_i64_saturating() {
        0 => Err(because(format!("{what} must be a non-zero number"))),
        position => Ok(position),
    }
}

pub(super) fn contains(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list), element] = arguments else { return Err(Refusal::Arguments) };
    machine.budget.charge(list.items().len(), 0)?;
    Ok(Value::Boolean(list.items().contains(element)))
}

pub(super) fn count(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list)] = arguments else { return Err(Refusal::Arguments) };
    Ok(Value::from(list.items().len()))
}

pub(super) fn is_empty(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list)] = arguments else { return Err(Refusal::Arguments) };
    Ok(Value::Boolean(list.items().is_empty()))
}

pub(super) fn all(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    junction(machine, items_of(arguments), false)
}

pub(super) fn any(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    junction(machine, items_of(arguments), true)
}

fn junction(machine: &mut Machine<'_>, items: &[Value], wins: bool) -> Answer {
    machine.budget.charge(items.len(), 0)?;
    if items.contains(&Value::Boolean(wins)) {
        return Ok(Value::Boolean(wins));
    }
    let known = items.iter().all(|item| item.as_boolean().is_some());
    Ok(if known { Value::Boolean(!wins) } else { Value::Null })
}

pub(super) fn append(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list), items @ ..] = arguments else { return Err(Refusal::Arguments) };
    Ok(machine.list([list.items(), items].concat())?)
}

pub(super) fn concatenate(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let mut all = Vec::new();
    for item in items_of(arguments) {
        match item {
            Value::List(list) => all.extend_from_slice(list.items()),
            item => all.push(item.clone()),
        }
    }
    Ok(machine.list(all)?)
}

pub(super) fn insert_before(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list), Value::Number(at), item] = arguments else {
        return Err(Refusal::Arguments);
    };
    let at = place(list.items().len(), position(at, "position")?);
    let mut items = list.items().to_vec();
    items.insert(at, item.clone());
    Ok(machine.list(items)?)
}

pub(super) fn remove(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list), Value::Number(at)] = arguments else {
        return Err(Refusal::Arguments);
    };
    let at = place(list.items().len(), position(at, "position")?);
    let mut items = list.items().to_vec();
    if at < items.len() {
        items.remove(at);
    }
    Ok(machine.list(items)?)
}

pub(super) fn replace(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list), which, item] = arguments else { return Err(Refusal::Arguments) };
    let mut items = list.items().to_vec();
    match which {
        Value::Number(at) => {
            let at = position(at, "position")?;
            if at.unsigned_abs() > items.len() as u64 {
                return Err(because("position is outside of the list"));
            }
            let at = place(items.len(), at);
            match items.get_mut(at) {
                Some(found) => *found = item.clone(),
                None => return Err(because("position is outside of the list")),
            }
        }
        Value::Function(function) if function.parameters().len() == 2 => {
            for found in &mut items {
                let arguments = vec![found.clone(), item.clone()];
                match machine.call_function(function, arguments)? {
                    Value::Boolean(true) => *found = item.clone(),
                    Value::Boolean(false) => {}
                    _ => return Err(because("the function did not answer true or false")),
                }
            }
        }
        _ => return Err(Refusal::Arguments),
    }
    Ok(machine.list(items)?)
}

pub(super) fn reverse(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list)] = arguments else { return Err(Refusal::Arguments) };
    Ok(machine.list(list.items().iter().rev().cloned().collect())?)
}

pub(super) fn index_of(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list), wanted] = arguments else { return Err(Refusal::Arguments) };
    machine.budget.charge(list.items().len(), 0)?;
    let found = list.items().iter().enumerate().filter(|(_, item)| *item == wanted);
    let positions = found.map(|(at, _)| Value::from(at + 1)).collect();
    Ok(machine.list(positions)?)
}

pub(super) fn sublist(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let (list, start, length) = match arguments {
        [Value::List(list), Value::Number(start)] => (list, start, i64::MAX),
        [Value::List(list), Value::Number(start), Value::Number(length)] => {
            (list, start, length.to_i64_saturating())
        }
        _ => return Err(Refusal::Arguments),
    };
    let start = place(list.items().len(), position(start, "start position")?);
    let length = usize::try_from(length.max(0)).unwrap_or(usize::MAX);
    Ok(machine.list(list.items()[start..].iter().take(length).cloned().collect())?)
}

pub(super) fn flatten(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list)] = arguments else { return Err(Refusal::Arguments) };
    let mut flat = Vec::new();
    flatten_into(machine, list.items(), &mut flat)?;
    Ok(machine.list(flat)?)
}

/// Native recursion is bounded by the depth of values.
fn flatten_into(
    machine: &mut Machine<'_>,
    items: &[Value],
    flat: &mut Vec<Value>,
) -> Result<(), Refusal> {
    machine.budget.charge(items.len(), 0)?;
    for item in items {
        match item {
            Value::List(list) => flatten_into(machine, list.items(), flat)?,
            item => flat.push(item.clone()),
        }
    }
    Ok(())
}

pub(super) fn partition(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list), Value::Number(size)] = arguments else {
        return Err(Refusal::Arguments);
    };
    let length = match size.to_i64_saturating() {
        length @ 1.. => usize::try_from(length).unwrap_or(usize::MAX),
        _ => {
            return Err(because(format!("'size' should be greater than zero but was '{size}'")));
        }
    };
    let mut parts = Vec::new();
    for part in list.items().chunks(length) {
        parts.push(machine.list(part.to_vec())?);
    }
    Ok(machine.list(parts)?)
}
