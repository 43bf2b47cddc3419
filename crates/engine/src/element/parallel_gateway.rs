//! Parallel gateway: waits for one token on each incoming flow, then leaves by every flow.
//!
//! Parking tokens is `life`'s work; the gateway itself never holds one.

use super::*;

/// A parallel gateway.
#[derive(Debug, PartialEq)]
pub struct ParallelGateway;

impl Element for ParallelGateway {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("parallelGateway")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        ParallelGateway
    }

    fn joins(&self) -> bool {
        true
    }
}
