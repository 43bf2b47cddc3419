//! Functions that compare the items of a list with each other.

use super::{Answer, Refusal, items_of};
use crate::error::Stop;
use crate::evaluate::Machine;
use crate::number::Number;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values that have a total order, so that they need not be compared with every other.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Plain {
    Null,
    Boolean(bool),
    Number(Number),
    String(Arc<str>),
}

fn plain(value: &Value) -> Option<Plain> {
    Some(match value {
        Value::Null => Plain::Null,
        Value::Boolean(value) => Plain::Boolean(*value),
        Value::Number(value) => Plain::Number(value.clone()),
        Value::String(value) => Plain::String(Arc::clone(value)),
        _ => return None,
    })
}

/// Different values in the order of their first appearance, and how often each appears.
#[derive(Default)]
struct Counts {
    values: Vec<(Value, usize)>,
    plain: BTreeMap<Plain, usize>,
    /// Positions of the values that are not plain.
    other: Vec<usize>,
}

impl Counts {
    fn add(&mut self, machine: &mut Machine<'_>, value: &Value) -> Result<(), Stop> {
        let next = self.values.len();
        let at = match plain(value) {
            Some(plain) => *self.plain.entry(plain).or_insert(next),
            None => {
                machine.budget.charge(self.other.len(), 0)?;
                let same = |at: &&usize| self.values[**at].0 == *value;
                let found = self.other.iter().find(same).copied();
                found.unwrap_or_else(|| {
                    self.other.push(next);
                    next
                })
            }
        };
        match self.values.get_mut(at) {
            Some((_, count)) => *count += 1,
            None => self.values.push((value.clone(), 1)),
        }
        Ok(())
    }
}

pub(super) fn distinct_values(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list)] = arguments else { return Err(Refusal::Arguments) };
    distinct(machine, list.items())
}

fn distinct(machine: &mut Machine<'_>, items: &[Value]) -> Answer {
    let mut counts = Counts::default();
    for item in items {
        counts.add(machine, item)?;
    }
    Ok(machine.list(counts.values.into_iter().map(|(value, _)| value).collect())?)
}

pub(super) fn duplicate_values(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::List(list)] = arguments else { return Err(Refusal::Arguments) };
    let mut counts = Counts::default();
    for item in list.items() {
        counts.add(machine, item)?;
    }
    let repeated = counts.values.into_iter().filter(|(_, count)| *count > 1);
    Ok(machine.list(repeated.map(|(value, _)| value).collect())?)
}

pub(super) fn union(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let mut all = Vec::new();
    for item in items_of(arguments) {
        match item {
            Value::List(list) => all.extend_from_slice(list.items()),
            item => all.push(item.clone()),
        }
    }
    distinct(machine, &all)
}
