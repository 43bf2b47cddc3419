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

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn passes_at_once_with_its_mappings() {
        check(
            r"
                start -> think:task -> end
                think: inputs { local = = 2 } outputs { result = = local + 1 }
            ",
            r#"
                start
                > entered start
                > entered think
                > variables of think {"local":2}
                > variables {"result":3}
                > entered end
                > completed {"result":3}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> think:task -> end
                think: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                > entered start
                > entered think
                > incident IO_MAPPING_ERROR think
                cancel
                > resolved think
                > cancelled think
                > cancelled
            "#,
        );
    }
}
