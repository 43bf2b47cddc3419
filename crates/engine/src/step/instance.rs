//! Steps of a process instance.
//!
//! Not here: the phases of an element's life (`life`), and commands about jobs (`job`).

use super::{Outcome, job, migrate, modify, quarantine, suspend, user_task};
use crate::command::{Command, CreateInstance, Effect, InstanceCommand, MailboxCommand, Rejection};
use crate::definitions::Definitions;
use crate::event::{
    Created, ElementIndex, IncidentKind, InstanceEvent, Resume, Slot, Variables, Work,
};
use crate::graph::Graph;
use crate::key::Key;
use crate::life::{Ctx, Inputs};
use crate::part::Failure;
use crate::part::timer::Due;
use crate::state::instance::{Instance, Phase};

/// One step of an instance. On `Err` nothing changed.
pub fn step(
    definitions: &Definitions,
    graph: &Graph,
    state: &mut Instance,
    command: &InstanceCommand,
    inputs: &mut Inputs,
) -> Result<Outcome<InstanceEvent>, Rejection> {
    let exists = state.next_slot > 0 || matches!(command, InstanceCommand::CreateInstance(_));
    if state.has_ended() || !exists {
        return absent(state.key, command);
    }
    quarantine::refuse(state, command)?;
    suspend::refuse(state, command)?;
    let mut ctx = Ctx::new(definitions, graph, state, inputs);
    let decided = decide(&mut ctx, command);
    assert!(decided.is_ok() || ctx.events.is_empty(), "a rejection changes no state");
    decided?;
    ctx.run();
    let fuel = ctx.fuel();
    Ok(Outcome { events: ctx.events, effects: ctx.effects, places: ctx.places, fuel })
}

/// What an instance that is not there answers: a message on its way to it goes back.
fn absent(key: Key, command: &InstanceCommand) -> Result<Outcome<InstanceEvent>, Rejection> {
    let InstanceCommand::OfferMessage { subscription, message, mailbox, at, .. } = command else {
        return Err(Rejection::not_found(format!(
            "Expected process instance `{key}` to be active, but it has ended or never existed."
        )));
    };
    let (subscription, message, at) = (*subscription, *message, *at);
    let refuse = MailboxCommand::RefuseMessage { subscription, message, at };
    let effect = Effect { target: *mailbox, command: Command::Mailbox(refuse) };
    Ok(Outcome { effects: vec![effect], ..Outcome::default() })
}

fn decide(ctx: &mut Ctx<'_>, command: &InstanceCommand) -> Result<(), Rejection> {
    use InstanceCommand as C;
    match command {
        C::CreateInstance(create) => create_instance(ctx, create),
        C::CancelInstance => {
            refuse_called(ctx)?;
            cancel_instance(ctx)
        }
        C::CompensateInstance => compensate_instance(ctx),
        C::CancelCalled => cancel_instance(ctx),
        C::EndChild { slot, child, outcome } => ctx.end_child(*slot, *child, outcome),
        C::FireTimer { slot, timer } => fire_timer(ctx, *slot, *timer),
        C::OfferMessage { .. } => {
            offer_message(ctx, command);
            Ok(())
        }
        C::ReceiveBpmnSignal { slot, subscription, signal, variables } => {
            ctx.receive_signal(*slot, *subscription, *signal, variables.clone());
            Ok(())
        }
        C::EscalateChild(escalation) => {
            ctx.escalate_child(escalation);
            Ok(())
        }
        C::PassEscalation { slot } => {
            ctx.pass_escalation(*slot);
            Ok(())
        }
        C::ResolveIncident { incident } => resolve_incident(ctx, *incident, None),
        C::RetryIncident { incident, retries } => resolve_incident(ctx, *incident, Some(*retries)),
        C::SetVariables { element, variables, local } => {
            set_variables(ctx, *element, variables, *local)
        }
        C::CompleteUserTask { .. } | C::AssignUserTask { .. } | C::UpdateUserTask { .. } => {
            user_task::decide(ctx, command)
        }
        C::SuspendInstance => suspend::begin(ctx),
        C::ResumeInstance => suspend::end(ctx),
        C::ModifyInstance(modification) => modify::decide(ctx, modification),
        C::MigrateInstance(migration) => migrate::decide(ctx, migration),
        C::ActivateActivities { element, activities, cancels_remaining } => {
            ctx.activate_activities(*element, activities, *cancels_remaining)
        }
        C::Continue => {
            ctx.take_agenda();
            Ok(())
        }
        C::Quarantine { message } => {
            quarantine::begin(ctx, message);
            Ok(())
        }
        C::CompleteJob { .. }
        | C::FailJob { .. }
        | C::ThrowJobError { .. }
        | C::UpdateJob { .. } => job::decide(ctx, command),
    }
}

