//! The runtime's limits, each with a name; docs/limits.md lists them.

/// Commands in one batch.
pub const BATCH_COMMANDS_MAX: usize = 1_024;
/// Starts in one batch: a completion that arrives meanwhile waits no longer than these take.
pub const BATCH_STARTS_MAX: usize = 64;
/// Starts in one batch, at least, however long other work has waited.
pub const BATCH_STARTS_MIN: usize = 1;
/// How long completions, timers and effects may wait for a batch, microseconds, before batches
/// take fewer starts.
pub const WORK_WAIT_WANTED_US: u64 = 300;
/// Domain events at which a batch closes: what is left comes first in the next.
pub const BATCH_EVENTS_MAX: usize = 20_000;
/// What expressions of a batch may cost before it closes, in the units of `decision::FUEL`.
pub const BATCH_FUEL_MAX: u64 = 5_000_000;
/// Bytes of variables and resources at which a batch closes.
pub const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Commands of one request's chain of effects taken in one batch; the rest goes on in the next.
pub const CHAIN_COMMANDS_MAX: usize = 256;
/// Starts that wait in a lane before callers are told to come back.
pub const INBOX_STARTS_MAX: usize = 4_096;
/// How long a start may wait in a lane before those who come after it are told to come back,
/// milliseconds.
pub const INBOX_STARTS_WAIT_MS: u64 = 2_000;
/// Other commands that wait in a lane before callers are told to come back.
pub const INBOX_WORK_MAX: usize = 16_384;
/// Bytes of variables and resources that wait in a lane before callers are told to come back.
pub const INBOX_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Of each batch, the share kept for completions, timers and effects while they wait.
pub const BATCH_WORK_RESERVED: usize = BATCH_COMMANDS_MAX / 2;
/// Due timers taken in one turn.
pub const TIMERS_PER_TURN_MAX: u32 = 500;
/// Due timers taken in one turn while others ask for something.
pub const TIMERS_BESIDE_WORK_MAX: u32 = 100;
/// Turns a lane makes for effects and timers alone once it is told to stop; what is left then waits
/// for the next start.
pub const STOP_TURNS_MAX: u32 = 200;
/// Effects taken from the outbox in one turn.
pub const EFFECTS_PER_TURN_MAX: usize = 256;
/// Rough bytes of aggregates kept in memory.
pub const CACHE_BYTES_MAX: usize = 24 * 1024 * 1024;
/// Rough bytes of one aggregate beyond which its pages do not stay in memory.
pub const AGGREGATE_BYTES_MAX: usize = 1024 * 1024;
/// Times one step may ask for more pages before its aggregate is taken for broken.
pub const STEP_LOADS_MAX: usize = 10_000;
/// Bytes of variables in one activation answer.
pub const ACTIVATION_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Jobs in one activation answer.
pub const ACTIVATION_JOBS_MAX: u32 = 1_000;
/// View rows waiting for the projector at which starts are held until it has caught up.
pub const PROJECTION_ROWS_MAX: usize = 120_000;
/// View rows waiting for the projector at which due timers, and instances that go on with their own
/// work, are held: before starts are.
pub const PROJECTION_ROWS_UNASKED_MAX: usize = PROJECTION_ROWS_MAX / 4;
/// View rows written in one transaction of the projector.
pub const PROJECTION_CHUNK_ROWS: usize = 50_000;
/// Names of variables the projector knows to be in the views already.
pub const VARIABLE_NAMES_KNOWN_MAX: usize = 100_000;
/// History rows folded at a time when the views are behind at a start.
pub const CATCH_UP_ROWS: u32 = 5_000;
/// How long view rows wait when nobody asks, milliseconds.
pub const PROJECTION_DELAY_MS: u64 = 250;
/// How long an anchor is behind at most while there is work, milliseconds.
pub const ANCHOR_INTERVAL_MS: u64 = 500;
/// How far ahead keys are reserved, milliseconds of key time.
pub const KEY_RESERVATION_MS: i64 = 60_000;
/// Largest request for a page of history.
pub const HISTORY_PAGE_MAX: u32 = 1_000;
/// Bytes of committed history rows kept in memory for streams; who is further behind reads the
/// store.
pub const TAIL_BYTES_MAX: usize = 16 * 1024 * 1024;
/// History rows read at a time by a stream whose rows are not in memory any more.
pub const TAIL_READ_ROWS: u32 = 256;
/// Longest idempotency key, characters.
pub const REQUEST_KEY_CHARACTERS_MAX: usize = 256;
/// How often the purge looks for what is over, milliseconds.
pub const SWEEP_INTERVAL_MS: u64 = 10_000;
/// Instances the purge takes at a time.
pub const SWEEP_PAGE: u32 = 500;
/// History rows the purge erases in one transaction; commits wait no longer than these take.
pub const SWEEP_ROWS_PER_STEP: u32 = 500;
/// Process instances named in one request for a batch operation; a filter has no such limit.
pub const BATCH_KEYS_MAX: usize = 10_000;
/// Items a count of a batch operation shows.
pub const BATCH_SAMPLE_ITEMS: usize = 10;
/// Items of batch operations looked up at once.
pub const BATCH_PAGE_ITEMS: u32 = 4_000;
/// Items of batch operations tried in one order.
pub const BATCH_ITEMS_PER_TURN_MAX: usize = 256;
/// Items of batch operations tried in one order while others ask for something.
pub const BATCH_ITEMS_BESIDE_WORK_MAX: usize = 64;
/// How long such an order takes at least while others ask for something, milliseconds.
pub const BATCH_TURN_BESIDE_WORK_MS: u64 = 16;
/// Batch operations that go on in turns; the others wait.
pub const BATCHES_AT_ONCE: u32 = 100;
/// How often batch operations are looked for although nobody rang, milliseconds.
pub const BATCH_LOOK_INTERVAL_MS: u64 = 1_000;
/// Instances that one evaluation of conditions starts.
pub const CONDITIONAL_STARTS_MAX: usize = 100;
/// Free disk below which new instances are refused, bytes.
pub const DISK_FREE_STARTS_MIN: u64 = 1024 * 1024 * 1024;
/// Room kept in the data folder for cancelling when the disk is full, bytes.
pub const DISK_RESERVE_BYTES: u64 = 32 * 1024 * 1024;
/// How long a lane waits after it found the disk full, milliseconds.
pub const DISK_FULL_PAUSE_MS: u64 = 200;
/// Free disk below which only cancelling and reading go on, bytes.
pub const DISK_FREE_WORK_MIN: u64 = 256 * 1024 * 1024;
/// Users, clients, groups, roles, memberships, authorizations and tokens, together.
pub const IDENTITY_ROWS_MAX: usize = 100_000;
/// How long after a refusal was noted in the audit chain the same one is not, milliseconds.
pub const DENIAL_INTERVAL_MS: i64 = 60_000;
/// Refusals that are told from each other within that time; more are not noted.
pub const DENIALS_KNOWN_MAX: usize = 1_000;
