//! Numbers as text: plain digits, in both directions.
//! It is not locale-aware; FEEL's `number(from, grouping, decimal)` prepares its text first.

use super::decimal::Decimal;
use super::wide::{Wide, digits};
use super::{Number, Repr};
use std::fmt;
use std::str::FromStr;

/// A text that is no number, or one beyond the largest exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Expected a number such as -12.50, but found something else")]
pub struct NotANumber;

/// Digits of a number that is written out; larger ones are written with an exponent.
const PLAIN_DIGITS: i32 = 60;

impl FromStr for Number {
    type Err = NotANumber;

    /// Accepts `-12`, `12.5`, `.5`, `1e3`; more than 34 digits are rounded half even.
    fn from_str(text: &str) -> Result<Number, NotANumber> {
        let (negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let mut scan = Scan::default();
        let whole = scan.take_digits(rest, false);
        let mut at = whole;
        if rest.get(at) == Some(&b'.') {
            let fraction = scan.take_digits(&rest[at + 1..], true);
            if fraction == 0 {
                return Err(NotANumber);
            }
            at += 1 + fraction;
        }
        if at == 0 {
            return Err(NotANumber);
        }
        let exponent = match rest.get(at) {
            None => 0,
            Some(b'e' | b'E') => exponent(&rest[at + 1..])?,
            Some(_) => return Err(NotANumber),
        };
        scan.number(negative, exponent).ok_or(NotANumber)
    }
}

/// An exponent's digits, clamped far outside of what a number can have.
fn exponent(bytes: &[u8]) -> Result<i32, NotANumber> {
    let (negative, rest) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if rest.is_empty() {
        return Err(NotANumber);
    }
    let mut value = 0i32;
    for byte in rest {
        if !byte.is_ascii_digit() {
            return Err(NotANumber);
        }
        value = (value * 10 + i32::from(byte - b'0')).min(1_000_000);
    }
    Ok(if negative { -value } else { value })
}

/// What was read of a coefficient: 37 digits are kept, of the rest only whether they were zero.
#[derive(Default)]
struct Scan {
    coefficient: u128,
    exponent: i32,
    more: bool,
}

impl Scan {
    fn take_digits(&mut self, bytes: &[u8], fraction: bool) -> usize {
        let length = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        for byte in &bytes[..length] {
            let digit = u128::from(byte - b'0');
            if self.coefficient < 10u128.pow(36) {
                self.coefficient = self.coefficient * 10 + digit;
                self.exponent -= i32::from(fraction);
            } else {
                self.more |= digit != 0;
                self.exponent += i32::from(!fraction);
            }
        }
        length
    }

    fn number(self, negative: bool, exponent: i32) -> Option<Number> {
        if self.exponent == 0
            && exponent == 0
            && let Ok(value) = i64::try_from(self.coefficient)
        {
            return Some(Number::from(if negative { -value } else { value }));
        }
        let wide = Wide::from(self.coefficient);
        let exponent = self.exponent.checked_add(exponent)?;
        let negative = negative && self.coefficient != 0;
        Some(Number::shrink(Decimal::finish(negative, wide, exponent, self.more)?))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Repr::Small { coefficient, exponent: 0 } = self.0 {
            return write!(f, "{coefficient}");
        }
        let decimal = self.decimal();
        let sign = if decimal.negative { "-" } else { "" };
        let text = decimal.coefficient.to_string();
        let length = digits(decimal.coefficient) as i32;
        let point = length + decimal.exponent;
        if !(-PLAIN_DIGITS..=PLAIN_DIGITS).contains(&point) {
            let text = text.trim_end_matches('0');
            let (head, tail) = text.split_at(1);
            let dot = if tail.is_empty() { "" } else { "." };
            return write!(f, "{sign}{head}{dot}{tail}E{:+}", point - 1);
        }
        if decimal.exponent >= 0 {
            return write!(f, "{sign}{text}{}", "0".repeat(decimal.exponent as usize));
        }
        if point <= 0 {
            return write!(f, "{sign}0.{}{text}", "0".repeat(point.unsigned_abs() as usize));
        }
        let (head, tail) = text.split_at(point as usize);
        write!(f, "{sign}{head}.{tail}")
    }
}
