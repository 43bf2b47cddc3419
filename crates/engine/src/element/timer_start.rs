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
