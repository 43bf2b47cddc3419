//! BPMN signal boundary event: reacts to a broadcast while its activity is active.
//!
//! Interrupting, it takes the place of the activity; not interrupting, it runs beside it at every
//! broadcast. Waiting and not waiting any more with the activity is `life`'s work.

use super::*;
use crate::part::bpmn_signal::BpmnSignalSpec;

/// A BPMN signal boundary event.
#[derive(Debug, PartialEq)]
pub struct BoundaryBpmnSignal {
    /// What it waits for.
    pub signal: BpmnSignalSpec,
}

impl Element for BoundaryBpmnSignal {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "boundaryEvent", "signalEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        BoundaryBpmnSignal { signal: BpmnSignalSpec::read(definition_of(node), problems) }
    }

    fn wait(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        ctx.signal_wait(slot, &self.signal).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn interrupts_its_activity_with_what_the_broadcast_brings() {
        check(
            r"
                start -> work:job(work) -> end
                work ! stopped:signal(stop) -> stopped-end:end
            ",
            r#"
                start {"order": 1}
                > entered start
                > entered work
                > job work
                > listening stop
                broadcast stop {"why": "late"}
                > heard stop
                > job work cancelled
                > cancelled work
                > entered stopped
                > variables {"why":"late"}
                > entered stopped-end
                > completed {"order":1,"why":"late"}
                broadcast stop
                > nothing
            "#,
        );
    }


    #[test]
    fn hears_every_broadcast_beside_its_activity() {
        check(
            r"
                start -> work:job(work) -> end
                work !~ asked:signal(ask) -> answer:job(answer) -> answered:end
            ",
            r#"
                start
                > entered start
                > entered work
                > job work
                > listening ask
                broadcast ask {"q": 1}
                > heard ask
                > entered asked
                > variables {"q":1}
                > entered answer
                > job answer
                broadcast ask {"q": 2}
                > heard ask
                > entered asked
                > variables {"q":2}
                > entered answer
                > job answer
                complete work
                > stopped listening ask
                > completed work
                > entered end
                broadcast ask
                > nothing
                complete answer
                > completed answer
                > entered answered
                complete answer
                > completed answer
                > entered answered
                > completed {"q":2}
            "#,
        );
    }


    #[test]
    fn stops_at_its_own_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> work:job(work) -> end
                work ! stopped:signal(stop) -> stopped-end:end
                stopped: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                > entered start
                > entered work
                > job work
                > listening stop
                broadcast stop
                > heard stop
                > job work cancelled
                > cancelled work
                > entered stopped
                > incident IO_MAPPING_ERROR stopped
                cancel
                > resolved stopped
                > cancelled stopped
                > cancelled
                start
                > #2 entered start
                > #2 entered work
                > #2 job work
                > #2 listening stop
                cancel
                > #2 job work cancelled
                > #2 stopped listening stop
                > #2 cancelled work
                > #2 cancelled
            "#,
        );
    }


    #[test]
    fn hears_nothing_once_its_activity_is_repeated_to_the_end() {
        check(
            r"
                start -> work:job(work) each(= [1, 2]) -> end
                work !~ asked:signal(ask) -> asked-end:end
            ",
            r#"
                start
                > entered start
                > entered each work
                > listening ask
                > entered work
                > variables of work {"loopCounter":1}
                > entered work
                > variables of work {"loopCounter":2}
                > job work
                > job work
                broadcast ask
                > heard ask
                > entered asked
                > entered asked-end
                complete work
                > completed work
                broadcast ask
                > heard ask
                > entered asked
                > entered asked-end
                complete work
                > completed work
                > stopped listening ask
                > completed each work
                > entered end
                > completed {}
                broadcast ask
                > nothing
            "#,
        );
    }
}
