//! Link throw event: sends its token to the link catch event of the same name in its scope.
//!
//! Several throw events may lead to one catch event; no flow leads out of them.

use super::link_catch::link_name;
use super::*;
use std::sync::Arc;

/// A link throw event.
#[derive(Debug, PartialEq)]
pub struct LinkThrow {
    /// The link's name.
    pub name: Arc<str>,
}

impl Element for LinkThrow {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateThrowEvent", "linkEventDefinition")
    }

    fn read(node: NodeRef<'_>, _: &mut Problems) -> Self {
        LinkThrow { name: link_name(node) }
    }

    fn leave(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Leaving, Failure> {
        Ok(ctx.node(slot).link.map_or(Leaving::ByAll, Leaving::At))
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn leads_to_one_place_from_several() {
        check(
            r"
                start -> fork:and -> a:job(a) -> one:link-throw(done)
                fork -> b:manual -> two:link-throw(done)
                fork -> c:link-throw(done)
                done:catch-link(done) -> count:script(= n + 1, n) -> end
            ",
            r#"
                start {"n": 0}
                > entered start
                > entered fork
                > entered a
                > entered b
                > entered c
                > job a
                > entered two
                > entered done
                > entered done
                > entered count
                > variables {"n":1}
                > entered count
                > entered end
                > variables {"n":2}
                > entered end
                complete a
                > completed a
                > entered one
                > entered done
                > entered count
                > variables {"n":3}
                > entered end
                > completed {"n":3}
            "#,
        );
    }

    #[test]
    fn makes_a_loop() {
        check(
            r"
                start -> again:xor -> count:script(= n + 1, n) -> enough:xor -[= n < 3]-> back:link-throw(back)
                enough -[default]-> end
                top:catch-link(back) -> again
            ",
            r#"
                start {"n": 1}
                > entered start
                > entered again
                > entered count
                > variables {"n":2}
                > entered enough
                > entered back
                > entered top
                > entered again
                > entered count
                > variables {"n":3}
                > entered enough
                > entered end
                > completed {"n":3}
            "#,
        );
    }

    #[test]
    fn is_waited_for_by_a_join_behind_its_catch_event() {
        check(
            r"
                start -> fork:and -> a:manual -> join:or -> end
                fork -> b:job(b) -> away:link-throw(on)
                back:catch-link(on) -> join
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered a
                > entered b
                > job b
                > parked a.join
                complete b
                > completed b
                > entered away
                > entered back
                > parked back.join
                > entered join
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn goes_after_its_broken_mapping_is_repaired_and_can_be_cancelled() {
        check(
            r"
                start -> away:link-throw(page-2)
                back:catch-link(page-2) -> end
                away: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                > entered start
                > entered away
                > incident IO_MAPPING_ERROR away
                set {"amount": 1}
                resolve
                > resolved away
                > variables {"total":1}
                > entered back
                > entered end
                > completed {"amount":1,"total":1}
                start
                cancel
                > #2 resolved away
                > #2 cancelled away
                > #2 cancelled
            "#,
        );
    }
}
