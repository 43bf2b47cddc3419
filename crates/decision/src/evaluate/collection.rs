//! Lists, contexts, ranges, and what goes through them: paths, filters, loops, quantifiers.
//! It does not hold a collection twice: a loop over a range makes no list of it.

use super::{Frame, Machine};
use crate::error::{Failure, Stop, WarningKind};
use crate::number::{Number, Rounding};
use crate::program::{FilterStyle, Id, Iteration, Mode, Run};
use crate::value::{Brief, Context, List, Range, Value};
use std::cmp::Ordering;
use std::sync::Arc;

/// Keys that a warning about a missing one lists.
pub(super) const SHOWN_KEYS: usize = 20;

/// `some` or `every`, and whether what is no condition makes the result null.
#[derive(Clone, Copy)]
pub(super) struct Quantifier {
    pub(super) every: bool,
    pub(super) strict: bool,
}

/// What a loop does with each combination of its iterators: go on, or stop.
type Visit<'v, 'm> = dyn FnMut(&mut Machine<'m>) -> Result<bool, Stop> + 'v;

impl<'a> Machine<'a> {
    /// A list within the limits.
    pub(crate) fn list(&mut self, items: Vec<Value>) -> Result<Value, Stop> {
        if items.len() > self.budget.list_items {
            return Err(Failure::ListTooLong { limit: self.budget.list_items }.into());
        }
        self.budget.charge(items.len(), 0)?;
        let value = Value::list(items);
        self.check_depth(&value)?;
        Ok(value)
    }

    /// A context within the limits.
    pub(crate) fn context(&mut self, entries: Vec<(Arc<str>, Value)>) -> Result<Value, Stop> {
        if entries.len() > self.budget.list_items {
            return Err(Failure::ListTooLong { limit: self.budget.list_items }.into());
        }
        self.budget.charge(entries.len() * 2, 0)?;
        let value = Value::Context(Arc::new(Context::new(entries)));
        self.check_depth(&value)?;
        Ok(value)
    }

    /// A text within the limits.
    pub(crate) fn text(&mut self, text: String) -> Result<Value, Stop> {
        self.budget.charge(0, text.len())?;
        Ok(Value::from(text))
    }

    /// INVARIANT: no value an evaluation holds is deeper, so walking and dropping one may recurse.
    pub(crate) fn check_depth(&self, value: &Value) -> Result<(), Stop> {
        let limit = self.budget.value_depth;
        if value.depth() > limit { Err(Failure::TooDeep { limit }.into()) } else { Ok(()) }
    }

    pub(super) fn list_of(&mut self, frame: &Frame<'_>, items: Run) -> Result<Value, Stop> {
        let mut values = Vec::with_capacity(items.length as usize);
        for id in items.of(&frame.code.children) {
            values.push(self.eval(frame, *id)?);
        }
        self.list(values)
    }

    pub(super) fn context_of(&mut self, frame: &Frame<'_>, run: Run) -> Result<Value, Stop> {
        let mut entries = Vec::with_capacity(run.length as usize);
        for entry in run.of(&frame.code.entries) {
            let value = self.eval(frame, entry.value)?;
            self.locals[frame.base + entry.local as usize] = value.clone();
            entries.push((Arc::clone(&entry.key), value));
        }
        self.context(entries)
    }

    /// Entries one after the other, then the result, which sees them.
    pub(super) fn block(&mut self, frame: &Frame<'_>, run: Run, result: Id) -> Result<Value, Stop> {
        for entry in run.of(&frame.code.entries) {
            let value = self.eval(frame, entry.value)?;
            self.locals[frame.base + entry.local as usize] = value;
        }
        self.eval(frame, result)
    }

    pub(super) fn range(&mut self, frame: &Frame<'_>, range: u32) -> Result<Value, Stop> {
        let node = frame.code.ranges[range as usize];
        let start = self.eval(frame, node.start)?;
        let end = self.eval(frame, node.end)?;
        if start.order(&end).is_none() {
            self.warn(WarningKind::InvalidType, || {
                let (start, end) = (Brief(&start), Brief(&end));
                format!("Invalid range definition '{start}..{end}'")
            });
            return Ok(Value::Null);
        }
        let (start_included, end_included) = (node.start_included, node.end_included);
        Ok(Value::Range(Arc::new(Range { start, start_included, end, end_included })))
    }

    /// A name inside of filters.
    pub(super) fn item_member(
        &mut self,
        frame: &Frame<'_>,
        name: u32,
        items: Run,
        otherwise: Id,
    ) -> Result<Value, Stop> {
        let name = &frame.code.names[name as usize];
        for item in items.of(&frame.code.children) {
            let item = self.operand(frame, *item)?;
            if let Value::Context(context) = self.view(frame, &item)
                && let Some(value) = context.get(name)
            {
                return Ok(value.clone());
            }
        }
        self.eval(frame, otherwise)
    }

    /// `base.name`: an entry, a property, or for a list those of its items.
    pub(super) fn member(&mut self, base: &Value, name: &str) -> Result<Value, Stop> {
        match base {
            Value::Context(context) => match context.get(name) {
                Some(value) => return Ok(value.clone()),
                None => self.no_entry(name, || {
                    let keys = context.entries().iter().take(SHOWN_KEYS);
                    keys.map(|(key, _)| Arc::clone(key)).collect()
                }),
            },
            Value::List(list) => {
                let mut values = Vec::with_capacity(list.items().len());
                for item in list.items() {
                    values.push(self.member(item, name)?);
                }
                return self.list(values);
            }
            Value::Null => self.warn(WarningKind::NoContextEntryFound, || {
                format!("No context entry found with key '{name}'. The context is null")
            }),
            value => match crate::builtin::property(value, name) {
                Ok(value) => return Ok(value),
                Err(known) => self.warn(WarningKind::NoPropertyFound, || {
                    let known: Vec<String> = known.iter().map(|name| format!("'{name}'")).collect();
                    format!(
                        "No property found with name '{name}' of value '{}'. \
                         Available properties: {}",
                        Brief(value),
                        known.join(", ")
                    )
                }),
            },
        }
        Ok(Value::Null)
    }

    #[cold]
    pub(super) fn no_entry(&mut self, name: &str, keys: impl FnOnce() -> Vec<Arc<str>>) {
        self.warn(WarningKind::NoContextEntryFound, || {
            let keys: Vec<String> = keys().iter().map(|key| format!("'{key}'")).collect();
            let detail = match keys.as_slice() {
                [] => "The context is empty".to_owned(),
                keys => format!("Available keys: {}", keys.join(", ")),
            };
            format!("No context entry found with key '{name}'. {detail}")
        });
    }

    pub(super) fn filter(
        &mut self,
        frame: &Frame<'_>,
        list: Id,
        local: u32,
        filter: Id,
        style: FilterStyle,
    ) -> Result<Value, Stop> {
        let value = self.eval(frame, list)?;
        let value = match value {
            Value::List(_) | Value::Null => value,
            // The standard takes a value for the list of it alone.
            single if frame.code.mode == Mode::Standard => self.list(vec![single])?,
            other => other,
        };
        let Value::List(list) = &value else {
            self.expected("list", &value);
            return Ok(Value::Null);
        };
        let local = frame.base + local as usize;
        if matches!(style, FilterStyle::Index | FilterStyle::Open) {
            // An index is looked up where no item shadows it; warnings come with the items.
            self.locals[local] = Value::Null;
            let warned = self.warnings.len();
            if let Value::Number(index) = self.eval(frame, filter)? {
                return Ok(at_index(list, &index));
            }
            self.warnings.truncate(warned);
        }
        let mut kept = Vec::new();
        for (at, item) in list.items().iter().enumerate() {
            self.locals[local] = item.clone();
            match self.eval(frame, filter)? {
                Value::Boolean(true) => kept.push(item.clone()),
                Value::Boolean(false) | Value::Null => {}
                other if style == FilterStyle::Strict => {
                    self.expected("boolean", &other);
                    return Ok(Value::Null);
                }
                Value::Number(index) if at == 0 => return Ok(at_index(list, &index)),
                _ => {}
            }
        }
        self.list(kept)
    }

    pub(super) fn for_loop(
        &mut self,
        frame: &Frame<'_>,
        iterations: Run,
        body: Id,
        partial: Option<u32>,
    ) -> Result<Value, Stop> {
        let mut results = Arc::new(List::new(Vec::new()));
        let iterations = iterations.of(&frame.code.iterations);
        let done = self.iterate(frame, iterations, &mut |machine| {
            let at = partial.map(|local| frame.base + local as usize);
            if let Some(at) = at {
                machine.locals[at] = Value::List(Arc::clone(&results));
            }
            let value = machine.eval(frame, body)?;
            if let Some(at) = at {
                machine.locals[at] = Value::Null;
            }
            machine.budget.charge(1, 0)?;
            if results.items().len() >= machine.budget.list_items {
                return Err(Failure::ListTooLong { limit: machine.budget.list_items }.into());
            }
            if value.depth() >= machine.budget.value_depth {
                return Err(Failure::TooDeep { limit: machine.budget.value_depth }.into());
            }
            match Arc::get_mut(&mut results) {
                Some(results) => results.push(value),
                None => {
                    // A result kept the list of those before it.
                    machine.budget.charge(results.items().len(), 0)?;
                    let mut copy = List::new(results.items().to_vec());
                    copy.push(value);
                    results = Arc::new(copy);
                }
            }
            Ok(true)
        })?;
        Ok(if done { Value::List(results) } else { Value::Null })
    }

    pub(super) fn quantified(
        &mut self,
        frame: &Frame<'_>,
        kind: Quantifier,
        iterations: Run,
        condition: Id,
    ) -> Result<Value, Stop> {
        let Quantifier { every, strict } = kind;
        let (mut unknown, mut decided, mut broken) = (false, false, false);
        let iterations = iterations.of(&frame.code.iterations);
        let done = self.iterate(frame, iterations, &mut |machine| {
            if strict {
                let value = machine.eval(frame, condition)?;
                broken = !matches!(value, Value::Boolean(_) | Value::Null);
                match machine.truth(&value) {
                    Some(truth) => decided = truth != every,
                    None => unknown = true,
                }
                return Ok(!decided && !broken);
            }
            match machine.condition(frame, condition)? {
                Some(truth) => decided = truth != every,
                None => unknown = true,
            }
            Ok(!decided)
        })?;
        Ok(match (done && !broken, decided, unknown) {
            (false, ..) => Value::Null,
            (_, true, _) => Value::Boolean(!every),
            (_, _, true) => Value::Null,
            _ => Value::Boolean(every),
        })
    }

    /// Visits every combination; false if something that is no list was to be gone through.
    fn iterate(
        &mut self,
        frame: &Frame<'_>,
        iterations: &[Iteration],
        visit: &mut Visit<'_, 'a>,
    ) -> Result<bool, Stop> {
        let mut go_on = true;
        self.iterate_from(frame, iterations, visit, &mut go_on)
    }

    /// Native recursion over the iterators, whose number the parser bounds.
    fn iterate_from(
        &mut self,
        frame: &Frame<'_>,
        iterations: &[Iteration],
        visit: &mut Visit<'_, 'a>,
        go_on: &mut bool,
    ) -> Result<bool, Stop> {
        let Some((iteration, inner)) = iterations.split_first() else {
            *go_on = visit(self)?;
            return Ok(true);
        };
        let local = frame.base + iteration.local as usize;
        let from = self.eval(frame, iteration.from)?;
        let (from, to, upward) = match (iteration.to, from) {
            (None, Value::List(list)) => {
                for item in list.items() {
                    self.step()?;
                    self.locals[local] = item.clone();
                    if !self.iterate_from(frame, inner, visit, go_on)? {
                        return Ok(false);
                    }
                    if !*go_on {
                        break;
                    }
                }
                return Ok(true);
            }
            (None, Value::Range(range)) => match steps_of(&range) {
                Some((from, to)) => (from, to, true),
                None => {
                    self.expected("list", &Value::Range(range));
                    return Ok(false);
                }
            },
            (None, other) => {
                self.expected("list", &other);
                return Ok(false);
            }
            (Some(to), from) => match (from, self.eval(frame, to)?) {
                (Value::Number(from), Value::Number(to)) => {
                    let upward = from < to;
                    (from, to, upward)
                }
                (Value::Number(_), other) | (other, _) => {
                    self.expected("number", &other);
                    return Ok(false);
                }
            },
        };
        let step = if upward { Number::ONE } else { Number::ONE.negated() };
        let past = if upward { Ordering::Greater } else { Ordering::Less };
        let mut at = from;
        while at.cmp(&to) != past {
            self.step()?;
            self.locals[local] = Value::Number(at.clone());
            if !self.iterate_from(frame, inner, visit, go_on)? {
                return Ok(false);
            }
            if !*go_on {
                break;
            }
            match at.plus(&step) {
                Some(next) if next != at => at = next,
                _ => break,
            }
        }
        Ok(true)
    }
}

/// The first and last number of a range that steps by one.
fn steps_of(range: &Range) -> Option<(Number, Number)> {
    let (start, end) = (range.start.as_number()?, range.end.as_number()?);
    let first = if range.start_included { start.clone() } else { start.plus(&Number::ONE)? };
    let last = if range.end_included { end.clone() } else { end.minus(&Number::ONE)? };
    Some((first, last))
}

/// FEEL's index: from 1, or from the end with -1; null outside.
pub(super) fn at_index(list: &List, index: &Number) -> Value {
    let items = list.items();
    let Some(index) = index.rounded(0, Rounding::Down).and_then(|n| n.as_i64()) else {
        return Value::Null;
    };
    let from_end = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let at = match index {
        1.. => Some(from_end - 1),
        0 => None,
        _ => items.len().checked_sub(from_end),
    };
    at.and_then(|at| items.get(at)).cloned().unwrap_or_default()
}
