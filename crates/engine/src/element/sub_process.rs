//! Embedded sub-process: a scope with its own start event and variables.
//!
//! Event sub-processes, transactions and ad-hoc sub-processes are not read here.

use super::*;
use crate::event::IncidentKind;

/// An embedded sub-process.
#[derive(Debug, PartialEq)]
pub struct SubProcess;

impl Element for SubProcess {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("subProcess") && node.attr("triggeredByEvent").map(str::trim) != Some("true")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        SubProcess
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        let node = ctx.node(slot);
        let Some(start) = node.starts.first().copied() else {
            return Err(Failure::new(
                IncidentKind::Unspecified,
                format!("Expected a start event in sub-process `{}`, but found none.", node.id),
            ));
        };
        ctx.begin_at(slot, start);
        Ok(Entered::Waits)
    }
}
