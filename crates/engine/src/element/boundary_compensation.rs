//! Compensation boundary event: names the activity that undoes the one it is attached to.
//!
//! No token comes to it: when its activity has completed, `life::compensate` finds the handler.

use super::*;
use crate::part::compensation::read_handler;
use std::sync::Arc;

/// A compensation boundary event.
#[derive(Debug, PartialEq)]
pub struct BoundaryCompensation {
    /// The element that undoes its activity.
    pub handler: Option<Arc<str>>,
}

impl Element for BoundaryCompensation {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "boundaryEvent", "compensateEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        BoundaryCompensation { handler: read_handler(node, problems) }
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn leads_to_what_undoes_its_activity() {
        check(
            r#"
                start -> book:job(book) -> undo-all:compensation-throw -> done:end
                book ! booked:compensation -> unbook:job(unbook)
            "#,
            r#"
                start
                > entered start
                > entered book
                > job book
                complete book {"seat": 7}
                > variables {"seat":7}
                > completed book
                > entered undo-all
                > entered unbook
                > job unbook
                complete unbook
                > completed unbook
                > completed undo-all
                > entered done
                > completed {"seat":7}
            "#,
        );
    }
}
