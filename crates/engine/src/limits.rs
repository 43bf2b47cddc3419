//! The engine's limits, each with a name; docs/limits.md lists them.

/// Transitions one step may make before it stops and continues at the end of the lane.
pub const STEP_TRANSITIONS_MAX: u32 = 1_000;
/// Transitions one step may make where others ask for something meanwhile: they wait no longer than
/// these take.
pub const STEP_TRANSITIONS_BESIDE_MAX: u32 = 32;
/// Transitions of continued steps without a wait before the instance is stopped with a `loop`
/// incident.
pub const CONTINUED_TRANSITIONS_MAX: u32 = 1_000_000;
/// Bytes of variables one command may carry.
pub const COMMAND_VARIABLES_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Characters of a name: variables, job types, messages, correlation keys.
pub const NAME_CHARACTERS_MAX: usize = 512;
/// Candidate groups, and candidate users, a user task may have.
pub const TASK_CANDIDATES_MAX: usize = 1_000;
/// Instructions of one modification: tokens added, moved and cancelled.
pub const MODIFICATION_INSTRUCTIONS_MAX: usize = 1_000;
/// Elements named in the mapping of one migration.
pub const MIGRATION_MAPPINGS_MAX: usize = 10_000;
/// Characters kept of an error message given by a worker.
pub const ERROR_MESSAGE_CHARACTERS_MAX: usize = 10_000;
/// Element instances per page of an instance.
pub const PAGE_ELEMENTS: u32 = 256;
/// Element instances alive in one instance; beyond it is an incident.
pub const INSTANCE_ELEMENTS_MAX: usize = 120_000;
/// Items of one multi-instance activity; beyond it is an incident.
pub const MULTI_INSTANCE_ITEMS_MAX: usize = 100_000;
/// Instances of a multi-instance activity begun before other work of the step goes on.
pub const SPAWN_INSTANCES_MAX: u32 = 64;
/// Activities of an ad-hoc sub-process activated by one list; beyond it is an incident, or a
/// refusal.
pub const AD_HOC_ACTIVATIONS_MAX: usize = 1_000;
/// Completed activities that can be compensated and are forgotten before other work of the step
/// goes on.
pub const DROPPED_NOTES_MAX: usize = 64;
/// Calls of processes by processes within each other; beyond it is an incident.
pub const CALL_DEPTH_MAX: u32 = 100;
/// Bits of the table that says from where inclusive joins can be reached (2 MiB): flows into them
/// times elements of the process.
pub const REACH_BITS_MAX: usize = 16 * 1024 * 1024;
/// Messages buffered in one mailbox.
pub const MAILBOX_MESSAGES_MAX: usize = 10_000_000;
/// Runs of messages a mailbox keeps in mind as not looked at by a process; beyond it some are
/// looked at twice.
pub const LINE_RUNS_MAX: usize = 64;
/// Pages of messages swept in one step before other work goes on.
pub const SWEEP_PAGES_MAX: usize = 16;
/// Pages of messages a step looks at for one process before other work goes on.
pub const SOUGHT_PAGES_MAX: u64 = 32;
/// Messages offered in one step that looks for them before other work goes on.
pub const SOUGHT_MESSAGES_MAX: u32 = 64;
/// Broadcasts of one BPMN signal that wait for the one on its way. Beyond it those from outside
/// are refused, and those from within processes wait for their turn.
pub const BROADCASTS_WAITING_MAX: usize = 1_000;
/// Pages of listeners a broadcast reaches in one step before other work goes on.
pub const BROADCAST_PAGES_MAX: usize = 8;
/// How long a message may be buffered, milliseconds (30 days).
pub const MESSAGE_TTL_MS_MAX: i64 = 30 * 24 * 3_600 * 1_000;
/// Longest job time-out, milliseconds (30 days).
pub const JOB_TIMEOUT_MS_MAX: i64 = 30 * 24 * 3_600 * 1_000;
/// Bytes of inputs, rules and outputs kept of one evaluation of a decision (1 MiB); the rest is
/// left out of the history, and the evaluation says so.
pub const EVALUATION_BYTES_MAX: usize = 1024 * 1024;
/// Suspended definitions and job types of a tenant, together.
pub const SUSPENSIONS_MAX: usize = 10_000;
