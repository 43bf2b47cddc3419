//! Doctor: whether what is stored makes sense, aggregate by aggregate and row by row.
//!
//! Reads only, in pages. Not the audit chain; that is the store's `audit verify`. Only a quiet
//! store gives an answer about one moment.

mod batch_operation;
mod between;
mod bpmn_signal;
mod calls;
mod counters;
mod instance;
mod replay;
mod rows;
mod views;

use crate::deploy::definition;
use crate::lane::Aggregate;
use engine::definitions::Definitions;
use engine::key::Key;
use std::collections::BTreeSet;
use std::fmt;
use store::Store;
use store::load::{AggregateRow, Load, Pages};

/// Rows read at once.
const PAGE: u32 = 256;

/// Something that does not make sense.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The aggregate it is about: an instance's key, or the hash of a mailbox, entry or head.
    pub aggregate: Key,
    /// Which invariant is broken:
    /// `I1` nothing is lost or unreadable, `I2` tokens are accounted for, `I3` what ended is over,
    /// `I5` state and rows are what the events say, `I8` messages and subscriptions match, `I9`
    /// timers have their rows, `I10` one open instance per door, `I13` keys are unique, `I15`
    /// variables are as the view says, `I16` views agree, `I18` tenants agree; `L1` everything can
    /// go on, `L3` everything wakes in time.
    pub invariant: &'static str,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { aggregate, invariant, expected, found } = self;
        write!(f, "aggregate {aggregate}, {invariant}: expected {expected}, but found {found}")
    }
}

/// Examines everything a store holds. A start or expiry timer whose head or mailbox has moved
/// on is no finding: the lane drops its row when it is due. Views are compared only when they
/// have been written up to the end of the history.
pub fn examine(store: &dyn Store) -> Result<Vec<Finding>, store::Error> {
    let mut exam = Exam {
        store,
        definitions: Definitions::default(),
        tenants: BTreeSet::new(),
        latest_ms: i64::MAX,
        counted: counters::Counted::new(),
        findings: Vec::new(),
    };
    exam.definitions()?;
    exam.resources()?;
    let projected = exam.is_projected()?;
    if projected {
        exam.latest_ms = exam.latest_ms()?;
    }
    let mut after = 0;
    loop {
        let rows = store.aggregates(after, PAGE)?;
        let Some(last) = rows.last() else { break };
        after = last.key;
        for row in &rows {
            exam.aggregate(row, projected)?;
        }
    }
    exam.job_rows()?;
    exam.timer_rows()?;
    exam.effects()?;
    if projected {
        exam.live_view_rows()?;
        exam.live_batch_rows()?;
        exam.counters()?;
    }
    Ok(exam.findings)
}

/// An examination on its way.
struct Exam<'s> {
    store: &'s dyn Store,
    definitions: Definitions,
    tenants: BTreeSet<u32>,
    /// When something was committed last, Unix milliseconds; the end of time when not known.
    latest_ms: i64,
    /// What the counters must say.
    counted: counters::Counted,
    findings: Vec<Finding>,
}

impl Exam<'_> {
    fn find(
        &mut self,
        aggregate: Key,
        invariant: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        let (expected, found) = (expected.into(), found.into());
        self.findings.push(Finding { aggregate, invariant, expected, found });
    }

    /// Notes a finding unless the condition holds.
    fn check(
        &mut self,
        holds: bool,
        aggregate: Key,
        invariant: &'static str,
        expected: impl FnOnce() -> String,
        found: impl FnOnce() -> String,
    ) {
        if !holds {
            self.find(aggregate, invariant, expected(), found());
        }
    }

    fn definitions(&mut self) -> Result<(), store::Error> {
        let mut after = 0;
        loop {
            let rows = self.store.definitions(after, PAGE)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = last.key;
            for row in &rows {
                self.tenants.insert(row.tenant);
                match definition(row) {
                    Ok(definition) => self.definitions.add(definition),
                    Err(error) => {
                        let expected = "a definition this release can run";
                        self.find(Key(row.key), "I1", expected, error.to_string());
                    }
                }
            }
        }
    }

    fn resources(&mut self) -> Result<(), store::Error> {
        let rows = crate::deploy::resource_rows(self.store)?;
        if let Err(error) = crate::deploy::add_resources(&mut self.definitions, &rows) {
            let expected = "resources this release can read";
            self.find(Key(0), "I1", expected, error.to_string());
        }
        self.store.deletions()?.into_iter().for_each(|key| self.definitions.delete(Key(key)));
        Ok(())
    }

    /// When something was committed last. Clocks of several lanes differ a little: the latest of
    /// the last rows counts.
    fn latest_ms(&self) -> Result<i64, store::Error> {
        let from = self.store.projected()?.saturating_sub(u64::from(PAGE));
        let rows = self.store.events(from, PAGE)?;
        Ok(rows.iter().map(|row| row.at_ms).max().unwrap_or(i64::MAX))
    }

    /// Everything about one aggregate, and what others must know of it.
    fn aggregate(&mut self, row: &AggregateRow, projected: bool) -> Result<(), store::Error> {
        let key = Key(row.key);
        let held = match Aggregate::decode(row, &self.definitions) {
            Ok(held) => held,
            Err(bad) => {
                self.find(key, "I1", "an aggregate that can be read", bad.to_string());
                return Ok(());
            }
        };
        let (tenant, stored) = (held.tenant(), row.tenant);
        self.check(
            tenant == stored,
            key,
            "I18",
            || format!("tenant {stored} as in its row"),
            || format!("tenant {tenant}"),
        );
        match &held {
            Aggregate::Instance(state, graph) => {
                self.instance(key, state, graph.as_deref());
                self.instance_waits(key, state)?;
                self.instance_links(key, state)?;
                self.instance_calls(key, state)?;
                if projected {
                    self.instance_views(key, state)?;
                    self.count(state);
                }
            }
            Aggregate::Mailbox(state) => self.mailbox(key, state)?,
            Aggregate::Entry(state) => self.entry(key, state)?,
            Aggregate::Head(state) => self.head(key, state)?,
            Aggregate::Resource(state) => self.resource(key, state),
            // Never stored: decoding one fails.
            Aggregate::Evaluation(_) => {}
            Aggregate::BpmnSignal(state) => self.bpmn_signal(key, state)?,
            Aggregate::BatchOperation(state) if projected => self.batch_operation(key, state)?,
            // Its events are all there is to it.
            Aggregate::BatchOperation(_) | Aggregate::Suspensions(_) => {}
            Aggregate::Work(state) => {
                if let Some((timer, due_ms)) = state.timer() {
                    self.timer(&store::batch::TimerRow {
                        key: timer.0,
                        aggregate: key.0,
                        slot: 0,
                        due_ms,
                    })?;
                }
            }
        }
        self.replay(key, &held)
    }

    /// Loads one aggregate; `None` when it is not there or cannot be read (found elsewhere).
    fn load(&self, key: Key) -> Result<Option<Aggregate>, store::Error> {
        let load = Load { aggregates: vec![(key.0, Pages::All)], ..Load::default() };
        let row = self.store.load(&load)?.aggregates.into_iter().next().flatten();
        Ok(row.and_then(|row| Aggregate::decode(&row, &self.definitions).ok()))
    }
}

#[cfg(test)]
mod tests;
