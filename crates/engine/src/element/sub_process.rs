//! Embedded sub-process: a scope with its own start event and variables.
//!
//! Event sub-processes, transactions and ad-hoc sub-processes are not read here.

use super::event_sub_process::is_event_sub;
use super::*;
use crate::event::IncidentKind;

/// An embedded sub-process.
#[derive(Debug, PartialEq)]
pub struct SubProcess;

impl Element for SubProcess {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("subProcess") && !is_event_sub(node)
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        SubProcess
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        let node = ctx.node(slot);
        let Some(start) = node.starts.first().copied() else {
            return Err(Failure::new(
                IncidentKind::Unspecified,
                format!("Expected a start event in sub-process `{}`, but found none.", node.id),
            ));
        };
        ctx.begin_at(slot, start);
        Ok(Entered::Waits)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn is_done_when_everything_inside_is() {
        check(
            r"
                start -> ship:sub {
                  start -> fork:and -> a:job(a) -> end
                  fork -> b:job(b) -> end
                } -> done:end
            ",
            r#"
                start
                > entered start
                > entered ship
                > entered ship_start
                > entered fork
                > entered a
                > entered b
                > job a
                > job b
                complete a
                > completed a
                > entered ship_end
                complete b
                > completed b
                > entered ship_end
                > completed ship
                > entered done
                > completed {}
            "#,
        );
    }

    #[test]
    fn keeps_its_variables_to_itself() {
        check(
            r#"
                start -> ship:sub { start -> pack:job(pack) -> end } -> done:end
                ship: inputs { item = = "tea"; note = = null } outputs { sent = = item + note }
            "#,
            r#"
                start
                > entered start
                > entered ship
                > variables of ship {"item":"tea","note":null}
                > entered ship_start
                > entered pack
                > job pack
                complete pack {"note": "!", "weight": 3}
                > variables {"weight":3}
                > variables of ship {"note":"!"}
                > completed pack
                > entered ship_end
                > variables {"sent":"tea!"}
                > completed ship
                > entered done
                > completed {"sent":"tea!","weight":3}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_output_mapping_once() {
        check(
            r"
                start -> ship:sub {
                  start -> fork:and -> a:end
                  fork -> b:end
                } -> done:end
                ship: outputs { sent = = assert(number, number != null) }
            ",
            r#"
                start
                > entered start
                > entered ship
                > entered ship_start
                > entered fork
                > entered a
                > entered b
                > incident IO_MAPPING_ERROR ship
                set {"number": 4}
                resolve ship
                > resolved ship
                > variables {"sent":4}
                > completed ship
                > entered done
                > completed {"number":4,"sent":4}
            "#,
        );
    }

    #[test]
    fn is_cancelled_from_the_inside_out() {
        check(
            r"
                start -> ship:sub { start -> box:sub { start -> pack:job(pack) -> end } -> end } -> done:end
            ",
            r#"
                start
                > entered start
                > entered ship
                > entered ship_start
                > entered box
                > entered box_start
                > entered pack
                > job pack
                cancel
                > job pack cancelled
                > cancelled pack
                > cancelled box
                > cancelled ship
                > cancelled
            "#,
        );
    }
}
