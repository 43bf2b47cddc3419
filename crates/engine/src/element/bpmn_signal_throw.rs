//! BPMN signal intermediate throw event: broadcasts.
//!
//! Everybody in this tenant who waits for it is reached, and processes that start on it begin. It
//! brings what the input mappings made, and nothing else. The token goes on at once.

use super::*;
use crate::part::bpmn_signal::BpmnSignalSpec;

/// A BPMN signal intermediate throw event.
#[derive(Debug, PartialEq)]
pub struct BpmnSignalThrow {
    /// What it broadcasts.
    pub signal: BpmnSignalSpec,
}

impl Element for BpmnSignalThrow {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateThrowEvent", "signalEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        BpmnSignalThrow { signal: BpmnSignalSpec::read(definition_of(node), problems) }
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
                fork -> tell:signal-throw(news) -> told:end
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
                > entered told
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
                start -> tell:signal-throw(= topic) -> told:end
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
                > entered told
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
