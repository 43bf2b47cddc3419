//! Record version 1 of user tasks and of what people change: the numbers are for ever.
//!
//! Not here: the events and commands these are part of (`v1`).

use super::codec::{Bad, Reader, Wire, Writer, fields, numbers, variants};
use crate::change::{
    Activate, Migrated, Migration, Modification, Move, Moved, Place as Where, ScopedVariables,
    Within,
};
use crate::event::{Date, TaskChanges, TaskProposal, UserTaskCreated, Verdict};

fields!(UserTaskCreated {
    1: slot,
    2: key,
    3: assignee,
    4: candidate_groups,
    5: candidate_users,
    6: due_ms,
    7: follow_up_ms,
    8: priority,
    9: form_key,
});
fields!(TaskChanges { 1: candidate_groups, 2: candidate_users, 3: due, 4: follow_up, 5: priority });
fields!(Date { 1: at_ms });
fields!(TaskProposal { 1: event, 2: task, 3: action, 4: variables, 5: local });
numbers!(Verdict { 0: Accepted, 1: Denied, 2: Cancelled });
fields!(Migrated { 1: definition, 2: before, 3: elements, 4: flows, 5: moved });
fields!(Moved { 1: slot, 2: key, 3: from, 4: to, 5: job, 6: task, 7: incidents, 8: subscriptions });
fields!(Modification { 1: activate, 2: moves, 3: cancel, 3600: cancel_all });
fields!(Activate { 1: element_id, 2: ancestor, 3: variables });
fields!(ScopedVariables { 1: scope_id, 2: variables });
fields!(Move { 1: from, 2: to, 3: within, 4: variables });
variants!(Within { 1: Only, 2: Key(key), 3: SourceScope, 4: Inferred });
fields!(Where { 1: key, 2: element_id });
fields!(Migration { 1: target, 2: mapping });
