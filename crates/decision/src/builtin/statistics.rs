//! Functions that compute one value from a list of them, given as a list or as arguments.

use super::{Answer, Refusal, because, items_of};
use crate::evaluate::Machine;
use crate::number::Number;
use crate::value::{Brief, Value};
use std::cmp::Ordering;

/// The numbers of a list; an item of another type is refused.
fn numbers<'v>(
    machine: &mut Machine<'_>,
    arguments: &'v [Value],
) -> Result<Vec<&'v Number>, Refusal> {
    let items = items_of(arguments);
    machine.budget.charge(items.len(), 0)?;
    let number = |item: &'v Value| {
        let unfit = || because(format!("expected number but found '{}'", Brief(item)));
        item.as_number().ok_or_else(unfit)
    };
    items.iter().map(number).collect()
}

fn number(result: Option<Number>) -> Answer {
    let too_large = || because("the result is too large for a number");
    result.map(Value::Number).ok_or_else(too_large)
}

fn total(numbers: &[&Number]) -> Option<Number> {
    numbers.iter().try_fold(Number::ZERO, |sum, number| sum.plus(number))
}

pub(super) fn min(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    extreme(machine, arguments, Ordering::Less)
}

pub(super) fn max(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    extreme(machine, arguments, Ordering::Greater)
}

fn extreme(machine: &mut Machine<'_>, arguments: &[Value], wanted: Ordering) -> Answer {
    let items = items_of(arguments);
    machine.budget.charge(items.len(), 0)?;
    let Some((mut best, rest)) = items.split_first() else { return Ok(Value::Null) };
    let alone = rest.is_empty() && best.order(best).is_none();
    for item in rest {
        match item.order(best) {
            Some(order) if order == wanted => best = item,
            Some(_) => {}
            None => return Err(because("the items are not comparable")),
        }
    }
    if alone { Err(because("the items are not comparable")) } else { Ok(best.clone()) }
}

pub(super) fn sum(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let numbers = numbers(machine, arguments)?;
    if numbers.is_empty() { Ok(Value::Null) } else { number(total(&numbers)) }
}

pub(super) fn product(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let numbers = numbers(machine, arguments)?;
    if numbers.is_empty() {
        return Ok(Value::Null);
    }
    number(numbers.iter().try_fold(Number::ONE, |product, number| product.times(number)))
}

fn mean_of(numbers: &[&Number]) -> Option<Number> {
    total(numbers)?.divided_by(&Number::from(numbers.len()))
}

pub(super) fn mean(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let numbers = numbers(machine, arguments)?;
    if numbers.is_empty() { Ok(Value::Null) } else { number(mean_of(&numbers)) }
}

pub(super) fn median(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let mut numbers = numbers(machine, arguments)?;
    numbers.sort();
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => Ok(Value::Null),
        odd if odd % 2 == 1 => Ok(Value::Number(numbers[middle].clone())),
        _ => number(mean_of(&[numbers[middle - 1], numbers[middle]])),
    }
}

/// The deviation of a sample. Its root is taken in floats, as Camunda does.
pub(super) fn stddev(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let numbers = numbers(machine, arguments)?;
    if numbers.is_empty() {
        return Ok(Value::Null);
    }
    let variance = || {
        let mean = mean_of(&numbers)?;
        let squares = numbers.iter().try_fold(Number::ZERO, |sum, number| {
            let off = number.minus(&mean)?;
            sum.plus(&off.times(&off)?)
        })?;
        squares.divided_by(&Number::from(numbers.len() - 1))
    };
    match variance() {
        Some(variance) => Ok(Number::from_f64(libm::sqrt(variance.to_f64())).into()),
        None => Err(because("a deviation needs at least two numbers")),
    }
}

pub(super) fn mode(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let mut numbers = numbers(machine, arguments)?;
    numbers.sort();
    let groups: Vec<&[&Number]> = numbers.chunk_by(|a, b| a == b).collect();
    let most = groups.iter().map(|group| group.len()).max().unwrap_or(0);
    let modes = groups.iter().filter(|group| group.len() == most);
    Ok(machine.list(modes.map(|group| Value::Number(group[0].clone())).collect())?)
}
