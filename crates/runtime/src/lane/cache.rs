//! Aggregates a lane keeps in memory between batches, with the stamps their rows will carry.
//!
//! Not a source of truth: whatever is not being committed may be forgotten at any time.

use super::aggregate::Aggregate;
use engine::key::Key;
use rustc_hash::FxHashMap;
use store::batch::{JobRow, Stamp};

/// Rough bytes of an entry beside its aggregate: itself, its job row, room in the two tables.
const ENTRY_BYTES: usize = 2 * (size_of::<Cached>() + size_of::<JobRow>());

/// One kept aggregate.
#[derive(Debug)]
pub(super) struct Cached {
    /// Its state, uncommitted steps included.
    pub aggregate: Aggregate,
    /// The stamp its row carries once everything stepped is committed; `None`: no row.
    pub stamp: Option<Stamp>,
    /// The stamp its row carries until the commit of the turn that changed it last.
    pub before: Option<Stamp>,
    /// Pages written by turns whose commit is not finished: until then what is stored is older.
    pub unsettled: Vec<(u64, Vec<u32>)>,
    /// The turn that used it last.
    pub turn: u64,
    /// The turn that loaded it, or found that there was nothing to load.
    pub loaded: u64,
    /// The turn that changed it last; 0: it is as it was loaded.
    pub written: u64,
    weight: usize,
}

/// Aggregates and job rows by key.
#[derive(Debug, Default)]
pub(super) struct Cache {
    held: FxHashMap<Key, Cached>,
    /// Job rows of kept instances.
    pub jobs: FxHashMap<Key, JobRow>,
    weight: usize,
}

impl Cache {
    /// The aggregate, marked as used in this turn.
    pub(super) fn get(&mut self, key: Key, turn: u64) -> Option<&mut Cached> {
        let cached = self.held.get_mut(&key)?;
        cached.turn = turn;
        Some(cached)
    }

    /// Whether it is kept.
    pub(super) fn has(&self, key: Key) -> bool {
        self.held.contains_key(&key)
    }

    /// Reads without marking.
    pub(super) fn peek(&self, key: Key) -> Option<&Cached> {
        self.held.get(&key)
    }

    /// Keeps an aggregate.
    pub(super) fn put(&mut self, key: Key, aggregate: Aggregate, stamp: Option<Stamp>, turn: u64) {
        let weight = aggregate.weight() + ENTRY_BYTES;
        self.weight += weight;
        let cached = Cached {
            aggregate,
            stamp,
            before: stamp,
            unsettled: Vec::new(),
            turn,
            loaded: turn,
            written: 0,
            weight,
        };
        if let Some(old) = self.held.insert(key, cached) {
            self.weight -= old.weight;
        }
    }

    /// The commit of a turn is finished: of an aggregate heavier than `bytes_max`, pages that are
    /// as they are stored are dropped.
    pub(super) fn settle(&mut self, key: Key, turn: u64, bytes_max: usize) {
        let Some(cached) = self.held.get_mut(&key) else { return };
        cached.unsettled.retain(|(written, _)| *written > turn);
        if cached.weight > bytes_max {
            let unsettled = &cached.unsettled;
            let keep = |page| unsettled.iter().any(|(_, pages)| pages.contains(&page));
            let jobs = cached.aggregate.drop_pages(keep);
            for job in jobs {
                self.jobs.remove(&job);
            }
            self.reweigh(key);
        }
    }

    /// Weighs an aggregate again after it changed.
    pub(super) fn reweigh(&mut self, key: Key) {
        if let Some(cached) = self.held.get_mut(&key) {
            self.weight -= cached.weight;
            cached.weight = cached.aggregate.weight() + ENTRY_BYTES;
            self.weight += cached.weight;
        }
    }

    /// Forgets an aggregate and its job rows.
    pub(super) fn forget(&mut self, key: Key) {
        let Some(old) = self.held.remove(&key) else { return };
        self.weight -= old.weight;
        if let Some(instance) = old.aggregate.instance() {
            for element in instance.elements.values() {
                if let Some(job) = &element.job {
                    self.jobs.remove(&job.key);
                }
            }
        }
    }

    /// Forgets what was used longest ago, down to three quarters of `bytes_max`; never what was
    /// used in `busy_turn` or later, which may be in a batch that is being committed.
    pub(super) fn shrink(&mut self, bytes_max: usize, busy_turn: u64) {
        if self.weight <= bytes_max {
            return;
        }
        let idle = self.held.iter().filter(|(_, cached)| cached.turn < busy_turn);
        let mut oldest: Vec<(u64, Key)> = idle.map(|(key, cached)| (cached.turn, *key)).collect();
        oldest.sort_unstable();
        for (_, key) in oldest {
            if self.weight <= bytes_max / 4 * 3 {
                break;
            }
            self.forget(key);
        }
    }

    /// How many aggregates and rough bytes are kept.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.held.len(), self.weight)
    }
}
