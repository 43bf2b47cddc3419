//! Record version 1 of suspensions of definitions and job types: the numbers are for ever.
//!
//! Not here: suspended instances (`v1`).

use super::codec::{Bad, Reader, Wire, Writer, fields, variants};
use crate::command::SuspensionCommand;
use crate::state::suspensions::{SuspensionEvent, Suspensions};

fields!(Suspensions { 1: tenant, 2: definitions, 3: job_types });
variants!(SuspensionCommand {
    3620: SuspendDefinition { 1: tenant, 2: definition },
    3621: ResumeDefinition { 1: tenant, 2: definition },
    3622: SuspendJobType { 1: tenant, 2: job_type },
    3623: ResumeJobType { 1: tenant, 2: job_type },
});
variants!(SuspensionEvent {
    3620: DefinitionSuspended { 1: tenant, 2: definition },
    3621: DefinitionResumed { 1: tenant, 2: definition },
    3622: JobTypeSuspended { 1: tenant, 2: job_type },
    3623: JobTypeResumed { 1: tenant, 2: job_type },
});

/// The number of a command in audit records.
pub(super) fn command_number(command: &SuspensionCommand) -> u32 {
    match command {
        SuspensionCommand::SuspendDefinition { .. } => 3_620,
        SuspensionCommand::ResumeDefinition { .. } => 3_621,
        SuspensionCommand::SuspendJobType { .. } => 3_622,
        SuspensionCommand::ResumeJobType { .. } => 3_623,
    }
}