fn create_instance(ctx: &mut Ctx<'_>, create: &CreateInstance) -> Result<(), Rejection> {
    if ctx.state.next_slot > 0 {
        return Err(Rejection::already_exists(format!(
            "Expected process instance `{}` not to exist yet, but it does.",
            create.instance
        )));
    }
    let begin_at = create.begin_at.iter().map(|id| modify::startable(ctx, id));
    let begin_at: Vec<ElementIndex> = begin_at.collect::<Result<_, _>>()?;
    for id in &create.stop_after {
        modify::element(ctx, id)?;
    }
    ctx.emit(InstanceEvent::InstanceCreated(Box::new(Created {
        key: create.instance,
        definition: create.definition,
        tenant: ctx.state.tenant,
        entry: create.entry,
        business_id: create.business_id.clone(),
        tags: create.tags.clone(),
        parent: create.parent.clone(),
        case: create.case,
        stop_after: create.stop_after.clone(),
        variables: create.variables.clone(),
    })));
    if !begin_at.is_empty() {
        ctx.push(Work::BeginAt { elements: begin_at });
        return Ok(());
    }
    let process = ctx.graph().node(0);
    if process.awaits.is_empty() && process.listeners.is_empty() {
        ctx.begin_at(0, create.start);
    } else {
        ctx.push(Work::Begin { start: create.start });
    }
    Ok(())
}

/// Whoever called an instance cancels it.
fn refuse_called(ctx: &Ctx<'_>) -> Result<(), Rejection> {
    match &ctx.state.parent {
        Some(parent) => Err(Rejection::invalid_state(format!(
            "Expected an instance that nobody called, but `{}` was called by `{}`. Cancel that, \
             or its outermost caller `{}`.",
            ctx.state.key, parent.instance, parent.root
        ))),
        None => Ok(()),
    }
}

fn compensate_instance(ctx: &mut Ctx<'_>) -> Result<(), Rejection> {
    refuse_called(ctx)?;
    let process = ctx.at(0);
    let found = match process {
        _ if process.phase == Phase::Cancelling => "is being cancelled",
        _ if process.compensation.is_some() => "is being compensated already",
        _ if process.phase == Phase::Entering || process.interrupted_by.is_some() => {
            "is about to go on by another way"
        }
        _ => {
            ctx.compensate_instance();
            return Ok(());
        }
    };
    Err(Rejection::invalid_state(format!(
        "Expected process instance `{}` to be active, but it {found}.",
        ctx.state.key
    )))
}

pub(super) fn cancel_instance(ctx: &mut Ctx<'_>) -> Result<(), Rejection> {
    if ctx.at(0).phase == Phase::Cancelling {
        return Err(Rejection::invalid_state(format!(
            "Expected process instance `{}` to be active, but it is being cancelled.",
            ctx.state.key
        )));
    }
    ctx.cancel_all();
    Ok(())
}

fn fire_timer(ctx: &mut Ctx<'_>, slot: Slot, key: Key) -> Result<(), Rejection> {
    let held = ctx.state.element(slot);
    let timer = held.and_then(|held| held.timers.iter().find(|timer| timer.key == key)).cloned();
    let Some(timer) = timer else {
        return Err(Rejection::not_found(format!(
            "Expected timer `{key}` to run, but it does not."
        )));
    };
    if timer.due_ms > ctx.inputs.now_ms {
        return Err(Rejection::invalid_state(format!("Timer `{key}` is not due yet.")));
    }
    ctx.emit(InstanceEvent::TimerFired { slot, key });
    if !ctx.closes(slot, timer.element) {
        let fired = Due { due_ms: timer.due_ms, repetitions: timer.repetitions };
        repeat_timer(ctx, slot, timer.element, fired);
    }
    ctx.happen(slot, timer.element, Vec::new());
    Ok(())
}

