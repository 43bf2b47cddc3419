//! The hashes of the audit chain: a leaf per record, a link per commit, a root per anchor.
//!
//! Not here: reading records, and what to say when a hash differs (`verify`).

use sha2::{Digest, Sha256};

/// A SHA-256 value.
pub type Hash = [u8; 32];

// What a hash is of comes first, so that no leaf can pass for a link or a root.
const LEAF: u8 = 0;
const LINK: u8 = 1;
const ROOT: u8 = 2;
const OPENING: u8 = 3;

/// The link before a segment's first commit.
pub const START: Hash = [0; 32];

/// Hash of one record; the salt beside the record lets a body be erased and the leaf stay.
#[must_use]
pub fn leaf(salt: &[u8; 16], record: &[u8]) -> Hash {
    Sha256::new().chain_update([LEAF]).chain_update(salt).chain_update(record).finalize().into()
}

/// Hash of one commit: the segment's previous link and the commit's leaves in order.
#[must_use]
pub fn link(previous: &Hash, leaves: &[Hash]) -> Hash {
    let count = (leaves.len() as u64).to_be_bytes();
    let mut hash = Sha256::new().chain_update([LINK]).chain_update(previous).chain_update(count);
    for leaf in leaves {
        hash.update(leaf);
    }
    hash.finalize().into()
}

/// Where a segment stands: its last commit and that commit's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    /// Segment, a random number.
    pub segment: u64,
    /// Number of the commit within the segment.
    pub seq: u64,
    /// Its link.
    pub link: Hash,
}

/// Hash of an anchor: the previous root, the anchor's number and all tips moved since.
#[must_use]
pub fn root(previous: &Hash, n: u64, tips: &[Tip]) -> Hash {
    let count = (tips.len() as u64).to_be_bytes();
    let mut hash = Sha256::new()
        .chain_update([ROOT])
        .chain_update(previous)
        .chain_update(n.to_be_bytes())
        .chain_update(count);
    for tip in tips {
        update_tip(&mut hash, tip);
    }
    hash.finalize().into()
}

/// How a segment begins; its leaf is the only one of commit 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Segment, a random number.
    pub segment: u64,
    /// When it was opened, Unix milliseconds.
    pub opened_ms: i64,
    /// The tip of the segment before, if there is one.
    pub previous: Option<Tip>,
    /// Build that opened it.
    pub build: String,
}

impl Opening {
    /// The leaf of the segment's commit 0.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        let mut hash = Sha256::new()
            .chain_update([OPENING])
            .chain_update(self.segment.to_be_bytes())
            .chain_update(self.opened_ms.to_be_bytes())
            .chain_update([u8::from(self.previous.is_some())]);
        if let Some(tip) = &self.previous {
            update_tip(&mut hash, tip);
        }
        hash.update(self.build.as_bytes());
        hash.finalize().into()
    }

    /// The tip after commit 0.
    #[must_use]
    pub fn tip(&self) -> Tip {
        Tip { segment: self.segment, seq: 0, link: link(&START, &[self.leaf()]) }
    }
}

fn update_tip(hash: &mut Sha256, tip: &Tip) {
    hash.update(tip.segment.to_be_bytes());
    hash.update(tip.seq.to_be_bytes());
    hash.update(tip.link);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_depends_on_salt_and_record() {
        let one = leaf(&[1; 16], b"paid");
        assert_ne!(one, leaf(&[2; 16], b"paid"));
        assert_ne!(one, leaf(&[1; 16], b"Paid"));
        assert_eq!(one, leaf(&[1; 16], b"paid"));
    }

    #[test]
    fn a_leaf_is_the_same_for_ever() {
        let hex: String = leaf(&[0; 16], b"").iter().map(|b| format!("{b:02x}")).collect();
        // SHA-256 of 17 zero bytes.
        assert_eq!(hex, "0a88111852095cae045340ea1f0b279944b2a756a213d9b50107d7489771e159");
    }

    #[test]
    fn a_link_depends_on_the_order_of_leaves_and_on_what_came_before() {
        let (a, b) = ([1; 32], [2; 32]);
        assert_ne!(link(&START, &[a, b]), link(&START, &[b, a]));
        assert_ne!(link(&START, &[a]), link(&a, &[a]));
        assert_ne!(link(&START, &[]), link(&START, &[START]));
    }

    #[test]
    fn a_root_depends_on_every_tip() {
        let tip = Tip { segment: 1, seq: 2, link: [3; 32] };
        let one = root(&START, 1, &[tip]);
        assert_ne!(one, root(&START, 2, &[tip]));
        assert_ne!(one, root(&START, 1, &[Tip { seq: 3, ..tip }]));
        assert_ne!(one, root(&START, 1, &[]));
    }
}
