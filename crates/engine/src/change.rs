//! What people change about an instance that runs: its tokens, the definition it runs.
//!
//! Not here: whether it can be done (`step::modify`, `step::migrate`).

use crate::event::{ElementIndex, Slot, Variables};
use crate::key::Key;
use std::sync::Arc;

/// Which tokens are added, moved and cancelled. All or nothing is done.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Modification {
    /// Elements at which a token begins.
    pub activate: Vec<Activate>,
    /// Tokens that go on elsewhere.
    pub moves: Vec<Move>,
    /// Element instances that are cancelled.
    pub cancel: Vec<Place>,
    /// Everything that lives is cancelled, and tokens on their way are dropped.
    pub cancel_all: bool,
}

/// An element at which a token begins.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Activate {
    /// The element.
    pub element_id: Arc<str>,
    /// The element instance around it, where there are several to choose from.
    pub ancestor: Option<Key>,
    /// Variables it brings.
    pub variables: Vec<ScopedVariables>,
}

/// Variables for one of the scopes of an element that is activated.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScopedVariables {
    /// The element itself or one around it; empty: the process.
    pub scope_id: Arc<str>,
    /// The variables.
    pub variables: Variables,
}

/// A token that goes on elsewhere.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Move {
    /// Where it is.
    pub from: Place,
    /// Where it goes on.
    pub to: Arc<str>,
    /// In which element instance.
    pub within: Within,
    /// Variables it brings.
    pub variables: Vec<ScopedVariables>,
}

/// In which element instance a moved token goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Within {
    /// The only one there is of the scope around the target, or a new one.
    #[default]
    Only,
    /// The one with this key.
    Key(Key),
    /// The one around the source.
    SourceScope,
    /// The innermost one around the source that is a scope of the target.
    Inferred,
}

/// Element instances: one by its key, or all of an element.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Place {
    /// The element instance; none: all of the element.
    pub key: Option<Key>,
    /// The element, if no key is given.
    pub element_id: Arc<str>,
}

/// To which definition an instance changes, and which element is which there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Migration {
    /// The definition it shall run.
    pub target: Key,
    /// Element ids: as it is now, as it shall be.
    pub mapping: Vec<(Arc<str>, Arc<str>)>,
}

/// An instance changed to another definition: what of it has another place there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Migrated {
    /// The definition it runs from now on.
    pub definition: Key,
    /// The definition it ran before.
    pub before: Key,
    /// Elements that live, are waited for or are on their way: as they were, as they are.
    pub elements: Vec<(ElementIndex, ElementIndex)>,
    /// Flows with tokens: as they were, as they are.
    pub flows: Vec<(u32, u32)>,
    /// What lives, for readers who do not hold the instance's state.
    pub moved: Vec<Moved>,
}

/// A live element instance and what it waits for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moved {
    /// Its slot.
    pub slot: Slot,
    /// Its key.
    pub key: Key,
    /// The element it was at.
    pub from: ElementIndex,
    /// The element it is at.
    pub to: ElementIndex,
    /// Its job.
    pub job: Option<Key>,
    /// Its user task.
    pub task: Option<Key>,
    /// Its incidents.
    pub incidents: Vec<Key>,
    /// Its message subscriptions, and the element each belongs to now.
    pub subscriptions: Vec<(Key, ElementIndex)>,
}
