//! Conditional boundary event: reacts to variables while its activity is active.
//!
//! Its condition is looked at when the activity begins, and whenever a variable it names gets
//! another value where the activity sees it. Not interrupting, it happens at every such change
//! after which the condition is true. What the activity itself leaves behind comes too late for it.

use super::*;
use crate::part::condition::ConditionSpec;

/// A conditional boundary event.
#[derive(Debug, PartialEq)]
pub struct BoundaryCondition {
    /// What it waits for.
    pub condition: ConditionSpec,
}

impl Element for BoundaryCondition {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "boundaryEvent", "conditionalEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        BoundaryCondition { condition: ConditionSpec::read(definition_of(node), problems) }
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
    fn interrupts_its_activity_when_a_variable_changes() {
        check(
            r"
                start -> work:job(work) -> end
                work ! hot:condition(= heat > 30) -> cool:end
            ",
            r#"
                start {"heat": 20}
                > entered start
                > entered work
                > job work
                > watching hot
                set {"heat": 31}
                > variables {"heat":31}
                > true hot
                > job work cancelled
                > cancelled work
                > entered hot
                > entered cool
                > completed {"heat":31}
            "#,
        );
    }

    #[test]
    fn interrupts_at_once_when_it_is_true_at_the_begin() {
        check(
            r"
                start -> work:job(work) -> end
                work ! hot:condition(= heat > 30) -> cool:end
                work: inputs { heat = = outside + 10 }
            ",
            r#"
                start {"outside": 25}
                > entered start
                > entered work
                > variables of work {"heat":35}
                > job work
                > watching hot
                > true hot
                > job work cancelled
                > cancelled work
                > entered hot
                > entered cool
                > completed {"outside":25}
            "#,
        );
    }

    #[test]
    fn happens_at_every_change_that_leaves_it_true() {
        check(
            r"
                start -> work:job(work) -> end
                work !~ hot:condition(= heat > 30) -> told:end
            ",
            r#"
                start {"heat": 20}
                > entered start
                > entered work
                > job work
                > watching hot
                set {"heat": 31}
                > variables {"heat":31}
                > true hot
                > entered hot
                > entered told
                set {"heat": 32}
                > variables {"heat":32}
                > true hot
                > entered hot
                > entered told
                set {"heat": 32}
                > nothing
                set {"heat": 3}
                > variables {"heat":3}
                complete work {"heat": 50}
                > variables {"heat":50}
                > stopped watching hot
                > completed work
                > entered end
                > completed {"heat":50}
            "#,
        );
    }

    #[test]
    fn outer_scopes_come_before_inner_ones() {
        check(
            r"
                start -> box:sub { start -> work:job(work) -> end
                work ! inner:condition(= heat > 30) -> inner-end:end } -> end
                box ! outer:condition(= heat > 30) -> outer-end:end
            ",
            r#"
                start {"heat": 20}
                > entered start
                > entered box
                > watching outer
                > entered box_start
                > entered work
                > job work
                > watching inner
                set {"heat": 31}
                > variables {"heat":31}
                > true outer
                > job work cancelled
                > stopped watching inner
                > cancelled work
                > cancelled box
                > entered outer
                > entered outer-end
                > completed {"heat":31}
                start {"heat": 20}
                > #2 entered start
                > #2 entered box
                > #2 watching outer
                > #2 entered box_start
                > #2 entered work
                > #2 job work
                > #2 watching inner
                set work {"heat": 40} local
                > #2 variables of work {"heat":40}
                > #2 true inner
                > #2 job work cancelled
                > #2 cancelled work
                > #2 entered inner
                > #2 entered inner-end
                > #2 stopped watching outer
                > #2 completed box
                > #2 entered end
                > #2 completed {"heat":20}
            "#,
        );
    }

    #[test]
    fn stops_at_its_own_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> work:job(work) -> end
                work ! hot:condition(= heat > 30) -> cool:end
                hot: outputs { x = = assert(y, y != null) }
            ",
            r#"
                start {"heat": 20}
                > entered start
                > entered work
                > job work
                > watching hot
                set {"heat": 31}
                > variables {"heat":31}
                > true hot
                > job work cancelled
                > cancelled work
                > entered hot
                > incident IO_MAPPING_ERROR hot
                cancel
                > resolved hot
                > cancelled hot
                > cancelled
            "#,
        );
    }
}
