//! Conditional start event: variables start a process, or an event sub-process.
//!
//! For an event sub-process the scope around it looks at the condition from its begin to its end.
//! For a process somebody asks which conditions are true, with variables of their own: the latest
//! version of each process whose condition is true begins with them.

use super::event_sub_process::is_in_event_sub;
use super::*;
use crate::part::condition::ConditionSpec;

/// A conditional start event.
#[derive(Debug, PartialEq)]
pub struct ConditionStart {
    /// What it waits for.
    pub condition: ConditionSpec,
}

impl Element for ConditionStart {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "startEvent", "conditionalEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let begins = node.parent().is_some_and(|around| around.is_bpmn("process"));
        if !begins && !is_in_event_sub(node) {
            problems
                .error(
                    node,
                    "condition-start-outside",
                    "Expected a conditional start event in a process or an event sub-process, but \
                     found it in a sub-process, which begins when a token comes.",
                )
                .hint("Start with a none start event, and wait for the condition behind it.");
        }
        ConditionStart { condition: ConditionSpec::read(definition_of(node), problems) }
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
    fn starts_each_process_whose_condition_is_true() {
        check(
            r"
                process fire
                hot:condition-start(= heat > 90) -> alarm:job(alarm) -> end
                smoke:condition-start(= smoke) -> look:job(look) -> end
                process frost
                cold:condition-start(= heat < 0) -> salt:job(salt) -> end
            ",
            r#"
                evaluate {"heat": 95, "smoke": true}
                > started fire {"heat":95,"smoke":true}
                > entered hot
                > entered alarm
                > job alarm
                > #2 started fire {"heat":95,"smoke":true}
                > #2 entered smoke
                > #2 entered look
                > #2 job look
                evaluate {"heat": "no number"}
                > nothing
                redeploy process frost; cold:condition-start(= heat < 5) -> warn:job(warn) -> end
                evaluate {"heat": 2}
                > #3 started frost {"heat":2}
                > #3 entered cold
                > #3 entered warn
                > #3 job warn
                cancel
                > job alarm cancelled
                > cancelled alarm
                > cancelled
            "#,
        );
    }

    #[test]
    fn runs_beside_its_scope() {
        check(
            r"
                start -> work:job(work) -> end
                hot:event-sub { warm:condition-start(= heat > 30) non-interrupting -> cool:job(cool) -> end }
            ",
            r#"
                start {"heat": 20}
                > watching warm
                > entered start
                > entered work
                > job work
                set {"heat": 31}
                > variables {"heat":31}
                > true warm
                > entered hot
                > entered warm
                > entered cool
                > job cool
                complete cool
                > completed cool
                > entered hot_end
                > completed hot
                complete work
                > completed work
                > entered end
                > stopped watching warm
                > completed {"heat":31}
            "#,
        );
    }

    #[test]
    fn takes_the_place_of_its_scope() {
        check(
            r"
                start -> box:sub { start -> work:job(work) -> end
                hot:event-sub { warm:condition-start(= heat > 30) -> cool:job(cool) -> end } } -> end
            ",
            r#"
                start {"heat": 20}
                > entered start
                > entered box
                > watching warm
                > entered box_start
                > entered work
                > job work
                set {"heat": 31}
                > variables {"heat":31}
                > true warm
                > interrupted box
                > job work cancelled
                > cancelled work
                > entered hot
                > entered warm
                > entered cool
                > job cool
                complete cool
                > completed cool
                > entered hot_end
                > completed hot
                > completed box
                > entered end
                > completed {"heat":31}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> work:job(work) -> end
                hot:event-sub { warm:condition-start(= heat > 30) -> cool:job(cool) -> end }
                warm: outputs { x = = assert(y, y != null) }
            ",
            r#"
                start {"heat": 20}
                > watching warm
                > entered start
                > entered work
                > job work
                set {"heat": 31}
                > variables {"heat":31}
                > true warm
                > interrupted process
                > job work cancelled
                > cancelled work
                > entered hot
                > entered warm
                > incident IO_MAPPING_ERROR warm
                cancel
                > resolved warm
                > cancelled warm
                > cancelled hot
                > cancelled
            "#,
        );
    }
}
