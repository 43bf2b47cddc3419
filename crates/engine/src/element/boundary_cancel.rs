//! Cancel boundary event: the way out of a transaction that was cancelled and compensated.
//!
//! It waits for nothing; the cancel end event in its transaction finds it.

use super::*;

/// A cancel boundary event.
#[derive(Debug, PartialEq)]
pub struct BoundaryCancel;

impl Element for BoundaryCancel {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "boundaryEvent", "cancelEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let host = node.attr("attachedToRef").and_then(|id| node.document().resolve(id));
        if host.is_some_and(|host| !host.is_bpmn("transaction")) {
            problems
                .error(
                    node,
                    "cancel-boundary",
                    "Expected a cancel boundary event on a transaction, but found it on another \
                     activity.",
                )
                .at_attr("attachedToRef")
                .hint("Attach it to a transaction, or use an error boundary event.");
        }
        BoundaryCancel
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn goes_on_where_a_transaction_was_cancelled() {
        check(
            r#"
                start -> pay:transaction { start -> stop:cancel-end } -> done:end
                pay ! off:cancel -> failed:end
            "#,
            r#"
                start
                > entered start
                > entered pay
                > entered pay_start
                > entered stop
                > cancelled stop
                > cancelled pay
                > entered off
                > entered failed
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_its_own_broken_mapping_and_can_be_cancelled() {
        check(
            r#"
                start -> pay:transaction { start -> stop:cancel-end } -> done:end
                pay ! off:cancel -> failed:end
                off: outputs { total = = assert(amount, amount != null) }
            "#,
            r#"
                start
                > entered start
                > entered pay
                > entered pay_start
                > entered stop
                > cancelled stop
                > cancelled pay
                > entered off
                > incident IO_MAPPING_ERROR off
                cancel
                > resolved off
                > cancelled off
                > cancelled
            "#,
        );
    }
}
