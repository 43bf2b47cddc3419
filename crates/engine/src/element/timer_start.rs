//! Timer start event: time starts an instance, once or in a cycle, or an event sub-process.
//!
//! The definition head keeps the timer of a process, the scope around it that of an event
//! sub-process, which may be a cycle if it does not interrupt. Once started, the token passes.

use super::event_sub_process::is_in_event_sub;
use super::*;

/// A timer start event.
#[derive(Debug, PartialEq)]
pub struct TimerStart {
    /// When it fires.
    pub timer: TimerSpec,
}

impl Element for TimerStart {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "startEvent", "timerEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let gentle = node.attr("isInterrupting").map(str::trim) == Some("false");
        let cyclic = gentle || !is_in_event_sub(node);
        TimerStart { timer: TimerSpec::read(definition_of(node), cyclic, problems) }
    }

    fn wait(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        ctx.timer_wait(slot, &self.timer).map(Some)
    }

    fn timer(&self) -> Option<&TimerSpec> {
        Some(&self.timer)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn starts_an_instance_once() {
        check(
            "tick:timer-start(PT1H) -> work:job(work) -> end",
            r#"
                > timer tick in PT1H

                advance PT59M
                > nothing
                advance PT1M
                > fired tick
                > started process
                > entered tick
                > entered work
                > job work
                advance P1D
                > nothing
                complete work
                > completed work
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                tick:timer-start(PT1H) -> end
                tick: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                advance PT1H
                > fired tick
                > started process
                > entered tick
                > incident IO_MAPPING_ERROR tick
                cancel
                > resolved tick
                > cancelled tick
                > cancelled
            "#,
        );
    }

    #[test]
    fn starts_an_event_sub_process_again_and_again() {
        check(
            r"
                start -> work:job(work) -> end
                slow:event-sub {
                  tick:timer-start(R2/PT1H) non-interrupting -> mail:job(mail) -> end
                }
            ",
            r#"
                start
                > timer tick in PT1H and 1 more
                > entered start
                > entered work
                > job work
                advance PT1H
                > fired tick
                > timer tick in PT1H
                > entered slow
                > entered tick
                > entered mail
                > job mail
                advance PT1H
                > fired tick
                > entered slow
                > entered tick
                > entered mail
                > job mail
                advance P1D
                > nothing
                complete work
                > completed work
                > entered end
                complete mail
                complete mail
                > completed mail
                > entered slow_end
                > completed slow
                > completed {}
            "#,
        );
    }

    #[test]
    fn takes_the_place_of_what_is_late() {
        check(
            r"
                start -> work:job(work) -> end
                late:event-sub { tick:timer-start(date: = due) -> hurry:job(hurry) -> end }
            ",
            r#"
                start {"due": "2026-01-01T01:00:00Z"}
                > timer tick in PT1H
                > entered start
                > entered work
                > job work
                advance PT1H
                > fired tick
                > interrupted process
                > job work cancelled
                > cancelled work
                > entered late
                > entered tick
                > entered hurry
                > job hurry
                complete hurry
                > completed hurry
                > entered late_end
                > completed late
                > completed {"due":"2026-01-01T01:00:00Z"}
            "#,
        );
    }
}
