//! Link catch event: where a token goes on that a link throw event of the same scope sent.
//!
//! It waits for nothing and no flow leads into it; the throw event finds it by its name.

use super::*;
use std::sync::Arc;

/// A link catch event.
#[derive(Debug, PartialEq)]
pub struct LinkCatch {
    /// The link's name, unique in its scope.
    pub name: Arc<str>,
}

impl Element for LinkCatch {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateCatchEvent", "linkEventDefinition")
    }

    fn read(node: NodeRef<'_>, _: &mut Problems) -> Self {
        LinkCatch { name: link_name(node) }
    }
}

/// The name of a link event; `model::check` refuses an empty one.
pub(super) fn link_name(node: NodeRef<'_>) -> Arc<str> {
    definition_of(node).attr("name").unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn goes_on_where_the_link_was_thrown() {
        check(
            r"
                start -> away:link-throw(page-2)
                back:catch-link(page-2) -> work:job(work) -> end
            ",
            r#"
                start
                > entered start
                > entered away
                > entered back
                > entered work
                > job work
                complete work
                > completed work
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn belongs_to_its_scope() {
        check(
            r"
                start -> box:sub {
                  start -> away:link-throw(next)
                  here:catch-link(next) -> inside:job(inside) -> end
                } -> out:link-throw(next)
                there:catch-link(next) -> outside:job(outside) -> end
            ",
            r#"
                start
                > entered start
                > entered box
                > entered box_start
                > entered away
                > entered here
                > entered inside
                > job inside
                complete inside
                > completed inside
                > entered box_end
                > completed box
                > entered out
                > entered there
                > entered outside
                > job outside
                complete outside
                > completed outside
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_a_broken_output_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> away:link-throw(page-2)
                back:catch-link(page-2) -> end
                back: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                > entered start
                > entered away
                > entered back
                > incident IO_MAPPING_ERROR back
                cancel
                > resolved back
                > cancelled back
                > cancelled
            "#,
        );
    }
}
