//! The API's limits, each with a name; docs/limits.md lists them.

/// Bytes of a JSON body.
pub const JSON_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of a multipart body: a file of 4 MiB and what surrounds it.
pub const MULTIPART_BYTES_MAX: usize = 4 * 1024 * 1024 + 64 * 1024;
/// Files in one multipart body.
pub const MULTIPART_FILES_MAX: usize = 100;
/// Bytes of a body that is too long that are still read, so that the client hears the answer.
pub const OVERSIZE_DRAIN_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Deepest nesting of a JSON body: a variable's value and what surrounds it.
pub const JSON_DEPTH_MAX: usize = 130;
/// Bytes of a request's line and headers.
pub const HEADER_BYTES_MAX: usize = 32 * 1024;
/// Headers of a request.
pub const HEADERS_MAX: usize = 100;
/// Connections served at once; more wait to be accepted.
pub const CONNECTIONS_MAX: usize = 10_000;
/// How long a client may take for a request's headers, idle time included, milliseconds.
pub const HEADER_READ_MS: u64 = 120_000;
/// How long a client may take for a request's body, milliseconds.
pub const BODY_READ_MS: u64 = 30_000;
/// How long a command may take before the client is told that its outcome is unknown,
/// milliseconds.
pub const COMMAND_MS: u64 = 30_000;
/// Different tags of a process instance, as Camunda 8 takes them.
pub const TAGS_MAX: usize = 10;
/// Characters of a tag.
pub const TAG_CHARACTERS_MAX: usize = 100;
/// How long an activation waits for a job by default, milliseconds.
pub const LONG_POLL_MS_DEFAULT: u64 = 10_000;
/// How long an activation waits for a job at most, milliseconds.
pub const LONG_POLL_MS_MAX: u64 = 600_000;
/// How long a client waits for an instance's end by default, milliseconds.
pub const AWAIT_MS_DEFAULT: u64 = 10_000;
/// How long a client may wait for an instance's end, milliseconds (one day).
pub const AWAIT_MS_MAX: u64 = 24 * 3_600 * 1_000;
/// Jobs handed out by one activation.
pub const ACTIVATION_JOBS_MAX: u32 = 1_000;
/// Names in one `fetchVariable`, `fetchVariables` or `tenantIds`.
pub const NAMES_MAX: usize = 1_000;
/// Rows of a page when the client does not say.
pub const PAGE_ROWS_DEFAULT: u32 = 100;
/// Characters of a variable's value in a search; the rest is cut off and `isTruncated` is true.
pub const VARIABLE_PREVIEW_CHARACTERS: usize = 8_191;
/// Characters of an idempotency key.
pub const IDEMPOTENCY_KEY_CHARACTERS_MAX: usize = 255;
/// History rows of one answer.
pub const HISTORY_ROWS_MAX: u32 = 1_000;
/// Readers of the event stream; more are told to come back.
pub const STREAM_READERS_MAX: usize = 4_096;
/// Messages that wait for one reader of the event stream; a slower one is cut and resumes.
pub const STREAM_QUEUE_MESSAGES_MAX: usize = 4_096;
/// Bytes that wait for one reader of the event stream; a slower one is cut and resumes.
pub const STREAM_QUEUE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// History rows a reader of the event stream reads at a time until it has caught up.
pub const STREAM_PAGE_ROWS: u32 = 256;
/// Readers of the event stream that read history at the same time; more take turns.
pub const STREAM_CATCH_UPS_AT_ONCE: usize = 4;
/// How long the event stream is silent at most, milliseconds.
pub const STREAM_HEARTBEAT_MS: u64 = 15_000;
/// How long a reader that was cut waits before it comes back, milliseconds.
pub const STREAM_RETRY_MS: u64 = 1_000;
/// Kinds of events one reader may name.
pub const STREAM_KINDS_MAX: usize = 64;
/// Definitions kept compiled for the names of elements in the event stream.
pub const STREAM_GRAPHS_MAX: usize = 128;
/// How long a client may take nothing of an answer before its connection is closed, milliseconds.
pub const WRITE_STALL_MS: u64 = 30_000;
/// Models checked at the same time; more wait.
pub const CHECKS_AT_ONCE: usize = 2;
/// Rows one answer adds up where no counter is kept: elements of one instance, open incidents,
/// minutes of job counters.
pub const TALLY_ROWS_MAX: usize = 500_000;
/// Callers shown above an instance.
pub const CALLS_MAX: usize = 1_000;
/// Scopes around a user task that are looked through for variables.
pub const SCOPES_MAX: usize = 1_000;
/// Scopes inside an element instance that are looked through for incidents.
pub const SCOPES_INSIDE_MAX: usize = 1_000;
/// Incidents one call resolves.
pub const RESOLUTIONS_MAX: u32 = 1_000;
/// How long requests may still run when the server stops, milliseconds.
pub const STOP_MS: u64 = 5_000;
/// Pages of an export read ahead of its client.
pub const EXPORT_PAGES_AHEAD: usize = 2;
/// Rough bytes of one gRPC message with jobs: clients take 4 MiB by default.
pub const GRPC_MESSAGE_BYTES: usize = 3 * 1024 * 1024;
/// Calls on one gRPC connection at the same time.
pub const GRPC_CALLS_PER_CONNECTION_MAX: u32 = 10_000;
/// How long a gRPC connection is silent before it is asked whether it is still there,
/// milliseconds.
pub const GRPC_PING_MS: u64 = 30_000;
/// How long it has to answer, milliseconds.
pub const GRPC_PING_ANSWER_MS: u64 = 20_000;
/// Jobs a stream of jobs asks for at a time: fewer share more fairly, more cost fewer commits.
pub const STREAM_JOBS_AT_ONCE: u32 = 8;
/// How long one question of a stream of jobs waits, milliseconds.
pub const STREAM_JOBS_POLL_MS: u64 = 60_000;
/// The same where callers must say who they are: after it, whether they still may is looked at.
pub const STREAM_JOBS_ASKED_MS: u64 = 5_000;
/// Groups and lists of a form within each other whose fields are checked.
pub const FORM_DEPTH_MAX: usize = 16;
/// Fields that do not fit their form, named in one answer.
pub const FORM_FINDINGS_MAX: usize = 20;
/// How long a stream of jobs pauses when the node is busy, milliseconds.
pub const STREAM_JOBS_PAUSE_MS: u64 = 100;
/// How often a watched health is looked at, milliseconds.
pub const HEALTH_WATCH_MS: u64 = 1_000;
/// Bytes of a password or secret.
pub const PASSWORD_BYTES_MAX: usize = 1_024;
/// How long a password that was right is taken without hashing it again, milliseconds.
pub const PASSWORD_REMEMBERED_MS: u64 = 60_000;
/// Passwords that are remembered at the same time, and names with wrong ones that are counted.
pub const PASSWORDS_REMEMBERED_MAX: usize = 10_000;
/// Passwords hashed at the same time: each needs a core and 19 MiB.
pub const PASSWORD_CHECKS_AT_ONCE: usize = 2;
/// Wrong passwords for one name before it must wait.
pub const PASSWORD_FAILURES_MAX: u32 = 20;
/// Within how long they are counted, milliseconds.
pub const PASSWORD_FAILURES_MS: u64 = 60_000;
/// Events one request may send.
pub const EVENTS_PER_REQUEST_MAX: usize = 1_000;
/// Wrong events of one request that the answer describes.
pub const EVENT_FAULTS_MAX: usize = 20;
/// Characters of a password, at least.
pub const PASSWORD_CHARACTERS_MIN: usize = 8;
/// How long a session of a browser lasts at most, milliseconds.
pub const SESSION_MS: u64 = 12 * 3_600 * 1_000;
/// How long a session lasts unused, milliseconds.
pub const SESSION_IDLE_MS: u64 = 3_600 * 1_000;
/// Sessions of one user at the same time; the oldest ends for a new one.
pub const SESSIONS_PER_USER_MAX: usize = 20;
/// How long a token from `/api/v1/oauth/token` is good, seconds.
pub const TOKEN_SECONDS: i64 = 3_600;
/// API tokens of one user or client.
pub const TOKENS_PER_OWNER_MAX: usize = 100;
