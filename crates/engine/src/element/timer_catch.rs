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
