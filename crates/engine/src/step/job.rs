//! Steps about jobs: complete, fail, throw an error, update.
//!
//! Not here: activation, which changes the job row and not the instance.

use crate::command::{InstanceCommand, Rejection};
use crate::event::{
    Activation, IncidentKind, InstanceEvent, JobKind, Resume, Slot, Variables, Work,
};
use crate::key::Key;
use crate::life::Ctx;
use crate::limits::ERROR_MESSAGE_CHARACTERS_MAX;
use crate::part::Failure;
use crate::state::instance::Job;
use std::sync::Arc;

pub(super) fn decide(ctx: &mut Ctx<'_>, command: &InstanceCommand) -> Result<(), Rejection> {
    use InstanceCommand as C;
    match command {
        C::CompleteJob { slot, job, variables, by, result } => {
            let held = workable(ctx, *slot, *job, "complete")?;
            let (slot, key, by) = (*slot, *job, by.clone());
            if held.kind == JobKind::TaskListener {
                return ctx.hear_listener(slot, &held, variables, result.as_deref(), by);
            }
            if held.kind.listens() {
                ctx.hear(slot, &held, variables.clone(), by);
                return Ok(());
            }
            if held.kind == JobKind::AdHocSubProcess {
                return ctx.decide_ad_hoc(slot, key, variables.clone(), by, result.as_deref());
            }
            ctx.emit(InstanceEvent::JobCompleted { slot, key, by });
            ctx.receive(slot, variables.clone());
            ctx.push(Work::Complete { slot });
            Ok(())
        }
        C::FailJob { slot, job, retries, back_off_ms, message, variables, by } => {
            workable(ctx, *slot, *job, "fail")?;
            let failed = Failed {
                slot: *slot,
                job: *job,
                retries: (*retries).max(0),
                back_off_ms: (*back_off_ms).max(0),
                message: limited(message),
            };
            fail(ctx, failed, variables, by);
            Ok(())
        }
        C::ThrowJobError { slot, job, code, message, variables, by } => {
            let held = workable(ctx, *slot, *job, "throw an error for")?;
            if held.kind == JobKind::TaskListener {
                return Err(Rejection::invalid_state(format!(
                    "Expected a job that may throw a BPMN error, but `{job}` is a task listener's. \
                     Deny the change or fail the job."
                )));
            }
            let retries = held.retries;
            throw(ctx, (*slot, *job), retries, (code, &limited(message)), variables, by);
            Ok(())
        }
        C::UpdateJob { slot, job, retries, deadline_ms } => {
            find(ctx, *slot, *job)?;
            if let Some(retries) = retries {
                if *retries < 1 {
                    return Err(Rejection::invalid_argument(format!(
                        "Expected retries of at least 1, but found {retries}."
                    )));
                }
                let (slot, key, retries) = (*slot, *job, *retries);
                ctx.emit(InstanceEvent::JobRetriesUpdated { slot, key, retries });
            }
            if let Some(deadline_ms) = deadline_ms {
                let (slot, key, deadline_ms) = (*slot, *job, *deadline_ms);
                ctx.emit(InstanceEvent::JobTimeoutUpdated { slot, key, deadline_ms });
            }
            Ok(())
        }
        _ => unreachable!("only commands about jobs come here"),
    }
}

fn find<'c>(ctx: &'c Ctx<'_>, slot: Slot, key: Key) -> Result<&'c Job, Rejection> {
    let held = ctx.state.element(slot).and_then(|held| held.job.as_ref());
    held.filter(|job| job.key == key).ok_or_else(|| {
        Rejection::not_found(format!(
            "Expected to find a job with key `{key}`, but no such job was found. It may have \
             been completed or cancelled already."
        ))
    })
}

/// A job that may be worked on: it is there, and no incident stands in its way.
fn workable(ctx: &Ctx<'_>, slot: Slot, key: Key, verb: &str) -> Result<Job, Rejection> {
    let job = find(ctx, slot, key)?;
    if has_incident(ctx, slot, key) {
        return Err(Rejection::invalid_state(format!(
            "Expected to {verb} job `{key}`, but it is stopped by an incident. Resolve that \
             first."
        )));
    }
    Ok(job.clone())
}

fn has_incident(ctx: &Ctx<'_>, slot: Slot, key: Key) -> bool {
    ctx.at(slot).incidents.iter().any(|incident| incident.job == Some(key))
}

