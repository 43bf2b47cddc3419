//! Every bound of the store, by name.
//!
//! Not here: what the edge allows a client; that is narrower.

/// Rows of one page of a query.
pub const PAGE_ROWS_MAX: u32 = 10_000;
/// Offset of a page; beyond it a cursor is needed.
pub const OFFSET_MAX: u32 = 10_000;
/// Matches of a query are counted up to this.
pub const COUNT_MAX: u64 = 10_000;
/// Conditions of one query, those inside of others included.
pub const FILTERS_MAX: usize = 256;
/// How deep conditions of one query may be nested.
pub const CONDITION_DEPTH_MAX: usize = 4;
/// Cells of one `In` or `NotIn`.
pub const IN_CELLS_MAX: usize = 1_000;
/// Bytes of one `Like` pattern.
pub const LIKE_BYTES_MAX: usize = 1_000;
/// Sort columns of one query.
pub const SORT_MAX: usize = 8;
/// Bytes of a cursor as text.
pub const CURSOR_BYTES_MAX: usize = 64 * 1024;
/// A read transaction ends after this, milliseconds.
pub const READ_MS_MAX: u64 = 2_000;

/// Stored answers are kept in tables that span this much time, milliseconds.
pub const ANSWER_SPAN_MS: i64 = 6 * 3_600_000;
/// Tables of stored answers; the oldest is emptied whole, so an answer is kept for at least
/// `(ANSWER_SPANS - 1) * ANSWER_SPAN_MS`, which is 24 hours.
pub const ANSWER_SPANS: i64 = 5;

/// From this size on the write-ahead log is copied back, bytes.
pub const WAL_CHECKPOINT_BYTES: u64 = 32 << 20;
/// Beyond this size the write-ahead log is a reason to alarm, bytes.
pub const WAL_ALARM_BYTES: u64 = 256 << 20;
/// The write-ahead log is copied back after so much quiet, milliseconds.
pub const WAL_QUIET_MS: u64 = 2_000;

/// History rows erased in one transaction: others wait no longer than these take.
pub const PURGE_ROWS_MAX: u32 = 1_000;
/// History rows looked at in one step of the search for what may be erased.
pub const SWEEP_ROWS_MAX: u32 = 5_000;
/// Instances whose view rows are deleted in one transaction.
pub const PURGE_VIEW_INSTANCES_MAX: usize = 50;
/// Pages of 4 KiB given back to the file system in one transaction.
pub const SHRINK_PAGES_MAX: u32 = 250;
/// Free pages of a file that are kept for what is written next.
pub const FREE_PAGES_KEPT: u64 = 1_000;
/// A data file of an older release that cannot give pages back is rewritten by the next start if
/// it is at most so long, bytes; a longer one by `segue migrate`.
pub const REWRITE_BYTES_MAX: u64 = 64 << 20;
/// Pages of 4 KiB copied at once by a backup.
pub const BACKUP_PAGES: i32 = 256;

/// The log of the views' file is copied back from this many pages of 4 KiB on: with more of them
/// fewer bytes are written, but commits wait longer for the disk that takes them.
pub const VIEWS_WAL_PAGES: u32 = 4_000;

/// Page cache of the writer, KiB.
pub const WRITER_CACHE_KIB: u32 = 16 * 1024;
/// Page cache of the views' writer, KiB.
pub const VIEWS_CACHE_KIB: u32 = 16 * 1024;
/// Page cache of each reader, KiB.
pub const READER_CACHE_KIB: u32 = 4 * 1024;
/// Reader connections of each file.
pub const READERS: usize = 4;
/// Dictionary words kept in memory.
pub const WORDS_CACHED_MAX: usize = 100_000;
