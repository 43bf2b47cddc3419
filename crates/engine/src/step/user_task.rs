//! Steps about user tasks: assign, give back, change, complete.
//!
//! Not here: who may have a task; that is asked before a step (`access`), and forms.

use crate::command::{InstanceCommand, Rejection};
use crate::event::{ListenerEvent, Slot, TaskChanges, TaskProposal, UserTaskCreated, Variables};
use crate::key::Key;
use crate::life::Ctx;
use crate::limits::{NAME_CHARACTERS_MAX, TASK_CANDIDATES_MAX};
use crate::state::instance::ElementInstance;
use std::sync::Arc;

pub(super) fn decide(ctx: &mut Ctx<'_>, command: &InstanceCommand) -> Result<(), Rejection> {
    use InstanceCommand as C;
    match command {
        C::CompleteUserTask { task: key, variables, action } => {
            let (slot, task) = find(ctx, *key)?;
            let proposal = TaskProposal {
                event: ListenerEvent::Completing,
                task: task.clone(),
                action: action.clone(),
                variables: variables.clone(),
                local: false,
            };
            ctx.propose(slot, proposal);
            Ok(())
        }
        C::AssignUserTask { task: key, assignee, allow_override, action } => {
            assign(ctx, *key, assignee.as_ref(), *allow_override, action)
        }
        C::UpdateUserTask { task: key, changes, action } => update(ctx, *key, changes, action),
        _ => unreachable!("only commands about user tasks come here"),
    }
}

fn find<'c>(ctx: &'c Ctx<'_>, key: Key) -> Result<(Slot, &'c UserTaskCreated), Rejection> {
    let elements = ctx.state.elements.iter();
    let mut open = elements.filter_map(|(slot, held)| Some((*slot, held, held.task()?)));
    let Some((slot, held, task)) = open.find(|(_, _, task)| task.key == key) else {
        return Err(Rejection::not_found(format!(
            "Expected an open user task with key `{key}`, but found none."
        )));
    };
    refuse_proposed(held, key)?;
    Ok((slot, task))
}

/// One thing happens to a task at a time.
fn refuse_proposed(held: &ElementInstance, key: Key) -> Result<(), Rejection> {
    let Some(proposal) = &held.proposal else { return Ok(()) };
    Err(Rejection::invalid_state(format!(
        "Expected nothing else to happen to user task `{key}`, but its listeners hear {} now. Try \
         again when they are done.",
        proposal.event.as_str()
    )))
}

/// Variables set at a user task are a change of it that its listeners hear.
pub(super) fn set_variables(
    ctx: &mut Ctx<'_>,
    slot: Slot,
    variables: &Variables,
    local: bool,
) -> Result<(), Rejection> {
    let held = ctx.at(slot);
    let task = held.task().expect("who hears of variables has a task").clone();
    refuse_proposed(held, task.key)?;
    let event = ListenerEvent::Updating;
    let variables = variables.clone();
    ctx.propose(slot, TaskProposal { event, task, variables, local, ..TaskProposal::default() });
    Ok(())
}

fn assign(
    ctx: &mut Ctx<'_>,
    key: Key,
    assignee: Option<&Arc<str>>,
    allow_override: bool,
    action: &Arc<str>,
) -> Result<(), Rejection> {
    let (slot, task) = find(ctx, key)?;
    if assignee.is_some_and(|name| name.is_empty()) {
        return Err(Rejection::invalid_argument(
            "Expected an assignee with a name, but it is empty. Unassign the task instead.",
        ));
    }
    if let Some(holder) = &task.assignee
        && !allow_override
        && assignee != Some(holder)
    {
        return Err(Rejection::invalid_state(format!(
            "Expected user task `{key}` to be free, but `{holder}` has it. Ask them to give it \
             back, or assign it with `allowOverride`."
        )));
    }
    let task = UserTaskCreated { assignee: assignee.cloned(), ..task.clone() };
    let (event, action) = (ListenerEvent::Assigning, action.clone());
    ctx.propose(slot, TaskProposal { event, task, action, ..TaskProposal::default() });
    Ok(())
}

fn update(
    ctx: &mut Ctx<'_>,
    key: Key,
    changes: &TaskChanges,
    action: &Arc<str>,
) -> Result<(), Rejection> {
    let (slot, task) = find(ctx, key)?;
    check(changes)?;
    let mut after = task.clone();
    after.take(changes);
    if after == *task && !ctx.hears(slot, ListenerEvent::Updating) {
        // Whoever asked has what he wanted; nothing happened that others need to know.
        return Ok(());
    }
    let (event, action) = (ListenerEvent::Updating, action.clone());
    ctx.propose(slot, TaskProposal { event, task: after, action, ..TaskProposal::default() });
    Ok(())
}

/// Whether a task may be changed like that.
pub(crate) fn check(changes: &TaskChanges) -> Result<(), Rejection> {
    if let Some(priority) = changes.priority.filter(|it| !(0..=100).contains(it)) {
        return Err(Rejection::invalid_argument(format!(
            "Expected a priority from 0 to 100, but found {priority}."
        )));
    }
    for (what, names) in
        [("groups", &changes.candidate_groups), ("users", &changes.candidate_users)]
    {
        let Some(names) = names else { continue };
        if names.len() > TASK_CANDIDATES_MAX
            || names.iter().any(|name| name.chars().count() > NAME_CHARACTERS_MAX)
        {
            return Err(Rejection::invalid_argument(format!(
                "Expected at most {TASK_CANDIDATES_MAX} candidate {what} with names of at most \
                 {NAME_CHARACTERS_MAX} characters, but found more."
            )));
        }
    }
    Ok(())
}
