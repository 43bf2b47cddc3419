//! What is kept how long, what is erased, and what a copy of everything is.
//!
//! Not here: when. The runtime's sweep and the operator decide that.

use access::verify::Witness;

/// How long the history of a process is kept, when somebody said so for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Tenant number.
    pub tenant: u32,
    /// BPMN process id.
    pub process_id: String,
    /// How long after the end of an instance, milliseconds; `None`: for ever.
    pub ttl_ms: Option<i64>,
}

/// A change of what is kept, with who asked for it: recorded in the audit chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeepingChange {
    /// Keep the history of a process so long.
    Set(Retention),
    /// Keep it as its model or the default says.
    Inherit {
        /// Tenant number.
        tenant: u32,
        /// BPMN process id.
        process_id: String,
    },
    /// Stop purging until told otherwise.
    Pause,
    /// Go on purging.
    Resume,
}

/// What is kept how long, as somebody said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keeping {
    /// By process.
    pub retentions: Vec<Retention>,
    /// Whether purging is paused.
    pub paused: bool,
    /// How far aggregates other than instances have been looked through, a position.
    pub swept: u64,
    /// History rows erased so far.
    pub erased: u64,
}

impl Keeping {
    /// What is kept after a change.
    pub(crate) fn apply(&mut self, change: &KeepingChange) {
        match change {
            KeepingChange::Set(to) => {
                self.forget(to.tenant, &to.process_id);
                self.retentions.push(to.clone());
                self.retentions.sort_by(|one, other| {
                    (one.tenant, &one.process_id).cmp(&(other.tenant, &other.process_id))
                });
            }
            KeepingChange::Inherit { tenant, process_id } => self.forget(*tenant, process_id),
            KeepingChange::Pause => self.paused = true,
            KeepingChange::Resume => self.paused = false,
        }
    }

    fn forget(&mut self, tenant: u32, process_id: &str) {
        self.retentions.retain(|held| (held.tenant, &*held.process_id) != (tenant, process_id));
    }
}

/// A wish to erase the history of aggregates that are no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurgeOrder {
    /// Their keys.
    pub aggregates: Vec<u64>,
    /// The definition they ran, or 0: noted in the audit chain.
    pub definition: u64,
    /// Everything in them ended before this, Unix milliseconds: noted in the audit chain.
    pub before_ms: i64,
    /// Time of the purge, Unix milliseconds.
    pub now_ms: i64,
    /// At most so many history rows.
    pub rows_max: u32,
    /// How far aggregates other than instances have been looked through, when this moves it.
    pub swept: Option<u64>,
    /// Whether a row behind tells readers of the history what is gone: then it is not counted as a
    /// gap, and who follows the history goes on.
    pub is_told: bool,
    /// The salt of the audit leaf.
    pub salt: [u8; 16],
    /// Whether they are erased although they are remembered, and forgotten with it: received
    /// events, of which nothing but their name is.
    pub forgets: bool,
}

/// What a purge did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purged {
    /// How many of the aggregates, from the first, are done.
    pub done: usize,
    /// Those of them that stay for now: they live, or the views have not left them behind.
    pub kept: Vec<u64>,
    /// History rows erased.
    pub rows: u64,
}

/// Aggregates that may be purged, found by walking the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended {
    /// Their keys.
    pub aggregates: Vec<u64>,
    /// The last position looked at.
    pub swept: u64,
}

/// What a data file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Format of the tables.
    pub format: u32,
    /// The name of its history.
    pub history: u64,
    /// Position of the last history row.
    pub position: u64,
    /// The last anchor of the audit chain.
    pub anchor: Option<Witness>,
    /// Bytes of the file.
    pub bytes: u64,
}

/// The size of one file of the data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSize {
    /// Its name.
    pub file: &'static str,
    /// Its bytes.
    pub bytes: u64,
}
