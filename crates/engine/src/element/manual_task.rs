//! Manual task: work done outside; the token passes at once.
//!
//! Nobody confirms it here; use a user task for that.

use super::*;

/// A manual task.
#[derive(Debug, PartialEq)]
pub struct ManualTask;

impl Element for ManualTask {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("manualTask")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        ManualTask
    }
}
