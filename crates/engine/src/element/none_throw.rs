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

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn passes_at_once() {
        check(
            "start -> milestone:throw -> end",
            r#"
                start
                > entered start
                > entered milestone
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> milestone:throw -> end
                milestone: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                > entered start
                > entered milestone
                > incident IO_MAPPING_ERROR milestone
                cancel
                > resolved milestone
                > cancelled milestone
                > cancelled
            "#,
        );
    }
}
