//! The view of published messages, waiting and gone.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Message key.
    KEY = "key": Int,
    /// Message name.
    NAME = "name": Word,
    /// Correlation key; the empty text for none.
    CORRELATION_KEY = "correlation_key": Text,
    /// The sender's id.
    MESSAGE_ID = "message_id": Text,
    /// 0 waits for a taker, 1 gone.
    STATE = "state": Enum,
    /// 1 once it reached a process.
    CORRELATED = "correlated": Enum,
    /// When it was published, Unix milliseconds.
    PUBLISHED_MS = "published_ms": Int,
    /// When it expires, Unix milliseconds.
    DEADLINE_MS = "deadline_ms": Int,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_message",
    COLUMNS,
    &[KEY],
    TENANT,
    &[Index { columns: &[TENANT, NAME, CORRELATION_KEY], only: "state = 0" }],
);
