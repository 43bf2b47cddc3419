//! Timer boundary event: reacts after a time while its activity is active.
//!
//! Starting and cancelling the timer with the activity is `life`'s work.

use super::*;

/// A timer boundary event.
#[derive(Debug, PartialEq)]
pub struct BoundaryTimer {
    /// When it fires.
    pub timer: TimerSpec,
}

impl Element for BoundaryTimer {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "boundaryEvent", "timerEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let repeats = node.attr("cancelActivity").map(str::trim) == Some("false");
        BoundaryTimer { timer: TimerSpec::read(definition_of(node), repeats, problems) }
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
    fn interrupts_its_activity() {
        check(
            r"
                start -> work:job(work) -> end
                work ! late:timer(PT1H) -> hurry:end
            ",
            r#"
                start
                > entered start
                > entered work
                > job work
                > timer late in PT1H
                advance PT1H
                > fired late
                > job work cancelled
                > cancelled work
                > entered late
                > entered hurry
                > completed {}
            "#,
        );
    }

    #[test]
    fn fires_beside_its_activity_again_and_again() {
        check(
            r"
                start -> work:job(work) -> end
                work !~ late:timer(R2/PT1H) -> mail:job(mail) -> mailed:end
            ",
            r#"
                start
                > entered start
                > entered work
                > job work
                > timer late in PT1H and 1 more
                advance PT1H
                > fired late
                > timer late in PT1H
                > entered late
                > entered mail
                > job mail
                advance PT1H
                > fired late
                > entered late
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
                > entered mailed
                > completed {}
            "#,
        );
    }

    #[test]
    fn is_gone_with_its_activity() {
        check(
            r"
                start -> work:job(work) -> end
                work ! late:timer(PT1H) -> hurry:end
            ",
            r#"
                start
                complete work
                > timer late cancelled
                > completed work
                > entered end
                > completed {}
                advance P1D
                > nothing
            "#,
        );
    }

    #[test]
    fn stops_its_activity_before_it_begins_when_it_cannot_be_computed() {
        check(
            r"
                start -> work:job(work) -> end
                work ! late:timer(= limit) -> hurry:end
            ",
            r#"
                start
                > entered start
                > entered work
                > incident EXTRACT_VALUE_ERROR work
                set {"limit": "PT1M"}
                resolve work
                > resolved work
                > job work
                > timer late in PT1M
                advance PT1M
                > fired late
                > job work cancelled
                > cancelled work
                > entered late
                > entered hurry
                > completed {"limit":"PT1M"}
            "#,
        );
    }

    #[test]
    fn stops_at_its_own_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> work:job(work) -> end
                work ! late:timer(PT1H) -> hurry:end
                late: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                advance PT1H
                > fired late
                > job work cancelled
                > cancelled work
                > entered late
                > incident IO_MAPPING_ERROR late
                cancel
                > resolved late
                > cancelled late
                > cancelled
            "#,
        );
    }
}
