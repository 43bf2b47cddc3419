//! An input or output mapping: a source expression and the variable path it fills.
//!
//! Not here: which scope the result goes to; that is `life::variables`.

use super::text::Text;
use model::{NodeRef, Problems};
use std::sync::Arc;

/// One `zeebe:input` or `zeebe:output`.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Where the value comes from.
    pub source: Text,
    /// The variable, and the path inside it.
    pub target: Vec<Arc<str>>,
}

impl Mapping {
    /// Reads one mapping. A missing source is `null`, as the Modeler writes it.
    pub fn read(node: NodeRef<'_>, problems: &mut Problems) -> Option<Mapping> {
        let target = node.attr("target").map(str::trim).unwrap_or_default();
        let path: Vec<Arc<str>> = target.split('.').map(|part| part.trim().into()).collect();
        if path.iter().any(|part: &Arc<str>| !is_name(part)) {
            problems
                .error(
                    node,
                    "mapping-target",
                    format!("Expected a variable name or path as target, but found `{target}`."),
                )
                .at_attr("target")
                .hint("Write letters, digits and `_`, with dots between parts: `order.total`.");
            return None;
        }
        let before = problems.len();
        let source = Text::read(node, "source", problems);
        if source.is_none() && problems.len() > before {
            return None;
        }
        let null = || decision::compile("null", decision::Mode::Camunda).ok().map(Text::Computed);
        Some(Mapping { source: source.or_else(null)?, target: path })
    }
}

/// Whether a text can be a variable's name without quotes.
fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    first.is_some_and(|c| c.is_alphabetic() || c == '_')
        && characters.all(|c| c.is_alphanumeric() || c == '_')
}
