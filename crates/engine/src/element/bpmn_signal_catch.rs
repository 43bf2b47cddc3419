//! BPMN signal intermediate catch event: waits for a broadcast.
//!
//! Only a broadcast made while it waits reaches it; nothing is kept for later.

use super::*;
use crate::part::bpmn_signal::BpmnSignalSpec;

/// A BPMN signal intermediate catch event.
#[derive(Debug, PartialEq)]
pub struct BpmnSignalCatch {
    /// What it waits for.
    pub signal: BpmnSignalSpec,
}

impl Element for BpmnSignalCatch {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateCatchEvent", "signalEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        BpmnSignalCatch { signal: BpmnSignalSpec::read(definition_of(node), problems) }
    }

    fn wait(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        ctx.signal_wait(slot, &self.signal).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn every_instance_that_waits_is_reached_once() {
        check(
            r"
                start -> hear:catch-signal(news) -> end
            ",
            r#"
                broadcast news {"early": true}
                > nothing
                start {"order": 1}
                > entered start
                > entered hear
                > listening news
                start {"order": 2}
                > #2 entered start
                > #2 entered hear
                > #2 listening news
                broadcast news {"headline": "rain"}
                > heard news
                > variables {"headline":"rain"}
                > completed hear
                > entered end
                > completed {"headline":"rain","order":1}
                > #2 heard news
                > #2 variables {"headline":"rain"}
                > #2 completed hear
                > #2 entered end
                > #2 completed {"headline":"rain","order":2}
                broadcast news
                > nothing
            "#,
        );
    }


    #[test]
    fn takes_what_its_output_mapping_says() {
        check(
            r#"
                start -> hear:catch-signal(= "news of " + topic) -> end
                hear: outputs { first = = headline }
            "#,
            r#"
                start {"topic": "weather"}
                > entered start
                > entered hear
                > listening "news of weather"
                broadcast "news of weather" {"headline": "rain", "more": 1}
                > heard "news of weather"
                > variables of hear {"headline":"rain","more":1}
                > variables {"first":"rain"}
                > completed hear
                > entered end
                > completed {"first":"rain","topic":"weather"}
            "#,
        );
    }


    #[test]
    fn needs_a_name_and_can_be_cancelled() {
        check(
            r"
                start -> hear:catch-signal(= topic) -> end
            ",
            r#"
                start
                > entered start
                > entered hear
                > incident EXTRACT_VALUE_ERROR hear
                set {"topic": "weather"}
                > variables {"topic":"weather"}
                resolve
                > resolved hear
                > listening weather
                cancel
                > stopped listening weather
                > cancelled hear
                > cancelled
                broadcast weather
                > nothing
            "#,
        );
    }


    #[test]
    fn races_with_other_events() {
        check(
            r"
                start -> race:event-gateway -> hear:catch-signal(news) -> heard:end
                race -> late:timer(PT1H) -> missed:end
            ",
            r#"
                start
                > entered start
                > entered race
                > listening news
                > timer late in PT1H
                broadcast news {"headline": "rain"}
                > heard news
                > timer late cancelled
                > completed race
                > entered hear
                > variables {"headline":"rain"}
                > entered heard
                > completed {"headline":"rain"}
                start
                > #2 entered start
                > #2 entered race
                > #2 listening news
                > #2 timer late in PT1H
                advance PT1H
                > #2 fired late
                > #2 stopped listening news
                > #2 completed race
                > #2 entered late
                > #2 entered missed
                > #2 completed {}
                broadcast news
                > nothing
            "#,
        );
    }


    #[test]
    fn a_token_that_comes_round_waits_for_the_next_broadcast() {
        check(
            r"
                start -> again:xor -> hear:catch-signal(news) -> more:xor -[= go]-> again
                more -[default]-> end
            ",
            r#"
                start {"go": true}
                > entered start
                > entered again
                > entered hear
                > listening news
                broadcast news
                > heard news
                > completed hear
                > entered more
                > entered again
                > entered hear
                > listening news
                broadcast news {"go": false}
                > heard news
                > variables {"go":false}
                > completed hear
                > entered more
                > entered end
                > completed {"go":false}
            "#,
        );
    }
}
