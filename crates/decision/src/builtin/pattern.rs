//! Functions with regular expressions, in time linear in the text.
//! They are not Java's: back-references and look-around do not exist here.

mod translate;

use super::{Answer, Refusal, because};
use crate::error::Stop;
use crate::evaluate::Machine;
use crate::limits;
use crate::value::Value;
use regex::{Captures, Regex, RegexBuilder};
use std::sync::Arc;
use translate::translate;

/// Largest compiled pattern, in bytes.
const COMPILED_BYTES: usize = 256 * 1024;
/// Fuel for compiling a pattern whose classes or counts may make it large.
const COSTLY_PATTERN: usize = 10_000;
/// States that a pattern with repetition counts may have, whatever its length.
const STATES: usize = 2_048;
/// Steps of matching that cost one unit of fuel.
const STEPS_PER_FUEL: usize = 16;
/// Patterns one evaluation keeps compiled.
const KEPT: usize = 8;

/// The patterns an evaluation has compiled, by text and flags.
pub(crate) type Patterns = Vec<(Arc<str>, Arc<str>, Arc<Regex>)>;

/// The compiled pattern, after paying for matching `text`.
fn prepare(
    machine: &mut Machine<'_>,
    text: &str,
    pattern: &Arc<str>,
    flags: &Arc<str>,
) -> Result<Arc<Regex>, Refusal> {
    let states = if pattern.contains('{') { STATES } else { pattern.len() + 1 };
    machine.budget.charge(text.len().saturating_mul(states) / STEPS_PER_FUEL, pattern.len())?;
    let known = machine.patterns.iter().find(|(p, f, _)| p == pattern && f == flags);
    if let Some((_, _, regex)) = known {
        return Ok(Arc::clone(regex));
    }
    let costly = ["{", "\\w", "\\W", "\\b", "\\p", "\\P"];
    let costly = flags.contains('i') || costly.iter().any(|it| pattern.contains(it));
    machine.budget.charge(if costly { COSTLY_PATTERN } else { states }, 0)?;
    let invalid = || because(format!("Invalid pattern '{pattern}'"));
    if pattern.len() > limits::PATTERN_BYTES {
        return Err(because("the pattern is longer than 4 KiB"));
    }
    if let Some(flag) = flags.chars().find(|flag| !"imqsx".contains(*flag)) {
        return Err(because(format!("Invalid flag '{flag}'")));
    }
    let translated = match flags.contains('q') {
        true => regex::escape(pattern),
        false => translate(pattern, flags),
    };
    let regex = RegexBuilder::new(&translated)
        .dot_matches_new_line(flags.contains('s'))
        .multi_line(flags.contains('m'))
        .case_insensitive(flags.contains('i'))
        .dfa_size_limit(COMPILED_BYTES)
        .size_limit(COMPILED_BYTES)
        .nest_limit(limits::SOURCE_DEPTH)
        .build()
        .map_err(|_| invalid())?;
    let regex = Arc::new(regex);
    if machine.patterns.len() >= KEPT {
        machine.patterns.remove(0);
    }
    machine.patterns.push((Arc::clone(pattern), Arc::clone(flags), Arc::clone(&regex)));
    Ok(regex)
}

pub(super) fn matches(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let (text, pattern, flags) = match arguments {
        [Value::String(text), Value::String(pattern)] => (text, pattern, Arc::from("")),
        [Value::String(text), Value::String(pattern), flags] => (text, pattern, flags_of(flags)?),
        _ => return Err(Refusal::Arguments),
    };
    Ok(Value::Boolean(prepare(machine, text, pattern, &flags)?.is_match(text)))
}

fn flags_of(value: &Value) -> Result<Arc<str>, Refusal> {
    match value {
        Value::String(flags) => Ok(Arc::clone(flags)),
        Value::Null => Ok(Arc::from("")),
        _ => Err(Refusal::Arguments),
    }
}

pub(super) fn replace(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text), Value::String(pattern), Value::String(replacement), rest @ ..] =
        arguments
    else {
        return Err(Refusal::Arguments);
    };
    let flags = rest.first().map_or(Ok(Arc::from("")), flags_of)?;
    let regex = prepare(machine, text, pattern, &flags)?;
    let mut result = String::new();
    let mut from = 0;
    for found in regex.captures_iter(text) {
        let whole = found.get(0).expect("group 0 is the match");
        result.push_str(&text[from..whole.start()]);
        let before = result.len();
        if expand(&mut result, replacement, &found).is_none() {
            return Err(because(format!("Invalid replacement '{replacement}'")));
        }
        machine.budget.charge(1, result.len() - before)?;
        from = whole.end();
    }
    result.push_str(&text[from..]);
    Ok(machine.text(result)?)
}

/// Java's replacement: `$1` is a group, `\` takes the next character as it is.
fn expand(result: &mut String, replacement: &str, found: &Captures<'_>) -> Option<()> {
    let mut rest = replacement;
    while let Some(at) = rest.find(['$', '\\']) {
        result.push_str(&rest[..at]);
        let escaped = rest[at..].starts_with('\\');
        rest = &rest[at + 1..];
        if escaped {
            let next = rest.chars().next()?;
            result.push(next);
            rest = &rest[next.len_utf8()..];
            continue;
        }
        let mut group = digit(rest)?;
        rest = &rest[1..];
        while let Some(next) = digit(rest).map(|digit| group * 10 + digit) {
            if next >= found.len() {
                break;
            }
            group = next;
            rest = &rest[1..];
        }
        if group >= found.len() {
            return None;
        }
        result.push_str(found.get(group).map_or("", |group| group.as_str()));
    }
    result.push_str(rest);
    Some(())
}

fn digit(text: &str) -> Option<usize> {
    text.bytes().next().filter(u8::is_ascii_digit).map(|byte| usize::from(byte - b'0'))
}

pub(super) fn split(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text), Value::String(delimiter)] = arguments else {
        return Err(Refusal::Arguments);
    };
    let regex = prepare(machine, text, delimiter, &Arc::from(""))?;
    let mut parts = Vec::new();
    let mut from = 0;
    for found in regex.find_iter(text) {
        // An empty match at the beginning separates nothing.
        if found.end() > 0 {
            parts.push(part(machine, &text[from..found.start()])?);
            from = found.end();
        }
    }
    parts.push(part(machine, &text[from..])?);
    Ok(machine.list(parts)?)
}

fn part(machine: &mut Machine<'_>, text: &str) -> Result<Value, Stop> {
    machine.budget.charge(1, text.len())?;
    Ok(Value::from(text))
}

pub(super) fn extract(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text), Value::String(pattern)] = arguments else {
        return Err(Refusal::Arguments);
    };
    let regex = prepare(machine, text, pattern, &Arc::from(""))?;
    let mut parts = Vec::new();
    for found in regex.find_iter(text) {
        parts.push(part(machine, found.as_str())?);
    }
    Ok(machine.list(parts)?)
}
