//! None end event: consumes its token.
//!
//! It does not end the process by itself; the scope ends when nothing lives in it any more.

use super::*;

/// A none end event.
#[derive(Debug, PartialEq)]
pub struct EndEvent;

impl Element for EndEvent {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "endEvent", "")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        EndEvent
    }
}
