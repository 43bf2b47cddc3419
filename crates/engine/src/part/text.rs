//! An attribute that is either fixed text or, after `=`, a FEEL expression.
//!
//! Not here: evaluation against an instance; that is `scope`.

use decision::{Budget, Env, Mode, Program, Value};
use jiff::tz::TimeZone;
use model::{NodeRef, Problems};
use std::sync::Arc;

/// Fixed or computed text.
#[derive(Debug, Clone, PartialEq)]
pub enum Text {
    /// As written.
    Fixed(Arc<str>),
    /// Evaluated when needed.
    Computed(Program),
}

impl Text {
    /// Reads an attribute; `None` if it is absent or blank. A broken expression is a problem.
    pub fn read(node: NodeRef<'_>, attribute: &str, problems: &mut Problems) -> Option<Text> {
        let source = node.attr(attribute).filter(|source| !source.trim().is_empty())?;
        match source.trim_start().strip_prefix('=') {
            None => Some(Text::Fixed(source.into())),
            Some(_) => {
                let written = Written::Attribute(attribute);
                compile_program(node, written, problems).map(Text::Computed)
            }
        }
    }

    /// Reads an attribute that must be there.
    pub fn require(
        node: NodeRef<'_>,
        attribute: &'static str,
        rule: &'static str,
        problems: &mut Problems,
    ) -> Text {
        let before = problems.len();
        let read = Text::read(node, attribute, problems);
        if read.is_none() && problems.len() == before {
            problems
                .error(
                    node,
                    rule,
                    format!(
                        "Expected attribute `{attribute}` on `{}`, but found none.",
                        node.qname()
                    ),
                )
                .hint("Fill the field in the properties panel; `=` in front makes it FEEL.");
        }
        read.unwrap_or_else(|| Text::Fixed("".into()))
    }
}

/// Where FEEL is written on a node.
#[derive(Debug, Clone, Copy)]
pub enum Written<'a> {
    /// In this attribute.
    Attribute(&'a str),
    /// As its text.
    Text,
}

/// Compiles FEEL with a leading `=` (or without). An error becomes a problem with its exact place.
pub fn compile_program(
    node: NodeRef<'_>,
    written: Written<'_>,
    problems: &mut Problems,
) -> Option<Program> {
    let source = match written {
        Written::Attribute(name) => node.attr(name).unwrap_or_default(),
        Written::Text => node.text(),
    };
    let expression = source.trim_start();
    let expression = expression.strip_prefix('=').unwrap_or(expression);
    let skipped = source.len() - expression.len();
    let place = |span: &std::ops::Range<usize>| match written {
        Written::Attribute(name) => node.attr_position_at(name, skipped + span.start),
        Written::Text => node.text_position_at(skipped + span.start),
    };
    match decision::compile(expression, Mode::Camunda) {
        Ok(program) => {
            for note in program.notes() {
                let draft = problems.warning(node, "feel-function", &*note.message);
                let draft = draft.move_to(place(&note.span), note.span.len().max(1));
                if let Some(hint) = &note.hint {
                    drop(draft.hint(&**hint));
                }
            }
            Some(program)
        }
        Err(error) => {
            let draft = problems.error(node, "feel-syntax", error.message);
            let draft = draft.move_to(place(&error.span), error.span.len().max(1));
            if let Some(hint) = error.hint {
                drop(draft.hint(hint));
            }
            None
        }
    }
}

/// Compiles a condition. One that can never be true or false, whatever the variables are, would be
/// an incident every time: it is a warning.
pub fn compile_condition(
    node: NodeRef<'_>,
    written: Written<'_>,
    problems: &mut Problems,
) -> Option<Program> {
    let program = compile_program(node, written, problems)?;
    if let Some(instead) = constant(&program).or_else(|| program.never_boolean()) {
        let source = program.source().trim();
        let message = format!(
            "Expected a condition that is true or false, but `{source}` is always {instead}."
        );
        let draft = problems.warning(node, "condition-not-boolean", message);
        let draft = match written {
            Written::Attribute(name) => draft.at_attr(name),
            Written::Text => draft.at_text(),
        };
        draft.hint("Compare it with something; a text in quotes is no variable.");
    }
    Some(program)
}

/// What an expression that reads nothing gives, unless that is true or false.
fn constant(program: &Program) -> Option<String> {
    /// What a value without variables may cost before it is left to run time.
    const FUEL: u64 = 10_000;
    if !program.free_names().is_empty() {
        return None;
    }
    let env = Env { now_ms: 0, zone: TimeZone::UTC, seed: 0 };
    let nothing: [(&str, Value); 0] = [];
    let mut budget = Budget { fuel: FUEL, ..Budget::default() };
    let value = program.evaluate(&nothing, &env, &mut budget).ok()?.value;
    match value {
        Value::Boolean(_) => None,
        Value::Null => Some("null".to_owned()),
        value => Some(format!("a {}", value.type_name())),
    }
}

/// A value as text where text is needed: strings as they are, numbers and booleans printed.
#[must_use]
pub fn plain_text(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Boolean(_) => Some(value.to_json().into()),
        _ => None,
    }
}
