//! BPMN signal end event: broadcasts.
//!
//! Everybody in this tenant who waits for it is reached, and processes that start on it begin. It
//! brings what the input mappings made, and nothing else. Then the token is consumed.

use super::*;
use crate::part::bpmn_signal::BpmnSignalSpec;

/// A BPMN signal end event.
#[derive(Debug, PartialEq)]
pub struct BpmnSignalEnd {
    /// What it broadcasts.
    pub signal: BpmnSignalSpec,
}

impl Element for BpmnSignalEnd {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "endEvent", "signalEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        BpmnSignalEnd { signal: BpmnSignalSpec::read(definition_of(node), problems) }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        ctx.broadcast(slot, &self.signal)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn reaches_who_waits_with_what_its_inputs_make() {
        check(
            r"
                start -> fork:and -> hear:catch-signal(news) -> heard:end
                fork -> tell:signal-end(news)
                tell: inputs { price = = amount * 2 }
            ",
            r#"
                start {"amount": 10}
                > entered start
                > entered fork
                > entered hear
                > entered tell
                > listening news
                > variables of tell {"price":20}
                > broadcast news
                > heard news
                > variables {"price":20}
                > completed hear
                > entered heard
                > completed {"amount":10,"price":20}
            "#,
        );
    }


    #[test]
    fn needs_a_name_and_can_be_cancelled() {
        check(
            r"
                start -> tell:signal-end(= topic)
            ",
            r#"
                start
                > entered start
                > entered tell
                > incident EXTRACT_VALUE_ERROR tell
                set {"topic": "weather"}
                > variables {"topic":"weather"}
                resolve
                > resolved tell
                > broadcast weather
                > completed {"topic":"weather"}
                start
                > #2 entered start
                > #2 entered tell
                > #2 incident EXTRACT_VALUE_ERROR tell
                cancel
                > #2 resolved tell
                > #2 cancelled tell
                > #2 cancelled
            "#,
        );
    }
}
