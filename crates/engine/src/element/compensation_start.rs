//! Compensation start event: begins the event sub-process that undoes the sub-process around it.
//!
//! It runs when that sub-process has completed and is compensated, with the variables it had at
//! its end. What else completed in it is undone only if a compensation event in there asks for it.

use super::event_sub_process::is_in_event_sub;
use super::*;

/// A compensation start event.
#[derive(Debug, PartialEq)]
pub struct CompensationStart;

impl Element for CompensationStart {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "startEvent", "compensateEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let around = node.parent().and_then(NodeRef::parent);
        let is_sub = around.is_some_and(|it| it.is_bpmn("subProcess") || it.is_bpmn("transaction"));
        if !is_in_event_sub(node) || !is_sub {
            problems
                .error(
                    node,
                    "compensation-start",
                    "Expected a compensation start event in an event sub-process of a \
                     sub-process, but found it elsewhere: a process as a whole is not compensated.",
                )
                .hint("Put a sub-process around what it is to undo.");
        }
        CompensationStart
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn undoes_its_sub_process_with_the_variables_it_had() {
        check(
            r#"
                start -> trip:sub {
                  start -> book:job(book) -> pay:job(pay) -> end
                  book ! booked:compensation -> unbook:job(unbook)
                  back:event-sub { undo:compensation-start -> tell:job(tell) -> rest:compensation-throw -> end }
                } -> later:job(later) -> all:compensation-throw -> done:end
                trip: inputs { seat = = 7 }
            "#,
            r#"
                start
                complete book
                complete pay {"seat": 8}
                > variables of trip {"seat":8}
                > completed pay
                > entered trip_end
                > completed trip
                > entered later
                > job later
                complete later
                > completed later
                > entered all
                > entered trip
                > entered back
                > entered undo
                > entered tell
                > job tell
                complete tell
                > completed tell
                > entered rest
                > entered unbook
                > job unbook
                complete unbook
                > completed unbook
                > completed rest
                > entered back_end
                > completed back
                > completed trip
                > completed all
                > entered done
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping_and_can_be_cancelled() {
        check(
            r#"
                start -> trip:sub {
                  start -> end
                  back:event-sub { undo:compensation-start -> end }
                  undo: outputs { total = = assert(amount, amount != null) }
                } -> all:compensation-throw -> done:end
            "#,
            r#"
                start
                > entered start
                > entered trip
                > entered trip_start
                > entered trip_end
                > completed trip
                > entered all
                > entered trip
                > entered back
                > entered undo
                > incident IO_MAPPING_ERROR undo
                cancel
                > cancelled all
                > resolved undo
                > cancelled undo
                > cancelled back
                > cancelled trip
                > cancelled
            "#,
        );
    }
}
