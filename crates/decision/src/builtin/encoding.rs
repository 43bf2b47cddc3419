//! Functions between values and texts in JSON or Base64.

use super::{Answer, Refusal, because};
use crate::evaluate::Machine;
use crate::value::{Brief, Value};

pub(super) fn from_json(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    match arguments {
        [Value::Null] => Ok(Value::Null),
        [Value::String(text)] => {
            machine.budget.charge_json(text.len())?;
            Value::from_json(text).map_err(|_| {
                because(format!("Failed to parse JSON from '{}'", Brief(&arguments[0])))
            })
        }
        _ => Err(Refusal::Arguments),
    }
}

pub(super) fn to_json(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [value] = arguments else { return Err(Refusal::Arguments) };
    Ok(machine.text(value.to_json())?)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn to_base64(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text)] = arguments else { return Err(Refusal::Arguments) };
    let mut encoded = String::with_capacity(text.len().div_ceil(3) * 4);
    for chunk in text.as_bytes().chunks(3) {
        let mut bits = 0u32;
        for at in 0..3 {
            bits = bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * at)) as usize & 63];
            encoded.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    Ok(machine.text(encoded)?)
}

pub(super) fn from_base64(machine: &mut Machine<'_>, arguments: &[Value]) -> Answer {
    let [Value::String(text)] = arguments else { return Err(Refusal::Arguments) };
    let invalid = || because(format!("Invalid Base64 value '{}'", Brief(&arguments[0])));
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 || digits.len() % 4 == 1 {
        return Err(invalid());
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut bits, mut held) = (0u32, 0);
    for byte in digits.bytes() {
        let value = ALPHABET.iter().position(|digit| *digit == byte).ok_or_else(invalid)?;
        bits = bits << 6 | value as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Ok(machine.text(String::from_utf8_lossy(&bytes).into_owned())?)
}
