//! Conditional intermediate catch event: waits until a condition is true.
//!
//! It is looked at when the event is reached, and whenever a variable it names gets another value.
//! `zeebe:conditionalFilter` narrows that down to some variables, or to new or changed ones. A
//! condition that is null or cannot be evaluated is not true.

use super::*;
use crate::part::condition::ConditionSpec;

/// A conditional intermediate catch event.
#[derive(Debug, PartialEq)]
pub struct ConditionCatch {
    /// What it waits for.
    pub condition: ConditionSpec,
}

impl Element for ConditionCatch {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateCatchEvent", "conditionalEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        ConditionCatch { condition: ConditionSpec::read(definition_of(node), problems) }
    }

    fn wait(&self, _: Slot, _: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        Ok(Some(Wait::Condition))
    }

    fn condition(&self) -> Option<&ConditionSpec> {
        Some(&self.condition)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn waits_until_its_condition_is_true() {
        check(
            r"
                start -> hot:catch-condition(= heat > 30) -> end
            ",
            r#"
                start {"heat": 20}
                > entered start
                > entered hot
                > watching hot
                set {"other": 1}
                > variables {"other":1}
                set {"heat": 25}
                > variables {"heat":25}
                set {"heat": 31}
                > variables {"heat":31}
                > true hot
                > completed hot
                > entered end
                > completed {"heat":31,"other":1}
            "#,
        );
    }

    #[test]
    fn passes_when_it_is_true_already() {
        check(
            r"
                start -> hot:catch-condition(= heat > 30) -> end
            ",
            r#"
                start {"heat": 40}
                > entered start
                > entered hot
                > watching hot
                > true hot
                > completed hot
                > entered end
                > completed {"heat":40}
            "#,
        );
    }

    #[test]
    fn null_is_not_true_and_it_can_be_cancelled() {
        check(
            r"
                start -> hot:catch-condition(= heat > 30) -> end
            ",
            r#"
                start
                > entered start
                > entered hot
                > watching hot
                set {"heat": "warm"}
                > variables {"heat":"warm"}
                cancel
                > stopped watching hot
                > cancelled hot
                > cancelled
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_output_mapping() {
        check(
            r"
                start -> hot:catch-condition(= heat > 30) -> end
                hot: outputs { x = = assert(y, y != null) }
            ",
            r#"
                start {"heat": 40}
                > entered start
                > entered hot
                > watching hot
                > true hot
                > incident IO_MAPPING_ERROR hot
                set {"y": 1}
                > variables {"y":1}
                resolve
                > resolved hot
                > variables {"x":1}
                > completed hot
                > entered end
                > completed {"heat":40,"x":1,"y":1}
            "#,
        );
    }

    #[test]
    fn races_with_other_events() {
        check(
            r"
                start -> race:event-gateway -> hot:catch-condition(= heat > 30) -> cool:end
                race -> late:timer(PT1H) -> missed:end
            ",
            r#"
                start {"heat": 1}
                > entered start
                > entered race
                > watching hot
                > timer late in PT1H
                set {"heat": 99}
                > variables {"heat":99}
                > true hot
                > timer late cancelled
                > completed race
                > entered hot
                > entered cool
                > completed {"heat":99}
                start {"heat": 1}
                > #2 entered start
                > #2 entered race
                > #2 watching hot
                > #2 timer late in PT1H
                advance PT1H
                > #2 fired late
                > #2 stopped watching hot
                > #2 completed race
                > #2 entered late
                > #2 entered missed
                > #2 completed {"heat":1}
            "#,
        );
    }
}
