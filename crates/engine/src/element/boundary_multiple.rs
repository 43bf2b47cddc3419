//! Multiple boundary event: reacts to the first of several events while its activity is active, or
//! with `parallelMultiple` when all of them have happened.
//!
//! They are messages, timers, BPMN signals and conditions, and where one is enough also errors and
//! escalations. Camunda 8 has none: this one is ours.

use super::*;

/// A multiple boundary event.
#[derive(Debug, PartialEq)]
pub struct BoundaryMultiple {
    /// Whether all of its definitions must happen.
    pub parallel: bool,
}

impl Element for BoundaryMultiple {
    fn matches(node: NodeRef<'_>) -> bool {
        is_multiple(node, "boundaryEvent")
    }

    fn read(node: NodeRef<'_>, _: &mut Problems) -> Self {
        BoundaryMultiple { parallel: is_parallel(node) }
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn interrupts_by_any_of_its_events() {
        check(
            r"
                start -> work:job(work) -> end
                work ! any:signal(stop) also-timer(PT1H) also-error(BAD) -> over:end
            ",
            r#"
                start
                > entered start
                > entered work
                > job work
                > listening stop
                > timer any in PT1H
                broadcast stop
                > heard stop
                > job work cancelled
                > timer any cancelled
                > cancelled work
                > entered any
                > entered over
                > completed {}
                start
                > #2 entered start
                > #2 entered work
                > #2 job work
                > #2 listening stop
                > #2 timer any in PT1H
                advance PT1H
                > #2 fired any
                > #2 job work cancelled
                > #2 stopped listening stop
                > #2 cancelled work
                > #2 entered any
                > #2 entered over
                > #2 completed {}
                start
                > #3 entered start
                > #3 entered work
                > #3 job work
                > #3 listening stop
                > #3 timer any in PT1H
                throw work BAD
                > #3 job work threw BAD
                > #3 timer any cancelled
                > #3 stopped listening stop
                > #3 cancelled work
                > #3 entered any
                > #3 entered over
                > #3 completed {}
            "#,
        );
    }

    #[test]
    fn happens_when_all_have_and_then_again() {
        check(
            r"
                start -> work:job(work) -> end
                work !~ both:signal(one) also-signal(two) all -> told:end
            ",
            r#"
                start
                > entered start
                > entered work
                > job work
                > listening one
                > listening two
                broadcast one {"a": 1}
                > heard one
                > kept both
                broadcast one {"a": 2}
                > heard one
                > kept both
                broadcast two {"b": 1}
                > heard two
                > kept both
                > entered both
                > variables {"a":2,"b":1}
                > entered told
                broadcast two {"b": 2}
                > heard two
                > kept both
                broadcast one {"a": 3}
                > heard one
                > kept both
                > entered both
                > variables {"a":3,"b":2}
                > entered told
                complete work
                > stopped listening one
                > stopped listening two
                > completed work
                > entered end
                > completed {"a":3,"b":2}
            "#,
        );
    }

    #[test]
    fn stops_at_its_own_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> work:job(work) -> end
                work ! any:signal(stop) also-timer(PT1H) -> over:end
                any: outputs { x = = assert(y, y != null) }
            ",
            r#"
                start
                > entered start
                > entered work
                > job work
                > listening stop
                > timer any in PT1H
                broadcast stop
                > heard stop
                > job work cancelled
                > timer any cancelled
                > cancelled work
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
