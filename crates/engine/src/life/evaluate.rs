//! Expressions as elements ask for them: evaluated in a slot's scope, typed, with clear failures.
//!
//! Not here: FEEL itself (`decision`).

use super::Ctx;
use crate::event::{IncidentKind, Slot, Variables};
use crate::part::message::MessageSpec;
use crate::part::text::{Text, plain_text};
use crate::part::timer::{Due, TimerSpec};
use crate::part::{Failure, Wait};
use crate::state::instance::Instance;
use decision::{Budget, Env, Program, Scope, Value, Variable};
use std::sync::Arc;

/// A slot's variables, with mapped ones in front.
pub(super) struct SlotScope<'a> {
    pub(super) state: &'a Instance,
    pub(super) slot: Slot,
    pub(super) mapped: &'a Variables,
}

impl Scope for SlotScope<'_> {
    fn variable(&self, name: &str) -> Option<Variable<'_>> {
        let mapped = self.mapped.iter().find(|(held, _)| &**held == name).map(|(_, value)| value);
        let found = mapped.or_else(|| self.state.variable(self.slot, name))?;
        Some(Variable::Json(found))
    }
}

impl Ctx<'_> {
    fn run_program(
        &self,
        slot: Slot,
        program: &Program,
        mapped: &Variables,
        kind: IncidentKind,
    ) -> Result<Value, Failure> {
        let env = self.env();
        let scope = SlotScope { state: self.state, slot, mapped };
        let mut budget = Budget::default();
        let before = budget.fuel;
        let result = program.evaluate(&scope, &env, &mut budget);
        self.fuel.set(self.fuel.get() + before.saturating_sub(budget.fuel));
        result.map(|evaluation| evaluation.value).map_err(|failure| {
            Failure::new(
                kind,
                format!(
                    "Expected `{}` to be evaluated, but found: {failure}",
                    program.source().trim()
                ),
            )
        })
    }

    /// The surroundings of one evaluation; each has its own randomness.
    pub(super) fn env(&self) -> Env {
        let draws = self.draws.get();
        self.draws.set(draws + 1);
        Env {
            now_ms: self.inputs.now_ms,
            zone: self.inputs.zone.clone(),
            seed: self.inputs.seed.wrapping_add(draws),
        }
    }

    /// Evaluates an expression in a slot.
    pub(crate) fn evaluate(
        &self,
        slot: Slot,
        program: &Program,
        kind: IncidentKind,
    ) -> Result<Value, Failure> {
        self.run_program(slot, program, &Vec::new(), kind)
    }

    /// Evaluates an expression in a slot, with some variables in front of its own.
    pub(crate) fn evaluate_with(
        &self,
        slot: Slot,
        program: &Program,
        variables: &Variables,
        kind: IncidentKind,
    ) -> Result<Value, Failure> {
        self.run_program(slot, program, variables, kind)
    }

    /// A mapping's source as JSON: fixed text is a string.
    pub(crate) fn source_json(
        &self,
        slot: Slot,
        source: &Text,
        mapped: &Variables,
    ) -> Result<Arc<str>, Failure> {
        match source {
            Text::Fixed(text) => Ok(serde_json::Value::from(&**text).to_string().into()),
            Text::Computed(program) => {
                // A plain variable or path is handed on as it is stored, never decoded.
                let scope = SlotScope { state: self.state, slot, mapped };
                if let Some(raw) = program.raw_json(&scope) {
                    return Ok(raw.into());
                }
                let value = self.run_program(slot, program, mapped, IncidentKind::IoMapping)?;
                Ok(value.to_json().into())
            }
        }
    }

    /// A condition: it must be true or false; null is neither.
    pub(crate) fn condition(
        &self,
        slot: Slot,
        program: &Program,
        flow: &str,
    ) -> Result<bool, Failure> {
        let value = self.evaluate(slot, program, IncidentKind::Condition)?;
        value.as_boolean().ok_or_else(|| {
            Failure::new(
                IncidentKind::Condition,
                format!(
                    "Expected condition `{}` of flow `{flow}` to be true or false, but found {} \
                     ({}). Correct the variables and resolve.",
                    program.source().trim(),
                    value.type_name(),
                    shorten(&value.to_json()),
                ),
            )
        })
    }

    fn text_value(&self, slot: Slot, text: &Text) -> Result<Value, Failure> {
        match text {
            Text::Fixed(text) => Ok(Value::String(text.clone())),
            Text::Computed(program) => self.evaluate(slot, program, IncidentKind::ExtractValue),
        }
    }

    /// Text that must be there. `what` names it in the failure.
    pub(crate) fn text(&self, slot: Slot, text: &Text, what: &str) -> Result<Arc<str>, Failure> {
        let value = self.text_value(slot, text)?;
        plain_text(&value)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| not_text(what, text, &value))
    }

    /// Text that may be null or empty.
    pub(crate) fn optional_text(
        &self,
        slot: Slot,
        text: &Text,
        what: &str,
    ) -> Result<Option<Arc<str>>, Failure> {
        let value = self.text_value(slot, text)?;
        if value == Value::Null {
            return Ok(None);
        }
        let found = plain_text(&value).ok_or_else(|| not_text(what, text, &value))?;
        Ok(Some(found).filter(|found| !found.is_empty()))
    }

    /// A list of texts: a FEEL list, or fixed text with commas.
    pub(crate) fn text_list(
        &self,
        slot: Slot,
        text: &Text,
        what: &str,
    ) -> Result<Vec<Arc<str>>, Failure> {
        if let Text::Fixed(fixed) = text {
            let parts = fixed.split(',').map(str::trim).filter(|part| !part.is_empty());
            return Ok(parts.map(Arc::from).collect());
        }
        let value = self.text_value(slot, text)?;
        if value == Value::Null {
            return Ok(Vec::new());
        }
        let items = value.as_list().ok_or_else(|| not_text(what, text, &value))?;
        let found = items.iter().map(plain_text).collect::<Option<Vec<_>>>();
        found.ok_or_else(|| not_text(what, text, &value))
    }

    /// A date and time that may be null.
    pub(crate) fn optional_moment(
        &self,
        slot: Slot,
        text: &Text,
        what: &str,
    ) -> Result<Option<i64>, Failure> {
        let Some(found) = self.moment_text(slot, text, what)? else { return Ok(None) };
        let spec = TimerSpec { kind: crate::part::timer::TimerKind::Date, text: text.clone() };
        let due = spec.due(&found, self.inputs.now_ms, &self.inputs.zone);
        due.map(|due| Some(due.due_ms)).map_err(|message| {
            Failure::new(IncidentKind::ExtractValue, format!("For {what}: {message}"))
        })
    }

    /// Temporal values print as ISO 8601 strings in JSON; that is what timers read.
    pub(super) fn moment_text(
        &self,
        slot: Slot,
        text: &Text,
        what: &str,
    ) -> Result<Option<Arc<str>>, Failure> {
        let value = self.text_value(slot, text)?;
        match &value {
            Value::Null => Ok(None),
            Value::String(found) => Ok(Some(found.clone()).filter(|found| !found.is_empty())),
            other => {
                let json = other.to_json();
                let iso = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                iso.map(|iso| Some(iso.into())).ok_or_else(|| not_text(what, text, &value))
            }
        }
    }

    /// When a timer is due.
    pub(crate) fn timer_wait(&self, slot: Slot, spec: &TimerSpec) -> Result<Wait, Failure> {
        let text = self.timer_text(slot, spec)?;
        let due = spec.due(&text, self.inputs.now_ms, &self.inputs.zone);
        let Due { due_ms, repetitions } =
            due.map_err(|message| Failure::new(IncidentKind::ExtractValue, message))?;
        Ok(Wait::Timer { due_ms, repetitions })
    }

    /// The timer's text, evaluated.
    pub(crate) fn timer_text(&self, slot: Slot, spec: &TimerSpec) -> Result<Arc<str>, Failure> {
        let text = self.moment_text(slot, &spec.text, "the timer")?;
        text.ok_or_else(|| not_text("the timer", &spec.text, &Value::Null))
    }

    /// Which message is awaited.
    pub(crate) fn message_wait(&self, slot: Slot, spec: &MessageSpec) -> Result<Wait, Failure> {
        let name = self.text(slot, &spec.name, "the message name")?;
        let key = spec.correlation_key.as_ref().map(|program| {
            let key = Text::Computed(program.clone());
            self.text(slot, &key, "the correlation key")
        });
        let correlation_key = key.transpose()?.unwrap_or_else(|| "".into());
        Ok(Wait::Message { name, correlation_key })
    }
}

fn not_text(what: &str, text: &Text, found: &Value) -> Failure {
    let source = match text {
        Text::Fixed(fixed) => fixed.to_string(),
        Text::Computed(program) => format!("= {}", program.source().trim()),
    };
    Failure::new(
        IncidentKind::ExtractValue,
        format!(
            "Expected {what} to be text, but `{source}` is {} ({}). Correct the variables and \
             resolve.",
            found.type_name(),
            shorten(&found.to_json()),
        ),
    )
}

/// The beginning of a value, short enough for a message.
fn shorten(json: &str) -> String {
    const SHOWN: usize = 80;
    match json.char_indices().nth(SHOWN) {
        None => json.to_owned(),
        Some((at, _)) => format!("{}...", &json[..at]),
    }
}
