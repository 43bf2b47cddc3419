//! An escalation reference: the code thrown or caught.
//!
//! Not here: finding who catches it (`life::escalate`).

use super::text::Text;
use model::{NodeRef, Problems};

/// The `escalationCode` behind `escalationRef`; `None` catches every code.
#[derive(Debug, Clone, PartialEq)]
pub struct EscalationSpec {
    /// The code.
    pub code: Option<Text>,
}

impl EscalationSpec {
    /// Reads an escalation event definition. `thrown`: a code is required.
    pub fn read(definition: NodeRef<'_>, thrown: bool, problems: &mut Problems) -> EscalationSpec {
        let reference = definition.attr("escalationRef").unwrap_or_default();
        let escalation = definition.document().resolve(reference);
        if escalation.is_none() && !reference.is_empty() {
            problems
                .error(
                    definition,
                    "escalation-missing",
                    format!("Expected a reference to an escalation, but found `{reference}`."),
                )
                .at_attr("escalationRef")
                .hint("Choose or create an escalation in the properties panel.");
        }
        let before = problems.len();
        let code = escalation.and_then(|held| Text::read(held, "escalationCode", problems));
        if thrown && code.is_none() && problems.len() == before {
            problems
                .error(
                    definition,
                    "escalation-code-missing",
                    "Expected an escalation with a code to throw, but found none.".to_owned(),
                )
                .hint("Give the escalation a code: it decides which event catches it.");
        }
        if !thrown && matches!(code, Some(Text::Computed(_))) {
            problems
                .error(
                    definition,
                    "escalation-code-computed",
                    "Expected a fixed code where an escalation is caught, but found an \
                     expression."
                        .to_owned(),
                )
                .hint("Remove the `=`; only thrown codes can be computed.");
        }
        EscalationSpec { code }
    }

    /// Whether it catches a code, and whether exactly that one.
    #[must_use]
    pub fn catches(&self, code: &str) -> Option<bool> {
        match &self.code {
            None => Some(false),
            Some(Text::Fixed(caught)) if **caught == *code => Some(true),
            Some(_) => None,
        }
    }
}
