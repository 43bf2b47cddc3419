//! What an evaluation is given besides its variables: the present, a seed, and how much it may do.
//! It is not a clock or a source of randomness; whoever calls decides both.

use crate::error::{Failure, Stop, Warning};
use crate::limits;
use crate::value::Value;
use jiff::tz::TimeZone;

/// The surroundings of an evaluation; equal ones give equal results.
#[derive(Debug, Clone)]
pub struct Env {
    /// The present, in milliseconds since 1970-01-01T00:00Z.
    pub now_ms: i64,
    /// The zone of `now()` and `today()`.
    pub zone: TimeZone,
    /// Where `uuid()` and `random number()` start from.
    pub seed: u64,
}

impl Env {
    /// The same surroundings with a seed of its own for the `nth` part of an evaluation.
    pub(crate) fn of_part(&self, nth: u64) -> Env {
        let seed = mixed(self.seed ^ mixed(nth.wrapping_add(GAMMA)));
        Env { seed, ..self.clone() }
    }

    /// The `nth` number of the seed's sequence (SplitMix64: Steele, Lea, Flood 2014).
    pub(crate) fn draw(&self, nth: u64) -> u64 {
        mixed(self.seed.wrapping_add(nth.wrapping_mul(GAMMA)))
    }
}

/// The odd number nearest to 2^64 divided by the golden ratio.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What a value takes, counted the same on every machine.
const VALUE_BYTES: usize = 24;
const _: () = assert!(size_of::<Value>() <= VALUE_BYTES, "values do not take more than is counted");

/// What an evaluation may use up; the fuel that is left stays in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Steps + bytes / 256 + elements.
    pub fuel: u64,
    /// Bytes that may be allocated, counted without what is freed.
    pub memory_bytes: u64,
    /// Most elements of one list.
    pub list_items: usize,
    /// Deepest nesting of values.
    pub value_depth: u32,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget {
            fuel: limits::FUEL,
            memory_bytes: limits::MEMORY_BYTES,
            list_items: limits::LIST_ITEMS,
            value_depth: limits::VALUE_DEPTH,
        }
    }
}

impl Budget {
    /// Charges for decoding `bytes` of JSON, whose values may take several times as much.
    pub(crate) fn charge_json(&mut self, bytes: usize) -> Result<(), Stop> {
        self.charge(0, bytes)?;
        self.charge_memory(bytes.saturating_mul(limits::MEMORY_PER_JSON_BYTE - 1))
    }

    fn charge_memory(&mut self, bytes: usize) -> Result<(), Stop> {
        match self.memory_bytes.checked_sub(bytes as u64) {
            Some(left) => self.memory_bytes = left,
            None => return Err(Failure::Memory.into()),
        }
        Ok(())
    }

    /// Charges `elements` and `bytes` at once.
    pub(crate) fn charge(&mut self, elements: usize, bytes: usize) -> Result<(), Stop> {
        let cost = elements as u64 + (bytes / limits::BYTES_PER_FUEL) as u64;
        self.fuel = match self.fuel.checked_sub(cost) {
            Some(left) => left,
            None => {
                self.fuel = 0;
                return Err(Failure::Fuel.into());
            }
        };
        self.charge_memory(bytes.saturating_add(elements.saturating_mul(VALUE_BYTES)))
    }
}

/// The result of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The value.
    pub value: Value,
    /// What went wrong on the way without stopping it, at most 100.
    pub warnings: Vec<Warning>,
}

/// A variable as its owner keeps it.
#[derive(Debug, Clone)]
pub enum Variable<'a> {
    /// JSON text, decoded only as far as the expression reads it.
    Json(&'a str),
    /// A value.
    Value(Value),
    /// A value that stays where it is.
    Borrowed(&'a Value),
}

/// Where variables come from. Each is asked for at most once an evaluation, and only when the
/// expression reads it.
pub trait Scope {
    /// The variable called `name`, if there is one.
    fn variable(&self, name: &str) -> Option<Variable<'_>>;
}

impl Scope for [(&str, Value)] {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        let found = self.iter().rev().find(|(known, _)| *known == name)?;
        Some(Variable::Borrowed(&found.1))
    }
}

impl Scope for &[(&str, Value)] {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        (**self).variable(name)
    }
}

impl<const N: usize> Scope for [(&str, Value); N] {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        self.as_slice().variable(name)
    }
}

impl Scope for std::collections::BTreeMap<String, Value> {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        self.get(name).map(Variable::Borrowed)
    }
}
