//! Export: everything of one kind as lines of JSON or CSV, page by page, in an order that can be
//! taken up again.
//!
//! Not here: HTTP (`own::export`). The command line exports from a data folder with the same code,
//! so this works on a store and needs no server.

mod cells;
mod history;
mod rows;

pub(crate) use cells::{Cells, Value};

use cells::Writer;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use store::Store;
use store::batch::DefinitionRow;

/// Rows read at once.
const PAGE: u32 = 500;

/// What is exported. Alphabetical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Who asked for what: one line a command that changed something.
    Audit,
    /// What happened in process instances: one line an event.
    Events,
    /// Incidents, open and resolved.
    Incidents,
    /// Process instances, live and ended.
    Instances,
    /// Jobs, live and ended.
    Jobs,
    /// Variables by scope, as they are now.
    Variables,
}

impl What {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Audit, Self::Events, Self::Incidents, Self::Instances, Self::Jobs, Self::Variables];

    /// Its word in paths and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Events => "events",
            Self::Incidents => "incidents",
            Self::Instances => "instances",
            Self::Jobs => "jobs",
            Self::Variables => "variables",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.name() == name)
    }
}

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A line of names, then a line a row (RFC 4180). No cell begins a formula.
    Csv,
    /// An object a line.
    JsonLines,
}

/// What is wanted of it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What.
    pub what: What,
    /// How.
    pub format: Format,
    /// Only what comes after this position (audit, events) or key (the others).
    pub after: u64,
    /// Only from this time on, Unix milliseconds: of the commit, the start or the creation.
    pub from_ms: Option<i64>,
    /// Only before this time, Unix milliseconds.
    pub to_ms: Option<i64>,
    /// Only of this BPMN process id.
    pub process_id: Option<String>,
    /// Tenants whose lines are wanted.
    pub tenants: Vec<u32>,
    /// Stop after about so many lines: the rest of one commit comes along.
    pub limit: Option<u64>,
}

/// An export on its way.
pub struct Export {
    wanted: Wanted,
    after: u64,
    lines: u64,
    is_done: bool,
    is_begun: bool,
    definitions: BTreeMap<u64, Option<Known>>,
}

/// A definition met on the way.
struct Known {
    process_id: Arc<str>,
    graph: Option<engine::graph::Graph>,
}

impl Export {
    /// An export that has not read anything yet.
    ///
    /// # Errors
    /// When what is wanted cannot be told of that kind, in words.
    pub fn new(wanted: Wanted) -> Result<Self, String> {
        let narrowed =
            wanted.from_ms.is_some() || wanted.to_ms.is_some() || wanted.process_id.is_some();
        if wanted.what == What::Variables && narrowed {
            return Err("Expected variables to be exported whole, but found a time or a process: \
                        they have neither. Export instances, and take those."
                .to_owned());
        }
        let after = wanted.after;
        let (lines, definitions) = (0, BTreeMap::new());
        Ok(Export { wanted, after, lines, is_done: false, is_begun: false, definitions })
    }

    /// The next lines; none: that was all. May be empty.
    ///
    /// # Errors
    /// Those of the store; [`store::Error::Query`] when a row cannot be read.
    pub fn next_page(&mut self, store: &dyn Store) -> Result<Option<String>, store::Error> {
        if self.is_done {
            return Ok(None);
        }
        let with_names = !std::mem::replace(&mut self.is_begun, true) && self.wanted.after == 0;
        let mut writer = Writer::new(self.wanted.format, with_names);
        match self.wanted.what {
            What::Audit | What::Events => self.history(store, &mut writer)?,
            _ => self.rows(store, &mut writer)?,
        }
        if self.wanted.limit.is_some_and(|limit| self.lines >= limit) {
            self.is_done = true;
        }
        Ok(Some(writer.finish()))
    }

    /// The position or key up to which everything was given: the `after` that goes on.
    #[must_use]
    pub fn reached(&self) -> u64 {
        self.after
    }

    /// Lines given so far.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    fn is_full(&self) -> bool {
        self.wanted.limit.is_some_and(|limit| self.lines >= limit)
    }

    fn definition(&mut self, store: &dyn Store, key: u64) -> Result<Option<&Known>, store::Error> {
        if let Entry::Vacant(unknown) = self.definitions.entry(key) {
            let found = store.definitions(key.saturating_sub(1), 1)?;
            let found = found.into_iter().next().filter(|row| row.key == key);
            let known =
                found.map(|row| Known { process_id: row.process_id.clone(), graph: graph(&row) });
            unknown.insert(known);
        }
        Ok(self.definitions.get(&key).and_then(Option::as_ref))
    }
}

fn graph(row: &DefinitionRow) -> Option<engine::graph::Graph> {
    let document = model::parse(&row.source).ok()?;
    let graphs = engine::graph::compile::compile(&document, &mut model::Problems::new());
    graphs.into_iter().find(|graph| graph.process_id == row.process_id)
}
