//! Functions on texts, without regular expressions. Positions count characters (code points).

use super::{Answer, Refusal, because, items_of};
use crate::evaluate::Machine;
use crate::value::{Brief, Value};
use std::fmt::Write;

pub(super) fn length(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text)] = arguments else { return Err(Refusal::Arguments) };
    machine.budget.charge(0, text.len())?;
    Ok(Value::from(text.chars().count()))
}

pub(super) fn substring(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let (text, start, length) = match arguments {
        [Value::String(text), Value::Number(start)] => (text, start, i64::MAX),
        [Value::String(text), Value::Number(start), Value::Null] => (text, start, i64::MAX),
        [Value::String(text), Value::Number(start), Value::Number(length)] => {
            (text, start, length.to_i64_saturating())
        }
        _ => return Err(Refusal::Arguments),
    };
    machine.budget.charge(0, text.len())?;
    let count = text.chars().count();
    let skipped = match start.to_i64_saturating() {
        start @ 1.. => usize::try_from(start - 1).unwrap_or(usize::MAX),
        start => {
            let from_end = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
            let outside = || because("the start position is before the text");
            count.checked_sub(from_end).ok_or_else(outside)?
        }
    };
    if length < 0 {
        return Err(because("the length is negative"));
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(machine.text(text.chars().skip(skipped).take(length).collect())?)
}

pub(super) fn upper_case(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text)] = arguments else { return Err(Refusal::Arguments) };
    Ok(machine.text(text.to_uppercase())?)
}

pub(super) fn lower_case(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text)] = arguments else { return Err(Refusal::Arguments) };
    Ok(machine.text(text.to_lowercase())?)
}

pub(super) fn trim(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text)] = arguments else { return Err(Refusal::Arguments) };
    Ok(machine.text(text.trim_matches(|c| c <= ' ').to_owned())?)
}

pub(super) fn is_blank(_: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text)] = arguments else { return Err(Refusal::Arguments) };
    Ok(Value::Boolean(text.chars().all(char::is_whitespace)))
}

/// Two texts, paid for.
fn two<'v>(
    machine: &mut Machine<'_>,
    arguments: &'v [Value],
) -> Result<(&'v str, &'v str), Refusal> {
    let [Value::String(text), Value::String(part)] = arguments else {
        return Err(Refusal::Arguments);
    };
    machine.budget.charge(0, text.len())?;
    Ok((text, part))
}

pub(super) fn contains(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let (text, part) = two(machine, arguments)?;
    Ok(Value::Boolean(text.contains(part)))
}

pub(super) fn starts_with(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let (text, part) = two(machine, arguments)?;
    Ok(Value::Boolean(text.starts_with(part)))
}

pub(super) fn ends_with(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let (text, part) = two(machine, arguments)?;
    Ok(Value::Boolean(text.ends_with(part)))
}

pub(super) fn before(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let (text, part) = two(machine, arguments)?;
    Ok(Value::from(text.split_once(part).map_or("", |(before, _)| before)))
}

pub(super) fn after(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let (text, part) = two(machine, arguments)?;
    Ok(Value::from(text.split_once(part).map_or("", |(_, after)| after)))
}

pub(super) fn join(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let (list, rest) = match arguments {
        [Value::List(_), rest @ ..] => (&arguments[..1], rest),
        _ => return Err(Refusal::Arguments),
    };
    let mut options = [""; 3];
    for (option, value) in options.iter_mut().zip(rest) {
        *option = match value {
            Value::String(text) => text,
            Value::Null => "",
            _ => return Err(Refusal::Arguments),
        };
    }
    let [delimiter, prefix, suffix] = options;
    let mut joined = String::from(prefix);
    let mut first = true;
    for item in items_of(list) {
        let text = match item {
            Value::String(text) => text,
            Value::Null => continue,
            _ => {
                let found = Brief(&arguments[0]);
                return Err(because(format!("expected a list of strings but found '{found}'")));
            }
        };
        machine.budget.charge(1, text.len() + delimiter.len())?;
        joined.push_str(if first { "" } else { delimiter });
        joined.push_str(text);
        first = false;
    }
    joined.push_str(suffix);
    Ok(machine.text(joined)?)
}

/// A version 7 UUID of the present and the seed the caller gave.
pub(super) fn uuid(machine: &mut Machine<'_>, _: &[Value]) -> Answer {
    let milliseconds = (machine.env.now_ms as u64) & 0xffff_ffff_ffff;
    let (a, b) = (machine.draw(), machine.draw());
    let mut text = String::with_capacity(36);
    write!(
        text,
        "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
        milliseconds >> 16,
        milliseconds & 0xffff,
        a & 0xfff,
        0x8000 | (a >> 12) & 0x3fff,
        b & 0xffff_ffff_ffff
    )
    .expect("strings take any text");
    Ok(machine.text(text)?)
}
