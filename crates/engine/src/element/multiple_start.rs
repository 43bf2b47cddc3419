//! Multiple start event: each of several events starts an instance, or an event sub-process, which
//! with `parallelMultiple` all of them start together.
//!
//! They are messages, timers and BPMN signals, in event sub-processes also conditions, and where
//! one is enough errors and escalations. Camunda 8 has none: this one is ours.

use super::*;
use super::event_sub_process::is_in_event_sub;

/// A multiple start event.
#[derive(Debug, PartialEq)]
pub struct MultipleStart {
    /// Whether all of its definitions must happen.
    pub parallel: bool,
}

impl Element for MultipleStart {
    fn matches(node: NodeRef<'_>) -> bool {
        is_multiple(node, "startEvent")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        if is_parallel(node) && !is_in_event_sub(node) {
            problems
                .error(
                    node,
                    "parallel-start",
                    "Expected a start event of a process that one event is enough for, but found \
                     `parallelMultiple=\"true\"`: no instance exists that could wait for the others.",
                )
                .at_attr("parallelMultiple")
                .hint("Start on one of them and wait for the others behind it.");
        }
        MultipleStart { parallel: is_parallel(node) }
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn each_of_its_events_starts_an_instance() {
        check(
            r"
                any:signal-start(dawn) also-message(order) -> work:job(work) -> end
            ",
            r#"
                broadcast dawn {"day": 1}
                > started process {"day":1}
                > entered any
                > entered work
                > job work
                publish order "" {"id": 7}
                > #2 started process {"id":7}
                > #2 entered any
                > #2 entered work
                > #2 job work
            "#,
        );
    }

    #[test]
    fn begins_an_event_sub_process_when_all_have_happened() {
        check(
            r"
                start -> work:job(work) -> end
                both:event-sub { told:signal-start(one) also-signal(two) all -> undo:job(undo) -> end }
            ",
            r#"
                start
                > listening one
                > listening two
                > entered start
                > entered work
                > job work
                broadcast one
                > heard one
                > kept told
                broadcast two
                > heard two
                > kept told
                > interrupted process
                > job work cancelled
                > cancelled work
                > entered both
                > entered told
                > entered undo
                > job undo
                complete undo
                > completed undo
                > entered both_end
                > completed both
                > completed {}
            "#,
        );
    }

    #[test]
    fn begins_an_event_sub_process_by_one_of_them() {
        check(
            r"
                start -> warn:escalation-throw(LATE) -> work:job(work) -> end
                any:event-sub { told:signal-start(one) also-escalation(LATE) non-interrupting -> end }
            ",
            r#"
                start
                > listening one
                > entered start
                > entered warn
                > escalated LATE
                > entered any
                > entered work
                > entered told
                > job work
                > entered any_end
                > completed any
                broadcast one
                > heard one
                > entered any
                > entered told
                > entered any_end
                > completed any
                complete work
                > completed work
                > entered end
                > stopped listening one
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                any:signal-start(dawn) also-message(order) -> end
                any: outputs { x = = assert(y, y != null) }
            ",
            r#"
                broadcast dawn
                > started process
                > entered any
                > incident IO_MAPPING_ERROR any
                cancel
                > resolved any
                > cancelled any
                > cancelled
            "#,
        );
    }
}
