//! The batch while it is being made: components, dirty aggregates, rows, answers to be.
//!
//! Not here: deciding (`chain`) and the finished form (`assemble`).

use super::board::{Poll, Served};
use super::{Answered, Order};
use crate::request::EndedInstance;
use engine::key::Key;
use engine::record::Section;
use engine::state::Kind;
use rustc_hash::FxHashMap;
use store::batch::{
    AnswerRow, Batch, DefinitionRow, EffectRow, EffectWrite, JobRow, ResourceRow, Stamp, TimerRow,
};

/// A component's number while the batch is made; components merge.
pub(super) type Component = usize;

/// Everything one turn changes.
#[derive(Default)]
pub(super) struct Work {
    pub(super) parents: Vec<Component>,
    pub(super) dirty: FxHashMap<Key, Dirty>,
    /// Dirty aggregates in the order they were touched first.
    pub(super) touched: Vec<Key>,
    pub(super) jobs: FxHashMap<Key, (Component, JobChange)>,
    /// Changed job rows in order.
    pub(super) job_order: Vec<Key>,
    pub(super) timers: FxHashMap<Key, (Component, TimerChange)>,
    pub(super) timer_order: Vec<Key>,
    pub(super) effects: Vec<(Component, EffectWrite)>,
    pub(super) left: Vec<(Component, EffectRow)>,
    pub(super) definitions: Vec<(Component, DefinitionRow)>,
    pub(super) resources: Vec<(Component, ResourceRow)>,
    /// Definitions and other resources deleted; what the lane knows of them is changed already.
    pub(super) deletions: Vec<(Component, Key)>,
    /// Aggregates whose history is to be erased.
    pub(super) erasures: Vec<(Component, Key)>,
    pub(super) answers: Vec<(Component, AnswerRow)>,
    pub(super) releases: Vec<(Component, Key, u32)>,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) ended: Vec<(Component, Key, EndedInstance)>,
    /// Changes of user tasks that listeners have decided on: (component, task, answer).
    pub(super) decided: Vec<(Component, (Key, Answered))>,
    pub(super) fired: Vec<Key>,
    /// What decisions that changed nothing rest on: (component, aggregate, its stamp).
    pub(super) relied: Vec<(Component, Key, Option<Stamp>)>,
    /// Orders for a later turn.
    pub(super) postponed: Vec<Order>,
    /// Orders not looked at, because the batch is full.
    pub(super) rest: Vec<Order>,
    /// Domain events so far.
    pub(super) events: usize,
    /// What expressions cost so far.
    pub(super) fuel: u64,
}

/// An aggregate that changed.
pub(super) struct Dirty {
    pub(super) component: Component,
    pub(super) kind: Kind,
    pub(super) tenant: u32,
    pub(super) expected: Option<Stamp>,
    pub(super) sections: Vec<Section>,
}

/// What becomes of a job row.
pub(super) enum JobChange {
    /// A row that no commit has seen yet.
    New(JobRow),
    /// A row that exists.
    Changed(JobRow),
    /// A row that exists goes.
    Gone,
}

/// What becomes of a timer row.
pub(super) enum TimerChange {
    New(TimerRow),
    Gone,
}

/// An order and its answer, waiting for the commit.
pub(super) struct Outcome {
    pub(super) component: Component,
    pub(super) order: Order,
    pub(super) answer: Option<Answered>,
}

/// A batch ready to be committed, and what to do afterwards.
pub struct Prepared {
    /// What the store writes.
    pub batch: Batch,
    pub(super) turn: u64,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) served: Vec<(Component, Served, Vec<crate::request::ActivatedJob>)>,
    pub(super) claims: Vec<Poll>,
    pub(super) touched: Vec<Key>,
    /// (component, aggregate, tenant, sections), for the projector.
    pub(super) sections: Vec<(Component, Key, Vec<Section>)>,
    pub(super) left: Vec<(Component, EffectRow)>,
    pub(super) ended: Vec<(Component, Key, EndedInstance)>,
    pub(super) decided: Vec<(Component, (Key, Answered))>,
    pub(super) fired: Vec<Key>,
    pub(super) postponed: Vec<Order>,
    pub(super) rest: Vec<Order>,
}

impl Prepared {
    /// Orders the batch had no room for, in order: they come first in the next.
    pub fn take_rest(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.rest)
    }

    /// Whether there is nothing to commit and nobody to answer.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.outcomes.is_empty()
            && self.batch.components.is_empty()
            && self.claims.is_empty()
            && self.postponed.is_empty()
    }

    /// Whether the store has something to write.
    #[must_use]
    pub fn writes(&self) -> bool {
        !self.batch.components.is_empty() || !self.batch.claims.is_empty()
    }
}

impl Work {
    /// A new component.
    pub(super) fn component(&mut self) -> Component {
        self.parents.push(self.parents.len());
        self.parents.len() - 1
    }

    /// The newest component.
    pub(super) fn last(&self) -> Component {
        self.parents.len() - 1
    }

    /// Whether anything changed in a component.
    pub(super) fn has_changed(&self, component: Component) -> bool {
        let root = self.root(component);
        self.dirty.values().any(|dirty| self.root(dirty.component) == root)
    }

    /// An effect is not taken after all.
    pub(super) fn forget_taken(&mut self, row: &EffectRow) {
        let place = (row.target, row.source, row.n);
        self.effects.retain(|(_, write)| {
            !matches!(write, EffectWrite::Delete { target, source, n }
                if (*target, *source, *n) == place)
        });
    }

    /// The component a merged one belongs to now.
    pub(super) fn root(&self, mut component: Component) -> Component {
        while self.parents[component] != component {
            component = self.parents[component];
        }
        component
    }

    /// Two components that touched the same aggregate go in together (rule R1).
    pub(super) fn merge(&mut self, a: Component, b: Component) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }

    /// Whether this batch takes an effect.
    pub(super) fn takes(&self, row: &EffectRow) -> bool {
        let place = (row.target, row.source, row.n);
        self.effects.iter().any(|(_, write)| {
            matches!(write, EffectWrite::Delete { target, source, n }
                if (*target, *source, *n) == place)
        })
    }

    pub(super) fn change_job(&mut self, component: Component, key: Key, change: JobChange) {
        if self.jobs.insert(key, (component, change)).is_none() {
            self.job_order.push(key);
        }
    }

    pub(super) fn change_timer(&mut self, component: Component, key: Key, change: TimerChange) {
        if self.timers.insert(key, (component, change)).is_none() {
            self.timer_order.push(key);
        }
    }
}
