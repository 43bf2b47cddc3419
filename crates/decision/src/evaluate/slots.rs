//! The variables of one evaluation: asked for once, decoded as late and as little as possible.
//! It is not a cache between evaluations.

use super::collection::SHOWN_KEYS;
use super::{Frame, Machine};
use crate::budget::Variable;
use crate::error::{Failure, Stop, WarningKind};
use crate::json::{JsonError, keys, navigate};
use crate::program::Run;
use crate::value::Value;
use std::sync::Arc;

/// Slots that need no allocation.
const INLINE: usize = 6;

#[derive(Default)]
enum Slot<'a> {
    #[default]
    Unasked,
    /// JSON that was not decoded as a whole.
    Raw(&'a str),
    Loaded(Value),
    Borrowed(&'a Value),
}

pub(super) struct Slots<'a> {
    inline: [Slot<'a>; INLINE],
    more: Vec<Slot<'a>>,
}

impl<'a> Slots<'a> {
    pub(super) fn new(count: usize) -> Slots<'a> {
        let more = (INLINE..count).map(|_| Slot::Unasked).collect();
        Slots { inline: Default::default(), more }
    }

    fn get(&self, at: u32) -> &Slot<'a> {
        let at = at as usize;
        if at < INLINE { &self.inline[at] } else { &self.more[at - INLINE] }
    }

    fn get_mut(&mut self, at: u32) -> &mut Slot<'a> {
        let at = at as usize;
        if at < INLINE { &mut self.inline[at] } else { &mut self.more[at - INLINE] }
    }

    /// A variable that was loaded before.
    pub(super) fn loaded(&self, at: u32) -> &Value {
        match self.get(at) {
            Slot::Loaded(value) => value,
            Slot::Borrowed(value) => value,
            _ => unreachable!("operands are loaded before they are looked at"),
        }
    }
}

impl Machine<'_> {
    /// The variable of a slot, decoded as a whole.
    #[inline]
    pub(super) fn slot(&mut self, frame: &Frame<'_>, at: u32) -> Result<&Value, Stop> {
        if !matches!(self.slots.get(at), Slot::Loaded(_) | Slot::Borrowed(_)) {
            self.load(frame, at)?;
        }
        Ok(self.slots.loaded(at))
    }

    fn load(&mut self, frame: &Frame<'_>, at: u32) -> Result<(), Stop> {
        let name = &frame.code.free[at as usize];
        if let Slot::Unasked = self.slots.get(at) {
            self.ask(name, at)?;
        }
        if let Slot::Raw(text) = *self.slots.get(at) {
            let value = self.decode(name, text)?;
            *self.slots.get_mut(at) = Slot::Loaded(value);
        }
        Ok(())
    }

    fn ask(&mut self, name: &str, at: u32) -> Result<(), Stop> {
        match self.scope.variable(name) {
            Some(Variable::Json(text)) => *self.slots.get_mut(at) = Slot::Raw(text),
            Some(Variable::Value(value)) => {
                self.check_depth(&value)?;
                *self.slots.get_mut(at) = Slot::Loaded(value);
            }
            Some(Variable::Borrowed(value)) => {
                self.check_depth(value)?;
                *self.slots.get_mut(at) = Slot::Borrowed(value);
            }
            None => self.missing(name, at),
        }
        Ok(())
    }

    #[cold]
    fn missing(&mut self, name: &str, at: u32) {
        self.warn(WarningKind::NoVariableFound, || match name {
            "?" => "No input value found.".to_owned(),
            _ => format!("No variable found with name '{name}'"),
        });
        *self.slots.get_mut(at) = Slot::Loaded(Value::Null);
    }

    fn decode(&mut self, name: &str, text: &str) -> Result<Value, Stop> {
        self.budget.charge_json(text.len())?;
        Value::from_json(text).map_err(|error| malformed(name, &error))
    }

    /// Null, because an object that was not decoded has no such member.
    #[cold]
    fn no_member(
        &mut self,
        name: &str,
        text: &str,
        missing: &str,
        rest: &[Arc<str>],
    ) -> Result<Value, Stop> {
        let keys = keys(text, SHOWN_KEYS).map_err(|error| malformed(name, &error))?;
        self.no_entry(missing, || keys);
        for step in &rest[1..] {
            self.member(&Value::Null, step)?;
        }
        Ok(Value::Null)
    }

    /// A path from a variable. As long as the variable is raw, only what the path reaches is
    /// decoded.
    pub(super) fn slot_path(
        &mut self,
        frame: &Frame<'_>,
        at: u32,
        path: Run,
    ) -> Result<Value, Stop> {
        let path = path.of(&frame.code.names);
        let name = &frame.code.free[at as usize];
        if let Slot::Unasked = self.slots.get(at) {
            self.ask(name, at)?;
        }
        let (mut value, walked) = match self.slots.get(at) {
            Slot::Raw(text) => {
                let text = *text;
                let landing = navigate(text, path).map_err(|error| malformed(name, &error))?;
                self.budget.charge(0, text.len())?;
                if let Some(missing) = path.get(landing.walked)
                    && landing.text.trim_start().starts_with('{')
                {
                    return self.no_member(name, landing.text, missing, &path[landing.walked..]);
                }
                (self.decode(name, landing.text)?, landing.walked)
            }
            Slot::Loaded(_) | Slot::Borrowed(_) => {
                let (mut reached, mut walked) = (self.slots.loaded(at), 0);
                while let Value::Context(context) = reached
                    && let Some(step) = path.get(walked)
                    && let Some(inner) = context.get(step)
                {
                    reached = inner;
                    walked += 1;
                }
                (reached.clone(), walked)
            }
            Slot::Unasked => unreachable!("asked above"),
        };
        for step in &path[walked..] {
            value = self.member(&value, step)?;
        }
        Ok(value)
    }
}

#[cold]
fn malformed(name: &str, error: &JsonError) -> Stop {
    Failure::MalformedVariable { name: name.to_owned(), message: error.to_string() }.into()
}
