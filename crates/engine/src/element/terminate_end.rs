//! Terminate end event: cancels whatever else lives in its scope, which then completes.
//!
//! It does not reach beyond its scope: a sub-process ends, the process around it goes on.

use super::*;

/// A terminate end event.
#[derive(Debug, PartialEq)]
pub struct TerminateEnd;

impl Element for TerminateEnd {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "endEvent", "terminateEventDefinition")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        TerminateEnd
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        ctx.terminate_siblings(slot);
        Ok(Entered::Passes)
    }
}
