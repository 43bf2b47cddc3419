//! Error end event: throws a BPMN error to the nearest scope that catches its code.
//!
//! Uncaught, it is an incident on this event, not an end of the process.

use super::*;
use crate::event::IncidentKind;

/// An error end event.
#[derive(Debug, PartialEq)]
pub struct ErrorEnd {
    /// What it throws.
    pub error: ErrorSpec,
}

impl Element for ErrorEnd {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "endEvent", "errorEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        ErrorEnd { error: ErrorSpec::read(definition_of(node), true, problems) }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        let code = match &self.error.code {
            Some(code) => ctx.text(slot, code, "the error code")?,
            None => "".into(),
        };
        if ctx.throw(slot, &code, Vec::new()) {
            return Ok(Entered::Waits);
        }
        Err(Failure::new(
            IncidentKind::UnhandledError,
            format!(
                "Expected an error boundary event or event sub-process that catches error code \
                 `{code}` around this end event, but found none. Add one and migrate, or cancel \
                 the instance."
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn is_caught_around_its_sub_process() {
        check(
            r"
                start -> pay:sub { start -> broke:error-end(NO_MONEY) } -> paid:end
                pay ! poor:error(NO_MONEY) -> unpaid:end
            ",
            r#"
                start
                > entered start
                > entered pay
                > entered pay_start
                > entered broke
                > cancelled broke
                > cancelled pay
                > entered poor
                > entered unpaid
                > completed {}
            "#,
        );
    }

    #[test]
    fn is_an_incident_where_nobody_catches_it() {
        check(
            "start -> broke:error-end(NO_MONEY)",
            r#"
                start
                > entered start
                > entered broke
                > incident UNHANDLED_ERROR_EVENT broke
                ~ because catches error code `NO_MONEY`
                cancel
                > resolved broke
                > cancelled broke
                > cancelled
            "#,
        );
    }

    #[test]
    fn throws_a_computed_code_after_it_was_repaired() {
        check(
            r"
                start -> pay:sub { start -> broke:error-end(= code) } -> paid:end
                pay ! poor:error(NO_MONEY) -> unpaid:end
            ",
            r#"
                start {"code": "WRONG"}
                > entered start
                > entered pay
                > entered pay_start
                > entered broke
                > incident UNHANDLED_ERROR_EVENT broke
                set {"code":"NO_MONEY"}
                resolve broke
                > resolved broke
                > cancelled broke
                > cancelled pay
                > entered poor
                > entered unpaid
                > completed {"code":"NO_MONEY"}
            "#,
        );
    }

    #[test]
    fn needs_a_code_to_throw() {
        check(
            r"
                start -> pay:sub { start -> broke:error-end(= code) } -> paid:end
                pay ! poor:error -> unpaid:end
            ",
            r#"
                start
                > entered start
                > entered pay
                > entered pay_start
                > entered broke
                > incident EXTRACT_VALUE_ERROR broke
                ~ because Expected the error code to be text
                set {"code":"ANY"}
                resolve broke
                > resolved broke
                > cancelled broke
                > cancelled pay
                > entered poor
                > entered unpaid
                > completed {"code":"ANY"}
            "#,
        );
    }
}
