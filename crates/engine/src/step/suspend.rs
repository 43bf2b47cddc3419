//! Suspend: an instance stands still until somebody resumes it.
//!
//! Timers and messages on their way wait outside (the runtime keeps them); what workers do with
//! jobs they hold is taken in, and goes on with the rest. Not here: instances that broke
//! (`quarantine`).

use super::{job, quarantine};
use crate::command::{InstanceCommand, Rejection};
use crate::event::{InstanceEvent, Resume};
use crate::life::Ctx;
use crate::state::instance::{Incident, Instance, Phase};

/// Refuses what would move an instance that is suspended.
pub(super) fn refuse(state: &Instance, command: &InstanceCommand) -> Result<(), Rejection> {
    use InstanceCommand as C;
    if !state.is_suspended() {
        return Ok(());
    }
    let may_pass = match command {
        C::AssignUserTask { .. }
        | C::CancelCalled
        | C::CancelInstance
        | C::CompleteJob { .. }
        | C::CreateInstance(_)
        | C::FailJob { .. }
        | C::MigrateInstance(_)
        | C::ModifyInstance(_)
        | C::Quarantine { .. }
        | C::ResumeInstance
        | C::SetVariables { .. }
        | C::SuspendInstance
        | C::UpdateUserTask { .. } => true,
        // A new deadline would hand the job out.
        C::UpdateJob { deadline_ms, .. } => deadline_ms.is_none(),
        _ => false,
    };
    if may_pass {
        return Ok(());
    }
    Err(Rejection::invalid_state(format!(
        "Expected process instance `{}` to go on, but it is suspended. Resume it first.",
        state.key
    )))
}

/// The instance stands still from now on; its jobs are not handed out.
pub(super) fn begin(ctx: &mut Ctx<'_>) -> Result<(), Rejection> {
    refuse_cancelling(ctx)?;
    if ctx.state.suspended {
        return Err(Rejection::invalid_state(format!(
            "Expected process instance `{}` to be active, but it is suspended already.",
            ctx.state.key
        )));
    }
    ctx.emit(InstanceEvent::InstanceSuspended);
    for (slot, key) in quarantine::jobs(ctx) {
        let deadline_ms = i64::MAX;
        ctx.emit(InstanceEvent::JobTimeoutUpdated { slot, key, deadline_ms });
    }
    Ok(())
}

/// It goes on with everything that was to be done.
pub(super) fn end(ctx: &mut Ctx<'_>) -> Result<(), Rejection> {
    refuse_cancelling(ctx)?;
    if !ctx.state.suspended {
        return Err(Rejection::invalid_state(format!(
            "Expected process instance `{}` to be suspended, but it is active.",
            ctx.state.key
        )));
    }
    ctx.emit(InstanceEvent::InstanceResumed);
    if ctx.state.quarantine().is_some() {
        return Ok(());
    }
    for (slot, _) in quarantine::jobs(ctx) {
        job::offer_again(ctx, slot);
    }
    let stops = |incident: &Incident| incident.resume == Resume::Agenda;
    if !ctx.at(0).incidents.iter().any(stops) {
        ctx.take_agenda();
    }
    Ok(())
}

fn refuse_cancelling(ctx: &Ctx<'_>) -> Result<(), Rejection> {
    if ctx.at(0).phase != Phase::Cancelling {
        return Ok(());
    }
    Err(Rejection::invalid_state(format!(
        "Expected process instance `{}` to be active, but it is being cancelled.",
        ctx.state.key
    )))
}
