//! The process itself: the outermost scope, always element 0 in slot 0.
//!
//! No XML element is read by this file; the graph puts it there.

use super::*;

/// The process scope.
#[derive(Debug, PartialEq)]
pub struct ProcessScope;

impl Element for ProcessScope {
    fn matches(_: NodeRef<'_>) -> bool {
        false
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        ProcessScope
    }
}
