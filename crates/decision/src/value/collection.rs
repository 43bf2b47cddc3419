//! Values made of values. Each knows its depth, so that whoever walks one may recurse.
//! They do not change: a changed collection is a new one.

use super::Value;
use crate::program::Program;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values in order.
#[derive(Debug)]
pub struct List {
    pub(super) items: Vec<Value>,
    pub(super) depth: u32,
}

impl List {
    /// A list of `items`.
    pub fn new(items: Vec<Value>) -> List {
        let depth = items.iter().map(Value::depth).max().unwrap_or(0) + 1;
        List { items, depth }
    }

    /// Adds an item at the end.
    pub(crate) fn push(&mut self, item: Value) {
        self.depth = self.depth.max(item.depth() + 1);
        self.items.push(item);
    }

    /// The items in order.
    pub fn items(&self) -> &[Value] {
        &self.items
    }
}

/// Values by name, in the order of insertion.
#[derive(Debug)]
pub struct Context {
    pub(super) entries: Vec<(Arc<str>, Value)>,
    /// Positions in the order of their keys; empty for a small context.
    index: Vec<u32>,
    pub(super) depth: u32,
}

/// Entries up to which a context is searched from front to back.
const UNINDEXED: usize = 12;

impl Context {
    /// A context of `entries`; of two entries with one key the later value wins, in the place of
    /// the earlier.
    pub fn new(entries: Vec<(Arc<str>, Value)>) -> Context {
        let depth = entries.iter().map(|(_, value)| value.depth()).max().unwrap_or(0) + 1;
        let mut context = Context { entries, index: Vec::new(), depth };
        context.index_entries();
        if context.has_duplicates() {
            context.merge_duplicates();
            context.index_entries();
        }
        context
    }

    fn index_entries(&mut self) {
        self.index.clear();
        if self.entries.len() > UNINDEXED {
            self.index = (0..self.entries.len() as u32).collect();
            let entries = &self.entries;
            self.index.sort_by(|a, b| entries[*a as usize].0.cmp(&entries[*b as usize].0));
        }
    }

    fn has_duplicates(&self) -> bool {
        let key = |at: u32| &self.entries[at as usize].0;
        if !self.index.is_empty() {
            return self.index.windows(2).any(|pair| key(pair[0]) == key(pair[1]));
        }
        (1..self.entries.len())
            .any(|at| self.entries[..at].iter().any(|(earlier, _)| *earlier == self.entries[at].0))
    }

    fn merge_duplicates(&mut self) {
        let mut place = BTreeMap::<Arc<str>, usize>::new();
        let mut merged: Vec<(Arc<str>, Value)> = Vec::with_capacity(self.entries.len());
        for (key, value) in self.entries.drain(..) {
            match place.get(&key) {
                Some(at) => merged[*at].1 = value,
                None => {
                    place.insert(Arc::clone(&key), merged.len());
                    merged.push((key, value));
                }
            }
        }
        self.entries = merged;
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.index.is_empty() {
            return self.entries.iter().find(|(name, _)| **name == *key).map(|(_, value)| value);
        }
        let name = |at: &u32| self.entries[*at as usize].0.as_ref();
        let found = self.index.binary_search_by(|at| name(at).cmp(key)).ok()?;
        Some(&self.entries[self.index[found] as usize].1)
    }

    /// The entries in order.
    pub fn entries(&self) -> &[(Arc<str>, Value)] {
        &self.entries
    }
}

/// Everything between two values.
#[derive(Debug)]
pub struct Range {
    /// The lower end.
    pub start: Value,
    /// Whether the lower end belongs to the range.
    pub start_included: bool,
    /// The upper end.
    pub end: Value,
    /// Whether the upper end belongs to the range.
    pub end_included: bool,
}

impl Range {
    /// Whether `value` lies in the range; `None` when they cannot be compared.
    pub fn contains(&self, value: &Value) -> Option<bool> {
        let above = match value.order(&self.start)? {
            Ordering::Less => false,
            Ordering::Equal => self.start_included,
            Ordering::Greater => true,
        };
        let below = match value.order(&self.end)? {
            Ordering::Less => true,
            Ordering::Equal => self.end_included,
            Ordering::Greater => false,
        };
        Some(above && below)
    }
}

/// A function written in an expression, with the values it captured.
#[derive(Debug)]
pub struct Function {
    pub(crate) program: Program,
    pub(crate) lambda: u32,
    pub(crate) captures: Vec<Value>,
}

impl Function {
    /// Names of the parameters in order.
    pub fn parameters(&self) -> &[Arc<str>] {
        self.program.parameters(self.lambda)
    }
}
