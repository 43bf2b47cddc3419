//! Error boundary event: catches a BPMN error thrown by its activity or inside it.
//!
//! It never waits for anything; `life::throw` finds it by its code. It always interrupts.

use super::*;

/// An error boundary event.
#[derive(Debug, PartialEq)]
pub struct BoundaryError {
    /// What it catches.
    pub error: ErrorSpec,
}

impl Element for BoundaryError {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "boundaryEvent", "errorEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        if node.attr("cancelActivity").map(str::trim) == Some("false") {
            problems
                .error(
                    node,
                    "error-boundary-interrupts",
                    "Expected an interrupting error boundary event, but found \
                     `cancelActivity=\"false\"`."
                        .to_owned(),
                )
                .at_attr("cancelActivity")
                .hint("An error always ends its activity; remove the attribute.");
        }
        BoundaryError { error: ErrorSpec::read(definition_of(node), false, problems) }
    }

    fn catches(&self) -> Option<&ErrorSpec> {
        Some(&self.error)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn catches_what_its_worker_throws() {
        check(
            r"
                start -> charge:job(charge-card) -> end
                charge ! declined:error(DECLINED) -> unpaid:end
            ",
            r#"
                start
                > entered start
                > entered charge
                > job charge-card
                throw charge-card DECLINED "limit reached" {"limit": 5}
                > job charge-card threw DECLINED
                > cancelled charge
                > entered declined
                > variables {"limit":5}
                > entered unpaid
                > completed {"limit":5}
            "#,
        );
    }

    #[test]
    fn lets_other_codes_pass_to_an_incident() {
        check(
            r"
                start -> charge:job(charge-card) -> end
                charge ! declined:error(DECLINED) -> unpaid:end
            ",
            r#"
                start
                throw charge-card EXPIRED
                > job charge-card failed retries=3
                > incident UNHANDLED_ERROR_EVENT charge
                ~ because catches error code `EXPIRED`
                resolve charge
                > resolved charge
                > job charge-card offered
                throw charge-card DECLINED
                > job charge-card threw DECLINED
                > cancelled charge
                > entered declined
                > entered unpaid
                > completed {}
            "#,
        );
    }

    #[test]
    fn stops_at_its_own_broken_mapping_and_can_be_cancelled() {
        check(
            r"
                start -> charge:job(charge-card) -> end
                charge ! declined:error(DECLINED) -> unpaid:end
                declined: outputs { total = = assert(amount, amount != null) }
            ",
            r#"
                start
                throw charge-card DECLINED
                > job charge-card threw DECLINED
                > cancelled charge
                > entered declined
                > incident IO_MAPPING_ERROR declined
                cancel
                > resolved declined
                > cancelled declined
                > cancelled
            "#,
        );
    }
}
