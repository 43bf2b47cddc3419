//! Error end event: throws a BPMN error to the nearest scope that catches its code.
//!
//! Uncaught, it is an incident on this event, not an end of the process.

use super::*;
use crate::event::IncidentKind;

/// An error end event.
#[derive(Debug, PartialEq)]
pub struct ErrorEnd {
    /// What it throws.
    pub error: ErrorSpec,
}

impl Element for ErrorEnd {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "endEvent", "errorEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        ErrorEnd { error: ErrorSpec::read(definition_of(node), true, problems) }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        let code = match &self.error.code {
            Some(code) => ctx.text(slot, code, "the error code")?,
            None => "".into(),
        };
        if ctx.throw(slot, &code, Vec::new()) {
            return Ok(Entered::Waits);
        }
        Err(Failure::new(
            IncidentKind::UnhandledError,
            format!(
                "Expected an error boundary event that catches error code `{code}` around this \
                 end event, but found none. Add one and migrate, or cancel the instance."
            ),
        ))
    }
}
