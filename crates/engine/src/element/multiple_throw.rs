//! Multiple intermediate throw event: throws several at once: BPMN signals, a message that Segue
//! publishes, escalations.
//!
//! Nothing is thrown unless all of it can be. Escalations come last: one that interrupts leaves the
//! others unthrown. Camunda 8 has none: this one is ours.

use super::*;
use crate::part::throws::Throws;

/// A multiple intermediate throw event.
#[derive(Debug, PartialEq)]
pub struct MultipleThrow {
    /// What it throws.
    pub throws: Throws,
}

impl Element for MultipleThrow {
    fn matches(node: NodeRef<'_>) -> bool {
        is_multiple(node, "intermediateThrowEvent")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        MultipleThrow { throws: Throws::read(node, event_definitions(node), problems) }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        ctx.throw_all(slot, &self.throws)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn throws_everything() {
        check(
            r"
                start -> fork:and -> hear:catch-signal(news) -> heard:end
                fork -> hear2:catch-signal(more) -> heard2:end
                fork -> tell:signal-throw(news) also-signal(more) also-escalation(LATE) -> on:end
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered hear
                > entered hear2
                > entered tell
                > listening news
                > listening more
                > broadcast news
                > broadcast more
                > escalated LATE to nobody
                > entered on
                > heard news
                > completed hear
                > entered heard
                > heard more
                > completed hear2
                > entered heard2
                > completed {}
            "#,
        );
    }

    #[test]
    fn ends_with_what_catches_its_escalation() {
        check(
            r"
                start -> box:sub { start -> tell:signal-throw(news) also-escalation(LATE) -> on:end } -> end
                box ! late:escalation(LATE) -> over:end
            ",
            r#"
                start
                > entered start
                > entered box
                > entered box_start
                > entered tell
                > broadcast news
                > escalated LATE
                > cancelled tell
                > cancelled box
                > entered late
                > entered over
                > completed {}
            "#,
        );
    }

    #[test]
    fn throws_nothing_when_one_of_it_cannot_be_thrown() {
        check(
            r"
                start -> tell:signal-throw(news) also-signal(= topic) -> on:end
            ",
            r#"
                start
                > entered start
                > entered tell
                > incident EXTRACT_VALUE_ERROR tell
                set {"topic": "rain"}
                > variables {"topic":"rain"}
                resolve
                > resolved tell
                > broadcast news
                > broadcast rain
                > entered on
                > completed {"topic":"rain"}
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
