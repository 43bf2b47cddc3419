//! An attribute that is either fixed text or, after `=`, a FEEL expression.
//!
//! Not here: evaluation against an instance; that is `scope`.

use decision::{Mode, Program, Value};
use model::{NodeRef, Position, Problems};
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
                let position = node.attr_position(attribute);
                compile_program(node, source, position, problems).map(Text::Computed)
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

/// Compiles FEEL with a leading `=` (or without). An error becomes a problem with its exact place.
pub fn compile_program(
    node: NodeRef<'_>,
    source: &str,
    position: Position,
    problems: &mut Problems,
) -> Option<Program> {
    let expression = source.trim_start();
    let expression = expression.strip_prefix('=').unwrap_or(expression);
    let skipped = source.len() - expression.len();
    match decision::compile(expression, Mode::Camunda) {
        Ok(program) => Some(program),
        Err(error) => {
            let offset = position.offset + skipped + error.span.start;
            let place = node.document().position(offset);
            let length = error.span.len().max(1);
            let draft = problems
                .error(
                    node,
                    "feel-syntax",
                    format!("Expected a FEEL expression. {}", error.message),
                )
                .move_to(place, length);
            if let Some(hint) = error.hint {
                drop(draft.hint(hint));
            }
            None
        }
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
