//! What a check of the audit chain can find, in types and in words.
//!
//! Not here: how it is found (`verify`).

use std::fmt;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// A record's bytes are not those that were committed.
    ChangedRecord {
        /// Segment.
        segment: u64,
        /// Commit.
        seq: u64,
        /// Position of the record.
        position: u64,
    },
    /// A committed record is no longer there.
    MissingRecord {
        /// Segment.
        segment: u64,
        /// Commit.
        seq: u64,
        /// Index of its leaf in the commit.
        index: u32,
    },
    /// A record stands in history that no commit contains.
    AddedRecord {
        /// Segment the record names.
        segment: u64,
        /// Commit the record names.
        seq: u64,
        /// Position of the record.
        position: u64,
    },
    /// A commit's link does not follow from the link before it and its leaves.
    ChangedLink {
        /// Segment.
        segment: u64,
        /// Commit.
        seq: u64,
    },
    /// Commits in the middle of a segment are gone.
    Gap {
        /// Segment.
        segment: u64,
        /// First missing commit.
        from: u64,
        /// Last missing commit.
        to: u64,
    },
    /// The end of a segment is gone: something else still names a later commit.
    TailCut {
        /// Segment.
        segment: u64,
        /// Last commit found.
        last: u64,
        /// Commit that is named elsewhere.
        expected: u64,
    },
    /// A segment that is named elsewhere is gone.
    SegmentDeleted {
        /// Segment.
        segment: u64,
    },
    /// An anchor, or the next segment's opening, names another link than the one found.
    AnchorMismatch {
        /// Anchor number, or 0 for an opening.
        n: u64,
        /// Segment.
        segment: u64,
        /// Commit.
        seq: u64,
    },
    /// An anchor's root does not follow from the root before it and its tips.
    ChangedRoot {
        /// Anchor number.
        n: u64,
    },
    /// Anchors are missing.
    AnchorGap {
        /// First missing.
        from: u64,
        /// Last missing.
        to: u64,
    },
    /// The witness knows another root for this anchor, or an anchor that is gone.
    WitnessMismatch {
        /// Anchor number.
        n: u64,
    },
    /// Records were erased that no record in the chain orders to be erased.
    ErasedUnordered {
        /// First position.
        from: u64,
        /// Last position.
        to: u64,
    },
    /// A failover lost what lay between two anchors; the writer said so at the time.
    LostByDiscontinuity {
        /// Last anchor that is left of the history before.
        from: u64,
        /// Last anchor the writer remembered.
        to: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChangedRecord { segment, seq, position } => {
                write!(f, "changed record: position {position}, commit {segment:016x}/{seq}")
            }
            Self::MissingRecord { segment, seq, index } => {
                write!(f, "missing record: number {index} of commit {segment:016x}/{seq}")
            }
            Self::AddedRecord { segment, seq, position } => write!(
                f,
                "added record: position {position} names commit {segment:016x}/{seq}, \
                 which does not contain it"
            ),
            Self::ChangedLink { segment, seq } => {
                write!(f, "changed link: commit {segment:016x}/{seq}")
            }
            Self::Gap { segment, from, to } => {
                write!(f, "gap: commits {from} to {to} of segment {segment:016x} are gone")
            }
            Self::TailCut { segment, last, expected } => write!(
                f,
                "tail cut: segment {segment:016x} ends at commit {last}, but {expected} is named"
            ),
            Self::SegmentDeleted { segment } => {
                write!(f, "segment deleted: {segment:016x} is named, but gone")
            }
            Self::AnchorMismatch { n: 0, segment, seq } => {
                write!(f, "opening mismatch: another link was named for {segment:016x}/{seq}")
            }
            Self::AnchorMismatch { n, segment, seq } => {
                write!(f, "anchor mismatch: anchor {n} names another link for {segment:016x}/{seq}")
            }
            Self::ChangedRoot { n } => write!(f, "changed root: anchor {n}"),
            Self::AnchorGap { from, to } => {
                write!(f, "gap: anchors {from} to {to} are gone")
            }
            Self::WitnessMismatch { n } => {
                write!(f, "witness mismatch: anchor {n} is gone or has another root")
            }
            Self::ErasedUnordered { from, to } => {
                write!(f, "erased without an order: records at positions {from} to {to}")
            }
            Self::LostByDiscontinuity { from, to } => {
                write!(f, "lost by failover: what lay between anchors {from} and {to}")
            }
        }
    }
}
