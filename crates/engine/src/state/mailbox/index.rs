//! The index of a shelf: from a hash to numbers, in buckets that grow one by one (linear hashing,
//! Litwin 1980), so that no page grows with the shelf.
//!
//! Not here: comparing what has the same hash.

use super::shelf::ShelfHead;
use std::collections::BTreeMap;

/// Entries of one bucket: (hash, number).
pub type Bucket = Vec<(u32, u64)>;

/// Buckets in memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    buckets: BTreeMap<u32, Bucket>,
    undo: Option<BTreeMap<u32, Option<Bucket>>>,
}

impl PartialEq for Index {
    fn eq(&self, other: &Self) -> bool {
        let held = |index: &Self| {
            let full = index.buckets.clone().into_iter().filter(|(_, held)| !held.is_empty());
            full.collect::<Vec<_>>()
        };
        held(self) == held(other)
    }
}

/// The bucket of a hash among so many.
fn bucket_of(hash: u32, buckets: u32) -> u32 {
    let mask = buckets.next_power_of_two() - 1;
    let wide = hash & mask;
    if wide < buckets { wide } else { hash & (mask >> 1) }
}

/// The bucket that a bucket beyond the first was split from.
fn parent_of(bucket: u32) -> u32 {
    bucket - (1 << bucket.ilog2())
}

fn grows(entries: u64, buckets: u32, fill: u32) -> bool {
    entries > u64::from(buckets) * u64::from(fill)
}

fn shrinks(entries: u64, buckets: u32, fill: u32) -> bool {
    buckets > 1 && entries * 2 < u64::from(buckets - 1) * u64::from(fill)
}

impl Index {
    /// Buckets that adding an entry changes; a new one needs not be brought.
    pub(super) fn touched_by_insert(head: &ShelfHead, fill: u32, hash: u32) -> Vec<u32> {
        let mut touched = vec![bucket_of(hash, head.buckets)];
        if grows(head.entries + 1, head.buckets, fill) {
            touched.push(parent_of(head.buckets));
        }
        touched
    }

    /// Buckets that taking an entry off changes.
    pub(super) fn touched_by_remove(head: &ShelfHead, fill: u32, hash: u32) -> Vec<u32> {
        let mut touched = vec![bucket_of(hash, head.buckets)];
        if shrinks(head.entries.saturating_sub(1), head.buckets, fill) {
            let last = head.buckets - 1;
            touched.extend([last, parent_of(last)]);
        }
        touched
    }

    pub(super) fn has(&self, bucket: u32) -> bool {
        self.buckets.contains_key(&bucket)
    }

    pub(super) fn entries(&self, bucket: u32) -> &[(u32, u64)] {
        self.buckets.get(&bucket).map_or(&[], Vec::as_slice)
    }

    pub(super) fn weight(&self) -> usize {
        self.buckets.values().map(|held| 64 + held.len() * 16).sum()
    }

    /// Numbers with this hash; `Err`: the bucket that must be brought.
    pub(super) fn bucket(&self, buckets: u32, hash: u32) -> Result<Vec<u64>, u32> {
        let bucket = bucket_of(hash, buckets);
        let held = self.buckets.get(&bucket).ok_or(bucket)?;
        Ok(held.iter().filter(|(held, _)| *held == hash).map(|(_, number)| *number).collect())
    }

    fn bucket_mut(&mut self, bucket: u32) -> &mut Bucket {
        if let Some(undo) = &mut self.undo {
            undo.entry(bucket).or_insert_with(|| self.buckets.get(&bucket).cloned());
        }
        self.buckets.entry(bucket).or_default()
    }

    fn held_mut(&mut self, bucket: u32) -> &mut Bucket {
        assert!(self.has(bucket), "an index page that changes is in memory");
        self.bucket_mut(bucket)
    }

    /// One empty bucket.
    pub(super) fn open(&mut self, head: &mut ShelfHead) {
        (head.buckets, head.entries) = (1, 0);
        self.bucket_mut(0);
    }

    /// No bucket at all; all of them are empty.
    pub(super) fn close(&mut self) {
        let all: Vec<u32> = self.buckets.keys().copied().collect();
        for bucket in all {
            let left = std::mem::take(self.bucket_mut(bucket));
            assert_eq!(left, [], "an index ends with its last entry");
            self.buckets.remove(&bucket);
        }
    }

    /// Adds an entry; returns the buckets that changed.
    pub(super) fn insert(
        &mut self,
        head: &mut ShelfHead,
        fill: u32,
        hash: u32,
        number: u64,
    ) -> Vec<u32> {
        let bucket = bucket_of(hash, head.buckets);
        self.held_mut(bucket).push((hash, number));
        head.entries += 1;
        if !grows(head.entries, head.buckets, fill) {
            return vec![bucket];
        }
        let (new, parent) = (head.buckets, parent_of(head.buckets));
        head.buckets += 1;
        let all = std::mem::take(self.held_mut(parent));
        let (go, stay) = all.into_iter().partition(|(hash, _)| bucket_of(*hash, new + 1) == new);
        *self.held_mut(parent) = stay;
        *self.bucket_mut(new) = go;
        vec![bucket, parent, new]
    }

    /// Takes an entry off; returns the buckets that changed.
    pub(super) fn remove(
        &mut self,
        head: &mut ShelfHead,
        fill: u32,
        hash: u32,
        number: u64,
    ) -> Vec<u32> {
        let bucket = bucket_of(hash, head.buckets);
        self.held_mut(bucket).retain(|held| *held != (hash, number));
        head.entries -= 1;
        if !shrinks(head.entries, head.buckets, fill) {
            return vec![bucket];
        }
        let last = head.buckets - 1;
        let parent = parent_of(last);
        head.buckets = last;
        let all = std::mem::take(self.held_mut(last));
        self.held_mut(parent).extend(all);
        vec![bucket, parent, last]
    }

    pub(super) fn begin(&mut self) {
        self.undo = Some(BTreeMap::new());
    }

    pub(super) fn end(&mut self, stays: bool) {
        for (bucket, before) in self.undo.take().into_iter().flatten().filter(|_| !stays) {
            match before {
                Some(held) => self.buckets.insert(bucket, held),
                None => self.buckets.remove(&bucket),
            };
        }
    }

    pub(super) fn bring(&mut self, bucket: u32, entries: Bucket) {
        self.buckets.entry(bucket).or_insert(entries);
    }

    pub(super) fn retain(&mut self, stays: impl Fn(u32) -> bool) {
        self.buckets.retain(|bucket, _| stays(*bucket));
    }
}
