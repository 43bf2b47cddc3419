//! None intermediate throw event: a milestone the token passes.
//!
//! It throws nothing; messages, signals and escalations have their own events.

use super::*;

/// A none intermediate throw event.
#[derive(Debug, PartialEq)]
pub struct NoneThrow;

impl Element for NoneThrow {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateThrowEvent", "")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        NoneThrow
    }
}
