//! The view of received events, and the rules each is a signal for.
//!
//! Not here: who writes it, and who may read it.

use super::spec::columns;
use super::{Index, Spec};

columns! {
    /// Key of the event.
    KEY = "key": Int,
    /// Where it comes from.
    SOURCE = "source": Word,
    /// Its id.
    ID = "id": Text,
    /// Its type.
    TYPE = "type": Word,
    /// What it is about, if it said so.
    SUBJECT = "subject": Text,
    /// When it happened, as it was written.
    TIME = "time": Text,
    /// When it was received, Unix milliseconds.
    RECEIVED_MS = "received_ms": Int,
    /// How many rules and checks looked at it.
    MATCHED = "matched": Enum,
    /// Those, as a JSON list.
    RULES = "rules": Text,
    /// Media type of the data.
    CONTENT_TYPE = "content_type": Word,
    /// Schema of the data.
    SCHEMA = "schema": Word,
    /// Extension attributes, as a JSON object.
    EXTENSIONS = "extensions": Text,
    /// The data, as JSON.
    DATA = "data": Text,
    /// Tenant number.
    TENANT = "tenant": Int,
}

/// How the view is laid out.
pub const SPEC: Spec = Spec::of_rows(
    "view_signals",
    COLUMNS,
    &[KEY],
    TENANT,
    &[
        Index { columns: &[TYPE, KEY], only: "" },
        Index { columns: &[SOURCE, KEY], only: "" },
        Index { columns: &[KEY], only: "matched > 0" },
    ],
);
