//! Event-based gateway: waits for the events behind it; the first takes the token, the others are
//! not awaited any more.
//!
//! Behind it are message and timer catch events and receive tasks. It holds their timers and
//! subscriptions itself: they are entered when their event has happened. It does not start a
//! process.

use super::*;

/// An event-based gateway.
#[derive(Debug, PartialEq)]
pub struct EventGateway;

impl Element for EventGateway {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("eventBasedGateway")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        for (attribute, value) in [("instantiate", "true"), ("eventGatewayType", "Parallel")] {
            if node.attr(attribute).map(str::trim) == Some(value) {
                problems
                    .error(
                        node,
                        "event-gateway-starts",
                        format!(
                            "Expected an event-based gateway that waits inside a process for one \
                             event, but found `{attribute}=\"{value}\"`."
                        ),
                    )
                    .at_attr(attribute)
                    .hint("Use start events, one for each event, and remove the attribute.");
            }
        }
        EventGateway
    }

    fn enter(&self, _: Slot, _: &mut Ctx<'_>) -> Result<Entered, Failure> {
        Ok(Entered::Waits)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn goes_on_by_the_first_event_with_what_it_brings() {
        check(
            r"
                start -> race:event-gateway -> paid:catch-message(paid, = order) -> thanks:end
                race -> late:timer(PT1H) -> remind:end
                race -> stop:receive(stop, = order) -> stopped:end
            ",
            r#"
                start {"order": 1}
                > entered start
                > entered race
                > subscribed paid 1
                > timer late in PT1H
                > subscribed stop 1
                publish paid 1 {"amount": 5}
                > correlated paid 1
                > timer late cancelled
                > unsubscribed stop 1
                > completed race
                > entered paid
                > variables {"amount":5}
                > entered thanks
                > completed {"amount":5,"order":1}
                publish stop 1
                > expired stop 1
            "#,
        );
    }

    #[test]
    fn goes_on_when_time_is_up() {
        check(
            r"
                start -> race:event-gateway -> paid:catch-message(paid, = order) -> thanks:end
                race -> late:timer(PT1H) -> remind:end
                race -> stop:receive(stop, = order) -> stopped:end
            ",
            r#"
                start {"order": 1}
                advance PT1H
                > fired late
                > unsubscribed paid 1
                > unsubscribed stop 1
                > completed race
                > entered late
                > entered remind
                > completed {"order":1}
                publish paid 1
                > expired paid 1
            "#,
        );
    }

    #[test]
    fn passes_through_a_receive_task() {
        check(
            r"
                start -> race:event-gateway -> paid:catch-message(paid, = order) -> thanks:end
                race -> late:timer(PT1H) -> remind:end
                race -> stop:receive(stop, = order) -> stopped:end
            ",
            r#"
                start {"order": 1}
                publish stop 1 {"why": "changed my mind"}
                > correlated stop 1
                > timer late cancelled
                > unsubscribed paid 1
                > completed race
                > entered stop
                > variables {"why":"changed my mind"}
                > entered stopped
                > completed {"order":1,"why":"changed my mind"}
            "#,
        );
    }

    #[test]
    fn maps_what_the_event_brings_at_the_event() {
        check(
            r"
                start -> race:event-gateway -> paid:catch-message(paid, = order) -> end
                race -> late:timer(PT1H) -> end
                paid: outputs { total = = assert(amount, amount != null) * 2 }
            ",
            r#"
                start {"order": 1}
                publish paid 1
                > correlated paid 1
                > timer late cancelled
                > completed race
                > entered paid
                > incident IO_MAPPING_ERROR paid
                set {"amount": 4}
                resolve
                > resolved paid
                > variables {"total":8}
                > entered end
                > completed {"amount":4,"order":1,"total":8}
            "#,
        );
    }

    #[test]
    fn opens_no_wait_before_all_can_be_opened() {
        check(
            r"
                start -> race:event-gateway -> late:timer(PT1H) -> remind:end
                race -> paid:catch-message(paid, = order) -> thanks:end
            ",
            r#"
                start
                > entered start
                > entered race
                > incident EXTRACT_VALUE_ERROR race
                ~ because the correlation key
                set {"order": 1}
                resolve
                > resolved race
                > timer late in PT1H
                > subscribed paid 1
                publish paid 1
                > correlated paid 1
                > timer late cancelled
                > completed race
                > entered paid
                > entered thanks
                > completed {"order":1}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_scope() {
        check(
            r"
                start -> box:sub {
                  start -> race:event-gateway -> paid:catch-message(paid, = order) -> end
                  race -> late:timer(PT1H) -> end
                } -> end
                box ! stop:timer(PT1M) -> stopped:end
            ",
            r#"
                start {"order": 1}
                > entered start
                > entered box
                > timer stop in PT1M
                > entered box_start
                > entered race
                > subscribed paid 1
                > timer late in PT1H
                advance PT1M
                > fired stop
                > timer late cancelled
                > unsubscribed paid 1
                > cancelled race
                > cancelled box
                > entered stop
                > entered stopped
                > completed {"order":1}
                publish paid 1
                > expired paid 1
            "#,
        );
    }

    #[test]
    fn takes_a_message_that_came_before_it() {
        check(
            r"
                start -> race:event-gateway -> paid:catch-message(paid, = order) -> thanks:end
                race -> late:timer(PT1H) -> remind:end
                race -> stop:receive(stop, = order) -> stopped:end
            ",
            r#"
                publish paid 1 {"amount": 5} ttl PT1H
                start {"order": 1}
                > entered start
                > entered race
                > subscribed paid 1
                > timer late in PT1H
                > subscribed stop 1
                > correlated paid 1
                > timer late cancelled
                > unsubscribed stop 1
                > completed race
                > entered paid
                > variables {"amount":5}
                > entered thanks
                > completed {"amount":5,"order":1}
            "#,
        );
    }
}
