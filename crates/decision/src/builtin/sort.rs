//! Sorting by an expression's own function, which may answer anything.
//! It is not `slice::sort_by`, which may panic on an order that is none.

use super::{Answer, Refusal, because};
use crate::evaluate::Machine;
use crate::value::{Brief, Function, Value};
use std::cmp::Ordering;

pub(super) fn sort(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    match arguments {
        [Value::List(list)] => {
            let items = merge_sorted(list.items().to_vec(), &mut |later, earlier| {
                machine.budget.charge(1, 0)?;
                let order = later.order(earlier).ok_or(Refusal::Arguments)?;
                Ok(order == Ordering::Less)
            })?;
            Ok(machine.list(items)?)
        }
        [Value::List(list), Value::Function(precedes)] => {
            if precedes.parameters().len() != 2 {
                let found = precedes.parameters().len();
                return Err(because(format!(
                    "expect boolean function with 2 arguments, but found '{found}'"
                )));
            }
            let items = merge_sorted(list.items().to_vec(), &mut |later, earlier| {
                asked(machine, precedes, later, earlier)
            })?;
            Ok(machine.list(items)?)
        }
        _ => Err(Refusal::Arguments),
    }
}

fn asked(
    machine: &mut Machine<'_>,
    precedes: &Function,
    later: &Value,
    earlier: &Value,
) -> Result<bool, Refusal> {
    match machine.call_function(precedes, vec![later.clone(), earlier.clone()])? {
        Value::Boolean(answer) => Ok(answer),
        other => Err(because(format!(
            "fail to sort list by given precedes function: expected boolean but found '{}'",
            Brief(&other)
        ))),
    }
}

/// Stable, bottom-up; `precedes` tells whether a later item belongs before an earlier one.
fn merge_sorted(
    mut items: Vec<Value>,
    precedes: &mut dyn FnMut(&Value, &Value) -> Result<bool, Refusal>,
) -> Result<Vec<Value>, Refusal> {
    let mut width = 1;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        for pair in items.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            let (mut l, mut r) = (0, 0);
            while l < left.len() && r < right.len() {
                if precedes(&right[r], &left[l])? {
                    merged.push(right[r].clone());
                    r += 1;
                } else {
                    merged.push(left[l].clone());
                    l += 1;
                }
            }
            merged.extend_from_slice(&left[l..]);
            merged.extend_from_slice(&right[r..]);
        }
        items = merged;
        width *= 2;
    }
    Ok(items)
}
