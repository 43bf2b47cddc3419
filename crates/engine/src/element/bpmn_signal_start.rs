//! BPMN signal start event: a broadcast starts an instance of each process that begins with it, or
//! an event sub-process.
//!
//! Of a process the latest version starts, with the variables of the broadcast. For an event
//! sub-process the scope around it waits. Once started, the token passes.

use super::event_sub_process::is_in_event_sub;
use super::*;
use crate::part::bpmn_signal::BpmnSignalSpec;

/// A BPMN signal start event.
#[derive(Debug, PartialEq)]
pub struct BpmnSignalStart {
    /// What starts it; the name of one that starts a process is fixed.
    pub signal: BpmnSignalSpec,
}

impl Element for BpmnSignalStart {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "startEvent", "signalEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        let definition = definition_of(node);
        let signal = match is_in_event_sub(node) {
            true => BpmnSignalSpec::read(definition, problems),
            false => BpmnSignalSpec::read_start(definition, problems),
        };
        BpmnSignalStart { signal }
    }

    fn wait(&self, slot: Slot, ctx: &Ctx<'_>) -> Result<Option<Wait>, Failure> {
        ctx.signal_wait(slot, &self.signal).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn starts_the_latest_version_of_each_process() {
        check(
            r#"
                process bakery
                dawn:signal-start(= "day" + "break") -> bake:job(bake) -> end
                process dairy
                dawn2:signal-start(daybreak) -> milk:job(milk) -> end
            "#,
            r#"
                broadcast daybreak {"day": 1}
                > started bakery {"day":1}
                > entered dawn
                > entered bake
                > job bake
                > #2 started dairy {"day":1}
                > #2 entered dawn2
                > #2 entered milk
                > #2 job milk
                complete bake
                > completed bake
                > entered end
                > completed {"day":1}
                broadcast dusk
                > nothing
            "#,
        );
    }


    #[test]
    fn starts_an_event_sub_process_beside_its_scope() {
        check(
            r"
                start -> work:job(work) -> end
                asked:event-sub {
                  told:signal-start(ask) non-interrupting -> answer:job(answer) -> end
                }
            ",
            r#"
                start
                > listening ask
                > entered start
                > entered work
                > job work
                broadcast ask {"q": 1}
                > heard ask
                > entered asked
                > entered told
                > variables {"q":1}
                > entered answer
                > job answer
                broadcast ask {"q": 2}
                > heard ask
                > entered asked
                > entered told
                > variables {"q":2}
                > entered answer
                > job answer
                complete answer
                > completed answer
                > entered asked_end
                > completed asked
                complete answer
                > completed answer
                > entered asked_end
                > completed asked
                complete work
                > completed work
                > entered end
                > stopped listening ask
                > completed {"q":2}
                broadcast ask
                > nothing
            "#,
        );
    }


    #[test]
    fn takes_the_place_of_its_scope() {
        check(
            r"
                start -> box:sub {
                  start -> work:job(work) -> end
                  stop:event-sub { stopped:signal-start(stop) -> undo:job(undo) -> end }
                } -> done:end
            ",
            r#"
                start
                > entered start
                > entered box
                > listening stop
                > entered box_start
                > entered work
                > job work
                broadcast stop {"why": "late"}
                > heard stop
                > interrupted box
                > job work cancelled
                > cancelled work
                > entered stop
                > entered stopped
                > variables {"why":"late"}
                > entered undo
                > job undo
                broadcast stop
                > nothing
                complete undo
                > completed undo
                > entered stop_end
                > completed stop
                > completed box
                > entered done
                > completed {"why":"late"}
            "#,
        );
    }


    #[test]
    fn stops_at_a_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                dawn:signal-start(daybreak) -> end
                dawn: outputs { double = = assert(day, day != null) * 2 }
            ",
            r#"
                broadcast daybreak
                > started process
                > entered dawn
                > incident IO_MAPPING_ERROR dawn
                cancel
                > resolved dawn
                > cancelled dawn
                > cancelled
            "#,
        );
    }
}
