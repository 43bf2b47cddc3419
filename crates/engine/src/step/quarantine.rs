//! Quarantine: an instance at which the engine broke an invariant stands still until its incident
//! is resolved, or it is cancelled.
//!
//! Not here: who notices (the runtime, when a step panics), and timers and effects on their way,
//! which the runtime keeps until then.

use super::job;
use crate::command::{InstanceCommand, Rejection};
use crate::event::{IncidentKind, InstanceEvent, Resume, Slot};
use crate::key::Key;
use crate::life::Ctx;
use crate::part::Failure;
use crate::state::instance::Instance;

/// Refuses what would move an instance that stands still.
pub(super) fn refuse(state: &Instance, command: &InstanceCommand) -> Result<(), Rejection> {
    use InstanceCommand as C;
    let Some(quarantine) = state.quarantine() else { return Ok(()) };
    let may_pass = match command {
        C::CancelInstance | C::CancelCalled | C::SetVariables { .. } | C::UpdateJob { .. } => true,
        C::SuspendInstance | C::ResumeInstance => true,
        C::ResolveIncident { incident } | C::RetryIncident { incident, .. } => {
            *incident == quarantine
        }
        _ => false,
    };
    if may_pass {
        return Ok(());
    }
    Err(Rejection::invalid_state(format!(
        "Expected process instance `{}` to go on, but it stands still: the engine broke an \
         invariant there. Repair it and resolve incident `{quarantine}` to try again, or cancel it.",
        state.key
    )))
}

/// The instance stands still from now on; its jobs are not handed out.
pub(super) fn begin(ctx: &mut Ctx<'_>, message: &str) {
    ctx.raise(0, Failure::new(IncidentKind::Quarantined, message), Resume::Scope, None);
    for (slot, key) in jobs(ctx) {
        let deadline_ms = i64::MAX;
        ctx.emit(InstanceEvent::JobTimeoutUpdated { slot, key, deadline_ms });
    }
}

/// It goes on: its jobs are handed out again.
pub(super) fn end(ctx: &mut Ctx<'_>) {
    if ctx.state.is_suspended() {
        return;
    }
    for (slot, _) in jobs(ctx) {
        job::offer_again(ctx, slot);
    }
}

/// Jobs no incident of their own stops.
pub(super) fn jobs(ctx: &Ctx<'_>) -> Vec<(Slot, Key)> {
    let elements = ctx.state.elements.iter();
    let waiting = elements.filter_map(|(slot, held)| {
        let key = held.job.as_ref()?.key;
        let stopped = held.incidents.iter().any(|incident| incident.job == Some(key));
        (!stopped).then_some((*slot, key))
    });
    waiting.collect()
}
