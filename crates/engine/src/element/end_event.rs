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

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn consumes_its_token_and_leaves_the_others_alive() {
        check(
            r"
                start -> fork:and -> done:end
                fork -> work:job(work) -> done
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered done
                > entered work
                > job work
                complete work
                > completed work
                > entered done
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_input_mapping() {
        check(
            r"
                start -> done:end
                done: inputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                > entered start
                > entered done
                > incident IO_MAPPING_ERROR done
                set {"amount": 4}
                resolve done
                > resolved done
                > variables of done {"total":4}
                > completed {"amount":4}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_instance() {
        check(
            r"
                start -> done:end
                done: inputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                > entered start
                > entered done
                > incident IO_MAPPING_ERROR done
                cancel
                > resolved done
                > cancelled done
                > cancelled
            "#,
        );
    }
}
