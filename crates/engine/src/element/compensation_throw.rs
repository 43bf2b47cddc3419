//! Compensation throw event: undoes what has completed in its scope and goes on after that.
//!
//! With an activity, only that one, as often as it completed. What is still active is left alone.

use super::*;
use crate::part::compensation::read_thrown;
use std::sync::Arc;

/// A compensation throw event.
#[derive(Debug, PartialEq)]
pub struct CompensationThrow {
    /// The activity that is compensated; `None`: all of its scope.
    pub activity: Option<Arc<str>>,
}

impl Element for CompensationThrow {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateThrowEvent", "compensateEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        CompensationThrow { activity: read_thrown(node, problems) }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        ctx.throw_compensation(slot);
        Ok(Entered::Waits)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn undoes_the_last_first_and_goes_on_after_the_first() {
        check(
            r#"
                start -> book:job(book) -> pay:job(pay) -> undo:compensation-throw -> done:end
                book ! booked:compensation -> unbook:job(unbook)
                pay ! paid:compensation -> refund:job(refund)
            "#,
            r#"
                start
                > entered start
                > entered book
                > job book
                complete book
                > completed book
                > entered pay
                > job pay
                complete pay
                > completed pay
                > entered undo
                > entered refund
                > job refund
                complete refund {"refunded": true}
                > variables {"refunded":true}
                > completed refund
                > entered unbook
                > job unbook
                complete unbook
                > completed unbook
                > completed undo
                > entered done
                > completed {"refunded":true}
            "#,
        );
    }

    #[test]
    fn undoes_one_activity_as_often_as_it_completed() {
        check(
            r#"
                start -> again:xor -> book:job(book) -> pay:job(pay) -> more:xor
                more -[= n > 1]-> again
                more -[default]-> undo:compensation-throw(book) -> done:end
                book ! booked:compensation -> unbook:job(unbook)
                pay ! paid:compensation -> refund:job(refund)
            "#,
            r#"
                start {"n": 2}
                complete book
                complete pay
                complete book
                complete pay {"n": 1}
                > variables {"n":1}
                > completed pay
                > entered more
                > entered undo
                > entered unbook
                > job unbook
                complete unbook
                > completed unbook
                > entered unbook
                > job unbook
                complete unbook
                > completed unbook
                > completed undo
                > entered done
                > completed {"n":1}
            "#,
        );
    }

    #[test]
    fn passes_where_nothing_has_completed() {
        check(
            r#"
                start -> fork:and -> book:job(book) -> done:end
                fork -> undo:compensation-throw -> undone:end
                book ! booked:compensation -> unbook:job(unbook)
            "#,
            r#"
                start
                > entered start
                > entered fork
                > entered book
                > entered undo
                > job book
                > completed undo
                > entered undone
                complete book
                > completed book
                > entered done
                > completed {}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_the_handler_at_work() {
        check(
            r#"
                start -> book:job(book) -> undo:compensation-throw -> done:end
                book ! booked:compensation -> unbook:job(unbook)
            "#,
            r#"
                start
                complete book
                cancel
                > cancelled undo
                > job unbook cancelled
                > cancelled unbook
                > cancelled
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping_and_goes_on_after_repair() {
        check(
            r#"
                start -> book:job(book) -> undo:compensation-throw -> done:end
                undo: outputs { total = = assert(amount, amount != null) }
                book ! booked:compensation -> unbook:job(unbook)
            "#,
            r#"
                start
                complete book
                complete unbook
                > completed unbook
                > incident IO_MAPPING_ERROR undo
                set {"amount": 1}
                resolve
                > resolved undo
                > variables {"total":1}
                > completed undo
                > entered done
                > completed {"amount":1,"total":1}
            "#,
        );
    }
}
