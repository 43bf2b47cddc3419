//! A BPMN signal reference: the name that is broadcast or awaited.
//!
//! Not here: who waits for it (`state::bpmn_signal`).

use super::text::{Text, plain_text};
use decision::{Budget, Env, Scope, Variable};
use model::{NodeRef, Problems};

/// The `name` behind `signalRef`.
#[derive(Debug, Clone, PartialEq)]
pub struct BpmnSignalSpec {
    /// The name.
    pub name: Text,
}

impl BpmnSignalSpec {
    /// Reads a signal event definition. One without a named signal is a problem.
    pub fn read(definition: NodeRef<'_>, problems: &mut Problems) -> BpmnSignalSpec {
        let reference = definition.attr("signalRef").unwrap_or_default();
        let Some(signal) = definition.document().resolve(reference) else {
            problems
                .error(
                    definition,
                    "bpmn-signal-missing",
                    format!(
                        "Expected a reference to a BPMN signal, but found `{reference}`, which \
                         names none."
                    ),
                )
                .hint("Choose or create a signal under \"Signal\" in the properties panel.");
            return BpmnSignalSpec { name: Text::Fixed("".into()) };
        };
        let name = Text::require(signal, "name", "bpmn-signal-name-missing", problems);
        BpmnSignalSpec { name }
    }

    /// The same, for a start of a process: no variables exist yet, so an expression is evaluated
    /// now. One that needs variables is a problem.
    pub fn read_start(definition: NodeRef<'_>, problems: &mut Problems) -> BpmnSignalSpec {
        let spec = BpmnSignalSpec::read(definition, problems);
        let Text::Computed(program) = &spec.name else { return spec };
        let env = Env { now_ms: 0, zone: jiff::tz::TimeZone::UTC, seed: 0 };
        let value = program.evaluate(&Nothing, &env, &mut Budget::default()).ok();
        let name = value.and_then(|it| plain_text(&it.value)).filter(|name| !name.is_empty());
        let Some(name) = name else {
            problems
                .error(
                    definition,
                    "bpmn-signal-start-computed",
                    format!(
                        "Expected the name of a BPMN signal that starts a process to be text \
                         without variables, but `= {}` is not.",
                        program.source().trim()
                    ),
                )
                .hint("No variables exist before an instance does: write a fixed name.");
            return spec;
        };
        BpmnSignalSpec { name: Text::Fixed(name) }
    }

    /// The name, if it does not have to be computed.
    #[must_use]
    pub fn fixed_name(&self) -> Option<&str> {
        match &self.name {
            Text::Fixed(name) => Some(name),
            Text::Computed(_) => None,
        }
    }
}

/// No variables exist before an instance does.
struct Nothing;

impl Scope for Nothing {
    fn variable(&self, _: &str) -> Option<Variable<'_>> {
        None
    }
}
