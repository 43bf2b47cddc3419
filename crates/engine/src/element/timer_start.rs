//! Timer start event: time starts an instance, once or in a cycle.
//!
//! The definition head keeps the timer; once started, the token passes.

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
        TimerStart { timer: TimerSpec::read(definition_of(node), true, problems) }
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
}
