//! Event sub-process: runs when its start event happens while the scope around it is active.
//!
//! The scope waits for a message or a timer from its activation to its end; an error comes from
//! what it contains. Interrupting, everything in the scope is cancelled first, its other event
//! sub-processes are not awaited any more, and it runs in their place. Not interrupting, it runs
//! beside them, as often as its event happens, and the scope ends after it.

use super::*;
use crate::event::IncidentKind;

/// An event sub-process.
#[derive(Debug, PartialEq)]
pub struct EventSubProcess;

impl Element for EventSubProcess {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event_sub(node)
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let marker = node.bpmn("multiInstanceLoopCharacteristics").next();
        let marker = marker.or_else(|| node.bpmn("standardLoopCharacteristics").next());
        if let Some(marker) = marker {
            problems
                .error(
                    marker,
                    "event-sub-process-repeats",
                    "Expected an event sub-process without a loop marker, but found one: each event \
                     begins it once.",
                )
                .hint("Put a multi-instance sub-process into it.");
        }
        EventSubProcess
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        let node = ctx.node(slot);
        let Some(start) = node.starts.first().copied() else {
            return Err(Failure::new(
                IncidentKind::Unspecified,
                format!("Expected a start event in `{}`, but found none.", node.id),
            ));
        };
        ctx.begin_with(slot, start);
        Ok(Entered::Waits)
    }

    fn leave(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Leaving, Failure> {
        ctx.ask_planner_again(ctx.at(slot).scope)?;
        Ok(Leaving::ByAll)
    }
}

/// Whether it is an event sub-process.
pub(super) fn is_event_sub(node: NodeRef<'_>) -> bool {
    let triggered = node.attr("triggeredByEvent").map(str::trim);
    node.is_bpmn("subProcess") && matches!(triggered, Some("true" | "1"))
}

