//! Undefined task: a task whose kind nobody chose; the token passes at once.
//!
//! It waits for nobody; choose a kind to give the work to someone.

use super::*;

/// An undefined task.
#[derive(Debug, PartialEq)]
pub struct UndefinedTask;

impl Element for UndefinedTask {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("task")
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        UndefinedTask
    }
}
