//! Conditional start event: variables start an event sub-process.
//!
//! The scope around it looks at the condition from its begin to its end. As the start of a process
//! it is a problem: nothing has variables yet.

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
        if !is_in_event_sub(node) {
            problems
                .error(
                    node,
                    "condition-start-outside",
                    "Expected a conditional start event in an event sub-process, but found it \
                     elsewhere: no variables exist before an instance does.",
                )
                .hint("Start with a message, and wait for the condition behind it.");
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
