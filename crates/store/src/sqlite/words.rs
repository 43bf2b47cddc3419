//! The dictionary of repeated texts of one file: a row stores a small number instead of a name.
//!
//! Not here: which columns use it (`view` specs, and `job.job_type`). Words are never deleted.

use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::{Connection, OptionalExtension};
use rustc_hash::FxHashMap;

use crate::limits::WORDS_CACHED_MAX;

/// Committed words, as far as they were met.
#[derive(Debug, Default)]
pub(super) struct Words {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    ids: FxHashMap<Arc<str>, i64>,
    texts: FxHashMap<i64, Arc<str>>,
}

impl Words {
    /// The number of a text, if it has one.
    pub(super) fn find(&self, db: &Connection, text: &str) -> rusqlite::Result<Option<i64>> {
        if let Some(id) = self.cached_id(text) {
            return Ok(Some(id));
        }
        let mut select = db.prepare_cached("select id from word where text = ?1")?;
        select.query_row([text], |row| row.get(0)).optional()
    }

    /// The text of a number.
    pub(super) fn text(&self, db: &Connection, id: i64) -> rusqlite::Result<Arc<str>> {
        let cached = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            known.texts.get(&id).cloned()
        };
        if let Some(text) = cached {
            return Ok(text);
        }
        let mut select = db.prepare_cached("select text from word where id = ?1")?;
        let text: Arc<str> = select.query_row([id], |row| row.get::<_, Arc<str>>(0))?;
        // Readers see committed rows only, so what they read may be kept.
        self.keep([(Arc::clone(&text), id)]);
        Ok(text)
    }

    fn cached_id(&self, text: &str) -> Option<i64> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.ids.get(text).copied()
    }

    fn keep(&self, words: impl IntoIterator<Item = (Arc<str>, i64)>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.ids.len() >= WORDS_CACHED_MAX {
            *known = Known::default();
        }
        for (text, id) in words {
            known.texts.insert(id, Arc::clone(&text));
            known.ids.insert(text, id);
        }
    }
}

/// Numbers texts inside one write transaction; what it added is shared only after the commit.
#[derive(Debug)]
pub(super) struct Interner<'a> {
    words: &'a Words,
    met: FxHashMap<Arc<str>, i64>,
}

impl<'a> Interner<'a> {
    pub(super) fn new(words: &'a Words) -> Self {
        Self { words, met: FxHashMap::default() }
    }

    /// The number of a text, given now if it had none.
    pub(super) fn id(&mut self, db: &Connection, text: &Arc<str>) -> rusqlite::Result<i64> {
        if let Some(id) = self.met.get(text) {
            return Ok(*id);
        }
        if let Some(id) = self.words.cached_id(text) {
            return Ok(id);
        }
        let id = match self.words.find(db, text)? {
            Some(id) => id,
            None => db
                .prepare_cached("insert into word(text) values (?1) returning id")?
                .query_row([text], |row| row.get(0))?,
        };
        self.met.insert(Arc::clone(text), id);
        Ok(id)
    }

    /// The number of a text, if it has one in this transaction.
    pub(super) fn find(&self, db: &Connection, text: &str) -> rusqlite::Result<Option<i64>> {
        match self.met.get(text) {
            Some(id) => Ok(Some(*id)),
            None => self.words.find(db, text),
        }
    }

    /// After the commit: everybody may use what was added.
    pub(super) fn publish(self) {
        if !self.met.is_empty() {
            self.words.keep(self.met);
        }
    }
}
