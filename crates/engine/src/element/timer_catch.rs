//! Intermediate timer catch event: waits for a moment or a duration.
//!
//! A cycle makes no sense here and is a problem.

use super::*;

/// An intermediate timer catch event.
#[derive(Debug, PartialEq)]
pub struct TimerCatch {
    /// When it fires.
    pub timer: TimerSpec,
}

impl Element for TimerCatch {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateCatchEvent", "timerEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        TimerCatch { timer: TimerSpec::read(definition_of(node), false, problems) }
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
    fn waits_for_a_duration() {
        check(
            "start -> wait:timer(PT5M) -> end",
            r#"
                start
                > entered start
                > entered wait
                > timer wait in PT5M
                advance PT4M
                > nothing
                advance PT1M
                > fired wait
                > completed wait
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn waits_for_a_moment_and_not_for_one_that_is_over() {
        check(
            "start -> wait:timer(date: = moment) -> end",
            r#"
                start {"moment": "2026-01-01T00:00:10Z"}
                > entered start
                > entered wait
                > timer wait in PT10S
                start {"moment": "2025-01-01T00:00:00Z"}
                > #2 entered start
                > #2 entered wait
                > #2 timer wait in -P365D
                advance PT0S
                > #2 fired wait
                > #2 completed wait
                > #2 entered end
                > #2 completed {"moment":"2025-01-01T00:00:00Z"}
                advance PT10S
                > fired wait
                > completed wait
                > entered end
                > completed {"moment":"2026-01-01T00:00:10Z"}
            "#,
        );
    }

    #[test]
    fn needs_a_duration() {
        check(
            "start -> wait:timer(= pause) -> end",
            r#"
                start {"pause": "a while"}
                > entered start
                > entered wait
                > incident EXTRACT_VALUE_ERROR wait
                ~ because Expected an ISO 8601 duration such as `PT5M` or `P1D`, but found `a while`
                set {"pause": "PT1M"}
                resolve wait
                > resolved wait
                > timer wait in PT1M
                advance PT1M
                > fired wait
                > completed wait
                > entered end
                > completed {"pause":"PT1M"}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_instance() {
        check(
            "start -> wait:timer(PT5M) -> end",
            r#"
                start
                cancel
                > timer wait cancelled
                > cancelled wait
                > cancelled
                advance P1D
                > nothing
            "#,
        );
    }
}
