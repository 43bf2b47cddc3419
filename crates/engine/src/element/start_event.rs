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

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn passes_its_token_on() {
        check(
            "start -> end",
            r#"
                start {"a":1}
                > entered start
                > entered end
                > completed {"a":1}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_output_mapping_until_it_is_repaired() {
        check(
            r"
                start -> end
                start: outputs { double = = assert(amount, amount != null) * 2 }
            ",
            r#"
                start
                > entered start
                > incident IO_MAPPING_ERROR start
                ~ because Expected `assert
                set {"amount": 4}
                resolve start
                > resolved start
                > variables {"double":8}
                > entered end
                > completed {"amount":4,"double":8}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_instance() {
        check(
            r"
                start -> end
                start: outputs { double = = assert(amount, amount != null) * 2 }
            ",
            r#"
                start
                > entered start
                > incident IO_MAPPING_ERROR start
                cancel
                > resolved start
                > cancelled start
                > cancelled
            "#,
        );
    }
}