/// Whether it stands in an event sub-process.
pub(super) fn is_in_event_sub(node: NodeRef<'_>) -> bool {
    node.parent().is_some_and(is_event_sub)
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn runs_beside_its_scope_which_ends_after_it() {
        check(
            r"
                start -> ship:sub {
                  start -> pack:job(pack) -> end
                  asked:event-sub {
                    told:message-start(ask, = order) non-interrupting -> answer:job(answer) -> end
                  }
                } -> shipped:end
            ",
            r#"
                start {"order": 1}
                > entered start
                > entered ship
                > subscribed ask 1
                > entered ship_start
                > entered pack
                > job pack
                publish ask 1 {"q": 1}
                > correlated ask 1
                > entered asked
                > entered told
                > variables {"q":1}
                > entered answer
                > job answer
                publish ask 1 {"q": 2}
                > correlated ask 1
                > entered asked
                > entered told
                > variables {"q":2}
                > entered answer
                > job answer
                complete answer
                > completed answer
                > entered asked_end
                > completed asked
                complete pack
                > completed pack
                > entered ship_end
                complete answer
                > completed answer
                > entered asked_end
                > completed asked
                > unsubscribed ask 1
                > completed ship
                > entered shipped
                > completed {"order":1,"q":2}
                publish ask 1
                > expired ask 1
            "#,
        );
    }

    #[test]
    fn takes_the_place_of_everything_in_its_scope() {
        check(
            r"
                start -> fork:and -> join:and -> never:end
                fork -> box:sub { start -> pack:job(pack) -> end } -> join
                fork -> check:user -> join
                late:event-sub { tick:timer-start(PT1H) -> end }
                asked:event-sub { told:message-start(ask, = order) non-interrupting -> end }
                stop:event-sub { stopped:message-start(stop, = order) -> undo:job(undo) -> end }
            ",
            r#"
                start {"order": 1}
                > timer tick in PT1H
                > subscribed ask 1
                > subscribed stop 1
                > entered start
                > entered fork
                > parked fork.join
                > entered box
                > entered check
                > task check
                > entered box_start
                > entered pack
                > job pack
                publish stop 1 {"why": "changed"}
                > correlated stop 1
                > timer tick cancelled
                > unsubscribed ask 1
                > interrupted process
                > task check cancelled
                > cancelled check
                > job pack cancelled
                > cancelled pack
                > cancelled box
                > entered stop
                > entered stopped
                > variables {"why":"changed"}
                > entered undo
                > job undo
                publish ask 1
                > expired ask 1
                complete undo
                > completed undo
                > entered stop_end
                > completed stop
                > completed {"order":1,"why":"changed"}
            "#,
        );
    }

    #[test]
    fn waits_before_the_first_token_moves() {
        check(
            r"
                start -> work:job(work) -> end
                stop:event-sub { stopped:message-start(stop, = order) -> end }
            ",
            r#"
                start
                > incident EXTRACT_VALUE_ERROR process
                ~ because the correlation key
                resolve
                > resolved process
                > incident EXTRACT_VALUE_ERROR process
                set {"order": 1}
                resolve
                > resolved process
                > subscribed stop 1
                > entered start
                > entered work
                > job work
                complete work
                > completed work
                > entered end
                > unsubscribed stop 1
                > completed {"order":1}
                start
                cancel
                > #2 resolved process
                > #2 cancelled
            "#,
        );
    }

    #[test]
    fn stops_its_scope_before_it_begins_when_it_cannot_wait() {
        check(
            r"
                start -> ship:sub {
                  start -> pack:job(pack) -> end
                  late:event-sub { tick:timer-start(= limit) -> end }
                } -> shipped:end
                ship: inputs { limit = = max }
            ",
            r#"
                start
                > entered start
                > entered ship
                > variables of ship {"limit":null}
                > incident EXTRACT_VALUE_ERROR ship
                set {"max": "PT5M"}
                resolve
                > resolved ship
                > variables of ship {"limit":"PT5M"}
                > timer tick in PT5M
                > entered ship_start
                > entered pack
                > job pack
                advance PT5M
                > fired tick
                > interrupted ship
                > job pack cancelled
                > cancelled pack
                > entered late
                > entered tick
                > entered late_end
                > completed late
                > completed ship
                > entered shipped
                > completed {"max":"PT5M"}
            "#,
        );
    }

    #[test]
    fn leaves_what_is_around_its_scope_alone() {
        check(
            r"
                start -> fork:and -> ship:sub {
                  start -> pack:job(pack) -> end
                  stop:event-sub { stopped:message-start(stop, = order) -> undo:job(undo) -> end }
                } -> shipped:end
                fork -> bill:job(bill) -> billed:end
                ship ! late:timer(PT1H) -> too-late:end
            ",
            r#"
                start {"order": 1}
                > entered start
                > entered fork
                > entered ship
                > entered bill
                > timer late in PT1H
                > subscribed stop 1
                > job bill
                > entered ship_start
                > entered pack
                > job pack
                publish stop 1
                > correlated stop 1
                > interrupted ship
                > job pack cancelled
                > cancelled pack
                > entered stop
                > entered stopped
                > entered undo
                > job undo
                advance PT1H
                > fired late
                > job undo cancelled
                > cancelled undo
                > cancelled stop
                > cancelled ship
                > entered late
                > entered too-late
                complete bill
                > completed bill
                > entered billed
                > completed {"order":1}
            "#,
        );
    }

    #[test]
    fn has_event_sub_processes_of_its_own() {
        check(
            r"
                start -> work:job(work) -> end
                outer:event-sub {
                  begun:message-start(begin, = 1) -> deep:sub {
                    start -> dig:job(dig) -> end
                    inner:event-sub { found:error-start(FOUND) -> lift:job(lift) -> end }
                  } -> end
                  more:event-sub { told:message-start(more, = 2) non-interrupting -> note:job(note) -> end }
                }
            ",
            r#"
                start
                > subscribed begin 1
                > entered start
                > entered work
                > job work
                publish begin 1
                > correlated begin 1
                > interrupted process
                > job work cancelled
                > cancelled work
                > entered outer
                > subscribed more 2
                > entered begun
                > entered deep
                > entered deep_start
                > entered dig
                > job dig
                publish more 2
                > correlated more 2
                > entered more
                > entered told
                > entered note
                > job note
                throw dig FOUND
                > job dig threw FOUND
                > interrupted deep
                > cancelled dig
                > entered inner
                > entered found
                > entered lift
                > job lift
                complete lift
                > completed lift
                > entered inner_end
                > completed inner
                > completed deep
                > entered outer_end
                complete note
                > completed note
                > entered more_end
                > completed more
                > unsubscribed more 2
                > completed outer
                > completed {}
            "#,
        );
    }

    #[test]
    fn is_all_that_a_terminate_end_inside_of_it_ends() {
        check(
            r"
                start -> work:job(work) -> end
                asked:event-sub {
                  told:message-start(ask, = 1) non-interrupting -> fork:and -> answer:job(answer) -> kill:terminate
                  fork -> look:job(look) -> end
                }
            ",
            r#"
                start
                publish ask 1
                > correlated ask 1
                > entered asked
                > entered told
                > entered fork
                > entered answer
                > entered look
                > job answer
                > job look
                complete answer
                > completed answer
                > entered kill
                > job look cancelled
                > cancelled look
                > completed asked
                complete work
                > completed work
                > entered end
                > unsubscribed ask 1
                > completed {}
            "#,
        );
    }

    #[test]
    fn goes_with_its_scope_when_that_is_terminated_or_cancelled() {
        check(
            r"
                start -> work:job(work) -> kill:terminate
                asked:event-sub {
                  told:message-start(ask, = 1) non-interrupting -> answer:job(answer) -> end
                }
            ",
            r#"
                start
                publish ask 1
                complete work
                > completed work
                > entered kill
                > job answer cancelled
                > cancelled answer
                > cancelled asked
                > unsubscribed ask 1
                > completed {}
                start
                publish ask 1
                > #2 correlated ask 1
                > #2 entered asked
                > #2 entered told
                > #2 entered answer
                > #2 job answer
                cancel
                > #2 unsubscribed ask 1
                > #2 job work cancelled
                > #2 cancelled work
                > #2 job answer cancelled
                > #2 cancelled answer
                > #2 cancelled asked
                > #2 cancelled
            "#,
        );
    }

    #[test]
    fn begins_in_a_scope_that_could_not_end() {
        check(
            r"
                start -> ship:sub {
                  start -> pack:job(pack) -> end
                  asked:event-sub { told:message-start(ask, = 1) non-interrupting -> answer:job(answer) -> end }
                  stop:event-sub { stopped:message-start(stop, = 1) -> undo:job(undo) -> end }
                } -> shipped:end
                ship: outputs { sent = = assert(number, number != null) }
            ",
            r#"
                start
                complete pack
                > completed pack
                > entered ship_end
                > incident IO_MAPPING_ERROR ship
                publish ask 1
                > correlated ask 1
                > entered asked
                > entered told
                > entered answer
                > job answer
                set {"number": 4}
                resolve
                > resolved ship
                complete answer
                > completed answer
                > entered asked_end
                > completed asked
                > variables {"sent":4}
                > unsubscribed ask 1
                > unsubscribed stop 1
                > completed ship
                > entered shipped
                > completed {"number":4,"sent":4}
                start
                complete pack
                publish stop 1
                > #2 correlated stop 1
                > #2 unsubscribed ask 1
                > #2 resolved ship
                > #2 interrupted ship
                > #2 entered stop
                > #2 entered stopped
                > #2 entered undo
                > #2 job undo
                complete undo {"number": 5}
                > #2 variables {"number":5}
                > #2 completed undo
                > #2 entered stop_end
                > #2 completed stop
                > #2 variables {"sent":5}
                > #2 completed ship
                > #2 entered shipped
                > #2 completed {"number":5,"sent":5}
            "#,
        );
    }

    #[test]
    fn ends_a_deadlock() {
        check(
            r"
                start -> choose:xor -[= left]-> a:manual -> join:and -> end
                choose -[default]-> b:manual -> join
                stop:event-sub { stopped:message-start(stop, = 1) -> undo:job(undo) -> end }
            ",
            r#"
                start {"left": true}
                > subscribed stop 1
                > entered start
                > entered choose
                > entered a
                > parked a.join
                > incident DEADLOCK process
                publish stop 1
                > correlated stop 1
                > resolved process
                > interrupted process
                > entered stop
                > entered stopped
                > entered undo
                > job undo
                complete undo
                > completed undo
                > entered stop_end
                > completed stop
                > completed {"left":true}
            "#,
        );
    }

    #[test]
    fn keeps_what_its_event_brought_until_its_mapping_is_repaired() {
        check(
            r"
                start -> work:job(work) -> end
                stop:event-sub { stopped:message-start(stop, = 1) -> undo:job(undo) -> end }
                stop: inputs { reason = = assert(code, code != null) }
            ",
            r#"
                start
                publish stop 1 {"why": "changed"}
                > correlated stop 1
                > interrupted process
                > job work cancelled
                > cancelled work
                > entered stop
                > incident IO_MAPPING_ERROR stop
                set {"code": 7}
                resolve
                > resolved stop
                > variables of stop {"reason":7}
                > entered stopped
                > variables {"why":"changed"}
                > entered undo
                > job undo
                complete undo
                > completed undo
                > entered stop_end
                > completed stop
                > completed {"code":7,"why":"changed"}
            "#,
        );
    }
}
