//! Escalation intermediate throw event: throws an escalation to the nearest scope that catches its
//! code, here or in a calling process.
//!
//! The token goes on, unless what catches it interrupts. Caught by nobody, it is no error.

use super::*;

/// An escalation intermediate throw event.
#[derive(Debug, PartialEq)]
pub struct EscalationThrow {
    /// What it throws.
    pub escalation: EscalationSpec,
}

impl Element for EscalationThrow {
    fn matches(node: NodeRef<'_>) -> bool {
        is_event(node, "intermediateThrowEvent", "escalationEventDefinition")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        EscalationThrow {
            escalation: EscalationSpec::read(definition_of(node), true, problems),
        }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        let code = ctx.escalation_code(slot, &self.escalation)?;
        Ok(ctx.escalate(slot, code))
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn goes_on_when_nobody_catches_it() {
        check(
            r"
                start -> warn:escalation-throw(LATE) -> on:end
            ",
            r#"
                start
                > entered start
                > entered warn
                > escalated LATE to nobody
                > entered on
                > completed {}
            "#,
        );
    }


    #[test]
    fn ends_with_what_catches_it() {
        check(
            r"
                start -> ship:sub { start -> warn:escalation-throw(LATE) -> on:end } -> shipped:end
                ship ! late:escalation(LATE) -> late-end:end
            ",
            r#"
                start
                > entered start
                > entered ship
                > entered ship_start
                > entered warn
                > escalated LATE
                > cancelled warn
                > cancelled ship
                > entered late
                > entered late-end
                > completed {}
            "#,
        );
    }


    #[test]
    fn needs_a_code_and_can_be_cancelled() {
        check(
            r"
                start -> warn:escalation-throw(= code) -> on:end
            ",
            r#"
                start
                > entered start
                > entered warn
                > incident EXTRACT_VALUE_ERROR warn
                set {"code": "LATE"}
                > variables {"code":"LATE"}
                resolve
                > resolved warn
                > escalated LATE to nobody
                > entered on
                > completed {"code":"LATE"}
                start
                > #2 entered start
                > #2 entered warn
                > #2 incident EXTRACT_VALUE_ERROR warn
                cancel
                > #2 resolved warn
                > #2 cancelled warn
                > #2 cancelled
            "#,
        );
    }
}