struct Failed {
    slot: Slot,
    job: Key,
    retries: i32,
    back_off_ms: i64,
    message: Arc<str>,
}

fn fail(ctx: &mut Ctx<'_>, failed: Failed, variables: &Variables, by: &Activation) {
    let Failed { slot, job: key, retries, back_off_ms, message } = failed;
    let due_ms = match retries {
        0 => i64::MAX,
        _ if ctx.state.is_suspended() => i64::MAX,
        _ => ctx.inputs.now_ms.saturating_add(back_off_ms),
    };
    // Camunda keeps a failed job's variables in the scope of its element.
    ctx.set_variables(slot, variables.clone());
    let by = by.clone();
    ctx.emit(InstanceEvent::JobFailed { slot, key, by, retries, due_ms, message: message.clone() });
    if retries == 0 {
        let message = if message.is_empty() {
            "Expected the job to succeed, but its worker failed and no retries are left. Give it \
             retries and resolve."
                .to_owned()
        } else {
            message.to_string()
        };
        let kind = match ctx.at(slot).job.as_ref().map(|job| job.kind) {
            Some(JobKind::ExecutionListener) => IncidentKind::ExecutionListenerNoRetries,
            Some(JobKind::TaskListener) => IncidentKind::TaskListenerNoRetries,
            Some(JobKind::AdHocSubProcess) => IncidentKind::AdHocNoRetries,
            _ => IncidentKind::JobNoRetries,
        };
        let failure = Failure::new(kind, message);
        ctx.raise(slot, failure, Resume::Job, Some(key));
    }
}

fn throw(
    ctx: &mut Ctx<'_>,
    (slot, key): (Slot, Key),
    retries: i32,
    (code, message): (&Arc<str>, &Arc<str>),
    variables: &Variables,
    by: &Activation,
) {
    if ctx.is_caught(slot, code) {
        let (code, message, by) = (code.clone(), message.clone(), by.clone());
        ctx.emit(InstanceEvent::JobErrorThrown { slot, key, by, code: code.clone(), message });
        let caught = ctx.throw(slot, &code, variables.clone());
        assert!(caught, "who catches the error was found before");
        return;
    }
    // Nobody catches it: the job waits behind the incident and is offered again when it is
    // resolved.
    let by = by.clone();
    let due_ms = i64::MAX;
    let text: Arc<str> = format!("threw error `{code}`: {message}").into();
    ctx.emit(InstanceEvent::JobFailed { slot, key, by, retries, due_ms, message: text });
    let failure = Failure::new(
        IncidentKind::UnhandledError,
        format!(
            "Expected an error boundary event that catches error code `{code}` ({message}), but \
             found none. Add one and migrate, or repair the cause and resolve to try the job \
             again."
        ),
    );
    ctx.raise(slot, failure, Resume::Job, Some(key));
}

/// Resolving a job's incident needs retries to try with.
pub(super) fn refuse_without_retries(
    ctx: &Ctx<'_>,
    slot: Slot,
    incident: Key,
) -> Result<(), Rejection> {
    match &ctx.at(slot).job {
        Some(job) if job.retries < 1 => Err(Rejection::invalid_state(format!(
            "Expected job `{}` to have retries before incident `{incident}` is resolved, but it \
             has none left. Update its retries first.",
            job.key
        ))),
        _ => Ok(()),
    }
}

/// A job without retries gets some.
pub(super) fn give_retries(ctx: &mut Ctx<'_>, slot: Slot, retries: i32) -> Result<(), Rejection> {
    if retries < 1 {
        return Err(Rejection::invalid_argument(format!(
            "Expected retries of at least 1, but found {retries}."
        )));
    }
    if let Some(key) = ctx.at(slot).job.as_ref().filter(|job| job.retries < 1).map(|job| job.key) {
        ctx.emit(InstanceEvent::JobRetriesUpdated { slot, key, retries });
    }
    Ok(())
}

pub(super) fn offer_again(ctx: &mut Ctx<'_>, slot: Slot) {
    if let Some(key) = ctx.at(slot).job.as_ref().map(|job| job.key) {
        ctx.emit(InstanceEvent::JobOffered { slot, key });
    }
}

fn limited(message: &Arc<str>) -> Arc<str> {
    match message.char_indices().nth(ERROR_MESSAGE_CHARACTERS_MAX) {
        None => message.clone(),
        Some((at, _)) => message[..at].into(),
    }
}
