//! Steps about user tasks: assign, give back, change, complete.
//!
//! Not here: who may have a task; that is asked before a step (`access`), and forms.

use crate::command::{InstanceCommand, Rejection};
use crate::event::{InstanceEvent, Slot, TaskChanges, UserTaskCreated, Work};
use crate::key::Key;
use crate::life::Ctx;
use crate::limits::{NAME_CHARACTERS_MAX, TASK_CANDIDATES_MAX};
use std::sync::Arc;

pub(super) fn decide(ctx: &mut Ctx<'_>, command: &InstanceCommand) -> Result<(), Rejection> {
    use InstanceCommand as C;
    match command {
        C::CompleteUserTask { task: key, variables, action } => {
            let slot = find(ctx, *key)?.0;
            let (key, action) = (*key, action.clone());
            ctx.emit(InstanceEvent::UserTaskCompleted { slot, key, action });
            ctx.receive(slot, variables.clone());
            ctx.push(Work::Complete { slot });
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
    let mut open = elements.filter_map(|(slot, held)| Some((*slot, held.user_task.as_deref()?)));
    open.find(|(_, task)| task.key == key).ok_or_else(|| {
        Rejection::not_found(format!(
            "Expected an open user task with key `{key}`, but found none."
        ))
    })
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
    let (assignee, action) = (assignee.cloned(), action.clone());
    ctx.emit(InstanceEvent::UserTaskAssigned { slot, key, assignee, action });
    Ok(())
}

fn update(
    ctx: &mut Ctx<'_>,
    key: Key,
    changes: &TaskChanges,
    action: &Arc<str>,
) -> Result<(), Rejection> {
    let (slot, task) = find(ctx, key)?;
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
    let mut after = task.clone();
    after.take(changes);
    if after == *task {
        // Whoever asked has what he wanted; nothing happened that others need to know.
        return Ok(());
    }
    let (changes, action) = (Box::new(changes.clone()), action.clone());
    ctx.emit(InstanceEvent::UserTaskUpdated { slot, key, changes, action });
    Ok(())
}
