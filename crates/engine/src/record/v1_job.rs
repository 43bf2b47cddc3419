//! Record version 1 of jobs and what workers decide: the numbers are for ever.
//!
//! Not the events about them (`v1`), nor the job an element holds (`v1_state`).

use super::codec::{Bad, Reader, Wire, Writer, fields, numbers};
use crate::command::{JobResult, TaskCorrections};
use crate::event::{JobCreated, JobKind, ListenerEvent};

fields!(JobCreated {
    1: slot,
    2: key,
    3: job_type,
    4: retries,
    5: headers,
    30: kind,
    31: listener,
    32: number,
    3500: priority,
});
numbers!(JobKind { 0: Element, 1: ExecutionListener, 2: TaskListener, 3: AdHocSubProcess });
numbers!(ListenerEvent {
    0: Unspecified,
    1: Start,
    2: End,
    3: BeforeAll,
    4: Cancel,
    5: Creating,
    6: Assigning,
    7: Updating,
    8: Completing,
    9: Canceling,
});
fields!(JobResult {
    1: denied,
    2: denied_reason,
    3: corrections,
    4: activate,
    5: is_fulfilled,
    6: cancels_remaining,
});
fields!(TaskCorrections {
    1: assignee,
    2: due_date,
    3: follow_up_date,
    4: candidate_users,
    5: candidate_groups,
    6: priority,
});
