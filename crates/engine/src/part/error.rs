//! A BPMN error reference: the code thrown or caught.
//!
//! Not here: finding who catches it (`life::throw`).

use super::text::Text;
use model::{NodeRef, Problems};

/// The `errorCode` behind `errorRef`; `None` catches every code.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorSpec {
    /// The code.
    pub code: Option<Text>,
}

impl ErrorSpec {
    /// Reads an error event definition. `thrown`: a code is required.
    pub fn read(definition: NodeRef<'_>, thrown: bool, problems: &mut Problems) -> ErrorSpec {
        let reference = definition.attr("errorRef").unwrap_or_default();
        let error = definition.document().resolve(reference);
        if error.is_none() && !reference.is_empty() {
            problems
                .error(
                    definition,
                    "error-missing",
                    format!("Expected a reference to an error, but found `{reference}`."),
                )
                .at_attr("errorRef")
                .hint("Choose or create an error under \"Error\" in the properties panel.");
        }
        let code = error.and_then(|error| Text::read(error, "errorCode", problems));
        if thrown && code.is_none() {
            problems
                .error(
                    definition,
                    "error-code-missing",
                    "Expected an error with a code to throw, but found none.".to_owned(),
                )
                .hint("Give the error a code: it decides which boundary event catches it.");
        }
        if !thrown && matches!(code, Some(Text::Computed(_))) {
            problems
                .error(
                    definition,
                    "error-code-computed",
                    "Expected a fixed code where an error is caught, but found an expression."
                        .to_owned(),
                )
                .hint("Remove the `=`; only thrown codes can be computed.");
        }
        ErrorSpec { code }
    }
}
