//! Compensation end event: undoes what has completed in its scope, and then ends its path.
//!
//! The scope ends after it, when nothing else lives in it.

use super::*;
use crate::part::compensation::read_thrown;
use std::sync::Arc;

/// A compensation end event.
#[derive(Debug, PartialEq)]
pub struct CompensationEnd {
    /// The activity that is compensated; `None`: all of its scope.
    pub activity: Option<Arc<str>>,
}

impl Element for CompensationEnd {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "endEvent", "compensateEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        CompensationEnd { activity: read_thrown(node, problems) }
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
    fn undoes_a_scope_before_it_ends() {
        check(
            r#"
                start -> trip:sub { start -> book:job(book) -> undo:compensation-end
                  book ! booked:compensation -> unbook:job(unbook)
                } -> done:end
            "#,
            r#"
                start
                > entered start
                > entered trip
                > entered trip_start
                > entered book
                > job book
                complete book
                > completed book
                > entered undo
                > entered unbook
                > job unbook
                complete unbook
                > completed unbook
                > completed undo
                > completed trip
                > entered done
                > completed {}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_handlers() {
        check(
            r#"
                start -> book:job(book) -> undo:compensation-end
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
    fn stops_at_a_broken_mapping() {
        check(
            r#"
                start -> undo:compensation-end
                undo: inputs { total = = assert(amount, amount != null) }
            "#,
            r#"
                start
                > entered start
                > entered undo
                > incident IO_MAPPING_ERROR undo
                set {"amount": 1}
                resolve
                > resolved undo
                > variables of undo {"total":1}
                > completed undo
                > completed {"amount":1}
            "#,
        );
    }
}
