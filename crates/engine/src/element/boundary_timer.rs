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
