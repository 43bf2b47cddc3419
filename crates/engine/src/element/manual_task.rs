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

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn passes_at_once() {
        check(
            "start -> sign:manual -> end",
            r#"
                start
                > entered start
                > entered sign
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> sign:manual -> end
                sign: inputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                > entered start
                > entered sign
                > incident IO_MAPPING_ERROR sign
                cancel
                > resolved sign
                > cancelled sign
                > cancelled
            "#,
        );
    }
}
