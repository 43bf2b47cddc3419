//! Cancel end event: cancels its transaction, undoes what completed in it, and leaves by the
//! cancel boundary event.
//!
//! It reaches no further than its transaction.

use super::*;

/// A cancel end event.
#[derive(Debug, PartialEq)]
pub struct CancelEnd;

impl Element for CancelEnd {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "endEvent", "cancelEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let scope = node.parent().filter(|scope| scope.is_bpmn("transaction"));
        let Some(scope) = scope else {
            problems
                .error(
                    node,
                    "cancel-end",
                    "Expected a cancel end event directly in a transaction, but found it elsewhere.",
                )
                .hint("Use an error end event, or make the sub-process around it a transaction.");
            return CancelEnd;
        };
        let id = scope.id().unwrap_or_default();
        let mut siblings = scope.parent().into_iter().flat_map(NodeRef::children);
        let leads_out = siblings.any(|event| {
            is_event(event, "boundaryEvent", "cancelEventDefinition")
                && event.attr("attachedToRef") == Some(id)
        });
        if !leads_out {
            problems
                .error(
                    node,
                    "cancel-boundary-missing",
                    format!(
                        "Expected a cancel boundary event on transaction `{id}`, but found none."
                    ),
                )
                .hint("Attach one: it says how the process goes on.");
        }
        CancelEnd
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        ctx.terminate_siblings(slot);
        ctx.throw_compensation(slot);
        Ok(Entered::Waits)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn undoes_what_completed_and_leaves_by_the_boundary() {
        check(
            r#"
                start -> pay:transaction {
                  start -> fork:and -> book:job(book) -> charge:job(charge) -> ok:xor
                  ok -[= paid]-> end
                  ok -[default]-> stop:cancel-end
                  fork -> wait:job(wait) -> late:end
                  book ! booked:compensation -> unbook:job(unbook)
                  charge ! charged:compensation -> refund:job(refund)
                } -> done:end
                pay ! off:cancel -> failed:end
            "#,
            r#"
                start {"paid": false}
                > entered start
                > entered pay
                > entered pay_start
                > entered fork
                > entered book
                > entered wait
                > job book
                > job wait
                complete book
                > completed book
                > entered charge
                > job charge
                complete charge
                > completed charge
                > entered ok
                > entered stop
                > job wait cancelled
                > cancelled wait
                > entered refund
                > job refund
                complete refund
                > completed refund
                > entered unbook
                > job unbook
                complete unbook
                > completed unbook
                > cancelled stop
                > cancelled pay
                > entered off
                > entered failed
                > completed {"paid":false}
            "#,
        );
    }

    #[test]
    fn is_cancelled_while_handlers_work() {
        check(
            r#"
                start -> pay:transaction {
                  start -> book:job(book) -> stop:cancel-end
                  book ! booked:compensation -> unbook:job(unbook)
                } -> done:end
                pay ! off:cancel -> failed:end
                pay ! late:timer(PT1H) -> too-late:end
            "#,
            r#"
                start
                complete book
                advance PT1H
                > fired late
                > cancelled stop
                > job unbook cancelled
                > cancelled unbook
                > cancelled pay
                > entered late
                > entered too-late
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping() {
        check(
            r#"
                start -> pay:transaction { start -> stop:cancel-end
                  stop: inputs { total = = assert(amount, amount != null) }
                } -> done:end
                pay ! off:cancel -> failed:end
            "#,
            r#"
                start
                > entered start
                > entered pay
                > entered pay_start
                > entered stop
                > incident IO_MAPPING_ERROR stop
                set {"amount": 1}
                resolve
                > resolved stop
                > variables of stop {"total":1}
                > cancelled stop
                > cancelled pay
                > entered off
                > entered failed
                > completed {"amount":1}
            "#,
        );
    }
}
