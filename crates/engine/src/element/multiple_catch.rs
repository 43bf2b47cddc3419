//! Multiple intermediate catch event: waits for the first of several events, or with
//! `parallelMultiple` for all of them.
//!
//! They are messages, timers, BPMN signals and conditions. The first ends the waiting for the
//! others; of all the variables come together. Camunda 8 has none: this one is ours.

use super::*;

/// A multiple intermediate catch event.
#[derive(Debug, PartialEq)]
pub struct MultipleCatch {
    /// Whether all of its definitions must happen.
    pub parallel: bool,
}

impl Element for MultipleCatch {
    fn matches(node: NodeRef<'_>) -> bool {
        is_multiple(node, "intermediateCatchEvent")
    }

    fn read(node: NodeRef<'_>, _: &mut Problems) -> Self {
        MultipleCatch { parallel: is_parallel(node) }
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn goes_on_by_the_first_of_its_events() {
        check(
            r"
                start -> any:catch-signal(news) also-timer(PT1H) also-message(paid, = order) -> end
            ",
            r#"
                start {"order": 1}
                > entered start
                > entered any
                > listening news
                > timer any in PT1H
                > subscribed paid 1
                publish paid 1 {"amount": 5}
                > correlated paid 1
                > variables {"amount":5}
                > timer any cancelled
                > stopped listening news
                > completed any
                > entered end
                > completed {"amount":5,"order":1}
                start {"order": 2}
                > #2 entered start
                > #2 entered any
                > #2 listening news
                > #2 timer any in PT1H
                > #2 subscribed paid 2
                broadcast news
                > #2 heard news
                > #2 timer any cancelled
                > #2 unsubscribed paid 2
                > #2 completed any
                > #2 entered end
                > #2 completed {"order":2}
                start {"order": 3}
                > #3 entered start
                > #3 entered any
                > #3 listening news
                > #3 timer any in PT1H
                > #3 subscribed paid 3
                advance PT1H
                > #3 fired any
                > #3 stopped listening news
                > #3 unsubscribed paid 3
                > #3 completed any
                > #3 entered end
                > #3 completed {"order":3}
            "#,
        );
    }

    #[test]
    fn waits_for_all_of_them() {
        check(
            r"
                start -> both:catch-signal(news) also-message(paid, = order) all -> end
            ",
            r#"
                start {"order": 1}
                > entered start
                > entered both
                > listening news
                > subscribed paid 1
                publish paid 1 {"amount": 5}
                > correlated paid 1
                > kept both
                broadcast news {"headline": "rain"}
                > heard news
                > kept both
                > variables {"amount":5,"headline":"rain"}
                > completed both
                > entered end
                > completed {"amount":5,"headline":"rain","order":1}
            "#,
        );
    }

    #[test]
    fn needs_its_correlation_key_and_can_be_cancelled() {
        check(
            r"
                start -> any:catch-signal(news) also-message(paid, = order) -> end
            ",
            r#"
                start
                > entered start
                > entered any
                > incident EXTRACT_VALUE_ERROR any
                cancel
                > resolved any
                > cancelled any
                > cancelled
                start {"order": 1}
                > #2 entered start
                > #2 entered any
                > #2 listening news
                > #2 subscribed paid 1
                cancel
                > #2 stopped listening news
                > #2 unsubscribed paid 1
                > #2 cancelled any
                > #2 cancelled
            "#,
        );
    }
}
