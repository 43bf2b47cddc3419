//! What comes from outside to an instance, in words of the model.
//!
//! Not what comes of it (`moves`).

use super::game::Values;
use engine::command::{ChildOutcome, InstanceCommand};
use engine::event::{Slot, Variables};
use engine::graph::Graph;
use engine::key::Key;
use engine::state::instance::{ElementInstance, Instance};

/// What came from outside to an instance, in words of the model.
#[derive(Debug, Clone)]
pub(crate) enum Stimulus {
    Begin { definition: Key, start: String, values: Values, caller: Option<(Key, Slot)> },
    Done { slot: Slot, values: Values },
    Denied { slot: Slot },
    Failed { slot: Slot, retries: i32, values: Values },
    Threw { slot: Slot, code: String, values: Values },
    Came { slot: Slot, event: String, values: Values },
    Resolved { slot: Slot },
    Set { slot: Slot, values: Values, local: bool },
    Cancel,
    Back { slot: Slot, values: Option<Values>, error: Option<String> },
    Escalated { slot: Slot, code: String },
    Passed { slot: Slot },
    Nothing,
}

impl Stimulus {
    /// Reads a command as it is about to be carried out.
    pub(crate) fn of(state: &Instance, graph: &Graph, command: &InstanceCommand) -> Stimulus {
        Self::read(state, graph, command).unwrap_or(Stimulus::Nothing)
    }

    fn read(state: &Instance, graph: &Graph, command: &InstanceCommand) -> Option<Stimulus> {
        use InstanceCommand as C;
        let event = |element: u32| graph.node(element).id.to_string();
        let slot_of = |holds: &dyn Fn(&ElementInstance) -> bool| {
            state.elements.iter().find(|(_, held)| holds(held)).map(|(slot, _)| *slot)
        };
        Some(match command {
            C::CreateInstance(create) => Stimulus::Begin {
                definition: create.definition,
                start: event(create.start),
                values: values(&create.variables),
                caller: create.parent.as_ref().map(|it| (it.instance, it.slot)),
            },
            C::CompleteJob { slot, result: Some(result), .. } if result.denied => {
                Stimulus::Denied { slot: *slot }
            }
            C::CompleteJob { slot, variables, .. } => {
                Stimulus::Done { slot: *slot, values: values(variables) }
            }
            C::CompleteUserTask { task, variables, .. } => {
                let holds = |held: &ElementInstance| {
                    held.user_task.as_ref().is_some_and(|held| held.key == *task)
                };
                Stimulus::Done { slot: slot_of(&holds)?, values: values(variables) }
            }
            C::FailJob { slot, retries, variables, .. } => {
                Stimulus::Failed { slot: *slot, retries: *retries, values: values(variables) }
            }
            C::ThrowJobError { slot, code, variables, .. } => {
                let (code, values) = (code.to_string(), values(variables));
                Stimulus::Threw { slot: *slot, code, values }
            }
            C::ResolveIncident { incident } | C::RetryIncident { incident, .. } => {
                let holds = |held: &ElementInstance| {
                    held.incidents.iter().any(|held| held.key == *incident)
                };
                Stimulus::Resolved { slot: slot_of(&holds)? }
            }
            C::SetVariables { element, variables, local } => {
                let holds = |held: &ElementInstance| held.key == *element;
                let slot = if *element == state.key { 0 } else { slot_of(&holds)? };
                Stimulus::Set { slot, values: values(variables), local: *local }
            }
            C::CancelInstance | C::CancelCalled => Stimulus::Cancel,
            C::UpdateJob { .. }
            | C::AssignUserTask { .. }
            | C::UpdateUserTask { .. }
            | C::SuspendInstance
            | C::ResumeInstance
            | C::ModifyInstance(_)
            | C::MigrateInstance(_)
            | C::Continue
            | C::Quarantine { .. } => return None,
            other => return Self::read_event(state, graph, other),
        })
    }

    /// Reads an event that came: in time, from others, out of a call.
    fn read_event(state: &Instance, graph: &Graph, command: &InstanceCommand) -> Option<Stimulus> {
        use InstanceCommand as C;
        let event = |element: u32| graph.node(element).id.to_string();
        Some(match command {
            C::FireTimer { slot, timer } => {
                let held = &state.element(*slot)?.timers;
                let timer = held.iter().find(|held| held.key == *timer)?;
                let event = event(timer.element);
                Stimulus::Came { slot: *slot, event, values: Values::new() }
            }
            C::OfferMessage { slot, subscription, variables, .. } => {
                let held = &state.element(*slot)?.subscriptions;
                let waiting = held.iter().find(|held| held.key == *subscription)?;
                let (event, values) = (event(waiting.element), values(variables));
                Stimulus::Came { slot: *slot, event, values }
            }
            C::ReceiveBpmnSignal { slot, subscription, variables, .. } => {
                let held = state.element(*slot)?.signals();
                let awaited = held.iter().find(|held| held.key == *subscription)?;
                let (event, values) = (event(awaited.element), values(variables));
                Stimulus::Came { slot: *slot, event, values }
            }
            C::EscalateChild(escalation) => {
                let (slot, code) = (escalation.slot, escalation.code.to_string());
                let held = state.element(slot)?;
                held.child.filter(|child| *child == escalation.child)?;
                Stimulus::Escalated { slot, code }
            }
            C::PassEscalation { slot } => {
                state.element(*slot)?;
                Stimulus::Passed { slot: *slot }
            }
            C::EndChild { slot, outcome, .. } => {
                let (values, error) = match outcome {
                    ChildOutcome::Completed { variables } => (Some(values(variables)), None),
                    ChildOutcome::Failed { code, variables } => {
                        (Some(values(variables)), Some(code.to_string()))
                    }
                    ChildOutcome::Cancelled => (None, None),
                };
                Stimulus::Back { slot: *slot, values, error }
            }
            _ => return None,
        })
    }
}

pub(super) fn values(variables: &Variables) -> Values {
    variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}
