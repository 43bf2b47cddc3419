//! None start event: where a token begins, in a process or an embedded sub-process.
//!
//! It waits for nothing; message and timer starts have their own files.

use super::*;

/// A none start event.
#[derive(Debug, PartialEq)]
pub struct StartEvent;

impl Element for StartEvent {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "startEvent", "")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        StartEvent
    }
}
