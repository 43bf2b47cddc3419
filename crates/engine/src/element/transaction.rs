//! Transaction: a sub-process that can be cancelled as a whole, and then undoes what completed.
//!
//! A cancel end event in it leaves by its cancel boundary event, an error as from any sub-process
//! and without undoing anything. It is no transaction of a database.

use super::*;
use crate::event::IncidentKind;

/// A transaction sub-process.
#[derive(Debug, PartialEq)]
pub struct Transaction;

impl Element for Transaction {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("transaction")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let cancels = node.children().any(|it| is_event(it, "endEvent", "cancelEventDefinition"));
        let marker = node.bpmn("multiInstanceLoopCharacteristics").next();
        if let (true, Some(marker)) = (cancels, marker) {
            problems
                .error(
                    marker,
                    "transaction-repeats",
                    "Expected a transaction that is cancelled to run once, but found a \
                     multi-instance marker.",
                )
                .hint("Put the transaction into a multi-instance sub-process.");
        }
        Transaction
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        let node = ctx.node(slot);
        let Some(start) = node.starts.first().copied() else {
            return Err(Failure::new(
                IncidentKind::Unspecified,
                format!("Expected a start event in transaction `{}`, but found none.", node.id),
            ));
        };
        ctx.begin_at(slot, start);
        Ok(Entered::Waits)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn completes_like_a_sub_process_and_can_be_undone_later() {
        check(
            r#"
                start -> pay:transaction { start -> book:job(book) -> end
                  book ! booked:compensation -> unbook:job(unbook)
                } -> undo:compensation-throw -> done:end
                pay ! off:cancel -> failed:end
            "#,
            r#"
                start
                > entered start
                > entered pay
                > entered pay_start
                > entered book
                > job book
                complete book
                > completed book
                > entered pay_end
                > completed pay
                > entered undo
                > entered pay
                > entered unbook
                > job unbook
                complete unbook
                > completed unbook
                > completed pay
                > completed undo
                > entered done
                > completed {}
            "#,
        );
    }

    #[test]
    fn is_left_by_an_error_without_undoing() {
        check(
            r#"
                start -> pay:transaction { start -> book:job(book) -> charge:job(charge) -> end
                  book ! booked:compensation -> unbook:job(unbook)
                } -> done:end
                pay ! off:cancel -> cancelled-end:end
                pay ! hazard:error(BROKE) -> broken:end
            "#,
            r#"
                start
                complete book
                throw charge BROKE
                > job charge threw BROKE
                > cancelled charge
                > cancelled pay
                > entered hazard
                > entered broken
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping_and_is_cancelled() {
        check(
            r#"
                start -> pay:transaction { start -> book:job(book) -> end } -> done:end
                pay: inputs { total = = assert(amount, amount != null) }
            "#,
            r#"
                start
                > entered start
                > entered pay
                > incident IO_MAPPING_ERROR pay
                cancel
                > resolved pay
                > cancelled pay
                > cancelled
            "#,
        );
    }
}
