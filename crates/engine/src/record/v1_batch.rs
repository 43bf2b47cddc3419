//! Record version 1 of batch operations: the numbers are for ever.
//!
//! Not here: what is done to each instance (`v1`, `v1_change`).

use super::codec::{Bad, Reader, Wire, Writer, fields, numbers, variants};
use crate::command::BatchCommand;
use crate::state::batch_operation::{
    BatchOperation, BatchOperationEvent, BatchPhase, Begun, Chosen, Operation, OperationKind,
    Selection, Tried,
};

numbers!(BatchPhase { 0: Active, 1: Suspended, 2: Cancelled, 3: Completed });
numbers!(OperationKind {
    0: Cancel,
    1: ResolveIncidents,
    2: Modify,
    3: Migrate,
    4: SetVariables,
    5: Suspend,
    6: Resume,
});
numbers!(Chosen { 0: Instances, 1: Incidents, 2: FailedItems });
fields!(BatchOperation { 1: begun, 2: cursor, 3: completed, 4: failed, 5: phase });
fields!(Begun { 1: key, 2: tenant, 3: actor, 4: acting_for, 5: operation, 6: selection, 7: total });
fields!(Selection { 1: of, 2: filter, 3: keys, 4: batch, 5: upper });
fields!(Tried { 1: item, 2: instance, 3: error });
variants!(Operation {
    3600: Cancel,
    3601: ResolveIncidents { 1: retries },
    3602: Modify(modification),
    3603: Migrate(migration),
    3604: SetVariables { 1: variables },
    3605: Suspend,
    3606: Resume,
});
variants!(BatchCommand {
    3600: BeginBatch(begun),
    3601: NoteItems { 1: cursor, 2: tried, 3: is_last },
    3602: SuspendBatch,
    3603: ResumeBatch,
    3604: CancelBatch,
});
variants!(BatchOperationEvent {
    3600: BatchBegun(begun),
    3601: ItemsTried { 1: tenant, 2: kind, 3: cursor, 4: tried, 5: completed, 6: failed },
    3602: BatchSuspended { 1: tenant },
    3603: BatchResumed { 1: tenant },
    3604: BatchCancelled { 1: tenant },
    3605: BatchCompleted { 1: completed, 2: failed },
});

/// The number of a command in audit records.
pub(super) fn command_number(command: &BatchCommand) -> u32 {
    match command {
        BatchCommand::BeginBatch(_) => 3_610,
        BatchCommand::NoteItems { .. } => 3_611,
        BatchCommand::SuspendBatch => 3_612,
        BatchCommand::ResumeBatch => 3_613,
        BatchCommand::CancelBatch => 3_614,
    }
}