/// A cycle goes on; one that cannot be evaluated any more is an incident and ends.
fn repeat_timer(ctx: &mut Ctx<'_>, slot: Slot, element: ElementIndex, fired: Due) {
    let Some(spec) = ctx.graph().node(element).kind.timer() else { return };
    let (now_ms, zone) = (ctx.inputs.now_ms, ctx.inputs.zone.clone());
    let next = ctx.timer_text(slot, spec).and_then(|text| {
        let due = spec.due_again(&text, fired, now_ms, &zone);
        due.map_err(|message| Failure::new(IncidentKind::ExtractValue, message))
    });
    match next {
        Ok(None) => {}
        Ok(Some(Due { due_ms, repetitions })) => {
            let key = ctx.next_key();
            ctx.emit(InstanceEvent::TimerStarted { slot, key, element, due_ms, repetitions });
        }
        Err(failure) => ctx.raise(slot, failure, Resume::Scope, None),
    }
}

fn offer_message(ctx: &mut Ctx<'_>, command: &InstanceCommand) {
    let InstanceCommand::OfferMessage { slot, subscription, message, mailbox, variables, at } =
        command
    else {
        unreachable!("only offers come here")
    };
    let (slot, subscription, message, at) = (*slot, *subscription, *message, *at);
    let held = ctx.state.element(slot);
    let waiting =
        held.and_then(|held| held.subscriptions.iter().find(|waiting| waiting.key == subscription));
    let Some(element) = waiting.map(|waiting| waiting.element) else {
        let command = MailboxCommand::RefuseMessage { subscription, message, at };
        ctx.ask(*mailbox, Command::Mailbox(command));
        return;
    };
    let closes = ctx.closes(slot, element);
    let key = subscription;
    ctx.emit(InstanceEvent::SubscriptionCorrelated { slot, key, message, closes });
    let command = MailboxCommand::AcceptMessage { subscription, message, at };
    ctx.ask(*mailbox, Command::Mailbox(command));
    ctx.happen(slot, element, variables.clone());
}

/// Tries again what an incident stopped. `retries`: what its job gets if it has none left; without
/// them such a job is refused.
fn resolve_incident(ctx: &mut Ctx<'_>, key: Key, retries: Option<i32>) -> Result<(), Rejection> {
    let found = ctx.state.elements.iter().find_map(|(slot, held)| {
        let incident = held.incidents.iter().find(|incident| incident.key == key)?;
        Some((*slot, incident.clone()))
    });
    let Some((slot, incident)) = found else {
        return Err(Rejection::not_found(format!(
            "Expected an open incident with key `{key}`, but found none."
        )));
    };
    if incident.resume == Resume::Job {
        match retries {
            Some(retries) => job::give_retries(ctx, slot, retries)?,
            None => job::refuse_without_retries(ctx, slot, key)?,
        }
    }
    ctx.emit(InstanceEvent::IncidentResolved { slot, key });
    if incident.kind == IncidentKind::Quarantined {
        quarantine::end(ctx);
    }
    match incident.resume {
        Resume::Activate => ctx.push(Work::Activate { slot }),
        Resume::Complete => ctx.push(Work::Complete { slot }),
        Resume::Job => job::offer_again(ctx, slot),
        Resume::Scope => ctx.push(Work::Settle { slot }),
        Resume::Agenda => ctx.take_agenda(),
        Resume::Call => ctx.call_again(slot),
        Resume::Task => ctx.push(Work::HearTask { slot }),
    }
    Ok(())
}

fn set_variables(
    ctx: &mut Ctx<'_>,
    element: Key,
    variables: &Variables,
    local: bool,
) -> Result<(), Rejection> {
    let Some(slot) = ctx.state.slot_of(element) else {
        return Err(Rejection::not_found(format!(
            "Expected an active element instance with key `{element}`, but found none."
        )));
    };
    if ctx.hears_of_variables(slot) {
        return user_task::set_variables(ctx, slot, variables, local);
    }
    if local {
        ctx.set_variables(slot, variables.clone());
    } else {
        ctx.propagate(slot, variables.clone());
    }
    Ok(())
}
