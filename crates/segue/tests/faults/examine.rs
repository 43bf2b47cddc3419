//! What must be true of a data folder after a crash: it opens, SQLite finds nothing, everything
//! acknowledged is there, the invariants hold, and the audit chain is whole.
//!
//! Not here: making the folder (`image`).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use engine::key::Key;
use engine::record::decode_sections;
use runtime::node::{Node, Options};
use store::Store;
use store::sqlite::Sqlite;

/// History rows read at once.
const ROWS: u32 = 1_000;

/// The commands whose events are there; `Err` says what is wrong.
pub(crate) fn examine(folder: &Path) -> Result<BTreeSet<String>, String> {
    let said = |what: &'static str| move |error: &dyn std::fmt::Display| format!("{what}: {error}");
    let options = store::sqlite::Options::default();
    let opened = Sqlite::open(folder, &options).map_err(|error| said("it opens")(&error))?;
    let store = Arc::new(opened);
    let damage = store.integrity().map_err(|error| said("integrity is checked")(&error))?;
    if !damage.is_empty() {
        return Err(format!("SQLite finds damage: {damage:?}"));
    }
    let node = Node::start(store.clone(), Options::default());
    node.map_err(|error| said("a node starts")(&error))?.stop();
    let projected = store.projected().map_err(|error| said("views are read")(&error))?;
    let last = store.last_position().map_err(|error| said("history is read")(&error))?;
    if projected != last {
        return Err(format!("views are written through {projected} of {last}"));
    }
    let findings =
        runtime::doctor::examine(&*store).map_err(|error| said("the doctor looks")(&error))?;
    if !findings.is_empty() {
        return Err(format!("the doctor finds {findings:?}"));
    }
    let report = store.verify(None).map_err(|error| said("the chain is read")(&error))?;
    if !report.findings.is_empty() {
        return Err(format!("the audit chain: {:?}", report.findings));
    }
    commands(&*store)
}

/// The idempotency keys of all commands in the history.
pub(crate) fn commands(store: &dyn Store) -> Result<BTreeSet<String>, String> {
    let mut found = BTreeSet::new();
    let mut after = 0;
    loop {
        let rows = store.events(after, ROWS).map_err(|error| error.to_string())?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = last.position;
        for row in &rows {
            let sections = decode_sections(Key(row.aggregate), &row.body);
            for section in sections.map_err(|bad| bad.to_string())? {
                found.extend(section.cause.request.map(|key| key.to_string()));
            }
        }
    }
}
