//! Multiple end event: throws several at once: BPMN signals, a message that Segue publishes,
//! escalations.
//!
//! Nothing is thrown unless all of it can be. Escalations come last: one that interrupts leaves the
//! others unthrown. Camunda 8 has none: this one is ours.

use super::*;
use crate::part::throws::Throws;

/// A multiple end event.
#[derive(Debug, PartialEq)]
pub struct MultipleEnd {
    /// What it throws.
    pub throws: Throws,
}

impl Element for MultipleEnd {
    fn matches(node: NodeRef<'_>) -> bool {
        is_multiple(node, "endEvent")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        MultipleEnd { throws: Throws::read(node, event_definitions(node), problems) }
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
                fork -> tell:signal-end(news) also-signal(more) also-escalation(LATE)
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
                start -> box:sub { start -> tell:signal-end(news) also-escalation(LATE) } -> end
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
                start -> tell:signal-end(news) also-signal(= topic)
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
