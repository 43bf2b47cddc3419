//! Rows of who there is, as the runtime encodes them, and notes of what was refused.
//!
//! Not here: what the bytes mean.

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRow {
    /// What kind of row.
    pub kind: u8,
    /// Its id among rows of its kind.
    pub id: String,
    /// What the runtime keeps of it.
    pub body: Vec<u8>,
}

/// Rows to write and rows to delete, together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityChange {
    /// Rows to delete, by kind and id; a row that is not there is no error.
    pub delete: Vec<(u8, String)>,
    /// Rows to write after that; one of the same kind and id is replaced.
    pub put: Vec<IdentityRow>,
    /// What changed, in words without secrets, for the audit chain.
    pub what: String,
}

/// A note in the audit chain about who there is, or about something that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessNote {
    /// Grows with time; names the note.
    pub id: u64,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Whether something was refused; else something was changed.
    pub refused: bool,
    /// Who did or tried it.
    pub actor: String,
    /// What, in words.
    pub what: String,
}
