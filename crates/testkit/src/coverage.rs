//! Which phases of which elements were seen: counted from events, printed as a table.
//!
//! Not code coverage: a cell says that an element lived through a phase in some scenario.

use engine::element::Kind;
use engine::event::{ElementIndex, InstanceEvent};
use engine::graph::Graph;
use std::collections::BTreeMap;
use std::fmt;

/// A phase of an element's life, as far as events show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// A token came.
    Arrive,
    /// It began to wait.
    Activate,
    /// It opened a wait: job, timer, subscription, user task.
    Wait,
    /// It was done.
    Complete,
    /// It was cancelled.
    Cancel,
    /// It could not proceed.
    Incident,
}

/// All phases, in the order of a life.
pub const PHASES: [Phase; 6] =
    [Phase::Arrive, Phase::Activate, Phase::Wait, Phase::Complete, Phase::Cancel, Phase::Incident];

/// Counts by element file and phase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    counts: BTreeMap<(&'static str, Phase), u64>,
}

impl Coverage {
    /// How often a phase of an element was seen.
    #[must_use]
    pub fn count(&self, file: &str, phase: Phase) -> u64 {
        let found = self.counts.iter().find(|((held, at), _)| *held == file && *at == phase);
        found.map_or(0, |(_, count)| *count)
    }

    /// Adds what another run has seen.
    pub fn add(&mut self, other: &Coverage) {
        for (cell, count) in &other.counts {
            *self.counts.entry(*cell).or_default() += count;
        }
    }

    pub(crate) fn note_instance(
        &mut self,
        graph: &Graph,
        event: &InstanceEvent,
        element: ElementIndex,
    ) {
        use InstanceEvent as E;
        let phase = match event {
            // A listener's job is no wait of its element.
            E::JobCreated(created) if created.kind.listens() => return,
            E::InstanceCreated(_) | E::ElementEntered { .. } | E::TokenParked { .. } => {
                Phase::Arrive
            }
            E::ElementActivated { .. } => Phase::Activate,
            E::JobCreated(_)
            | E::TimerStarted { .. }
            | E::SubscriptionOpened(_)
            | E::BpmnSignalAwaited(_)
            | E::ConditionAwaited { .. }
            | E::ChildCalled { .. }
            | E::UserTaskCreated(_) => Phase::Wait,
            E::InstanceCompleted | E::ElementCompleted { .. } => Phase::Complete,
            E::InstanceCancelled | E::ElementCancelled { .. } => Phase::Cancel,
            E::IncidentRaised { .. } => Phase::Incident,
            _ => return,
        };
        *self.counts.entry((graph.node(element).kind.file(), phase)).or_default() += 1;
    }

    /// A start timer runs in the definition head, before there is an instance.
    pub(crate) fn note_start_timer(&mut self) {
        *self.counts.entry(("timer_start", Phase::Wait)).or_default() += 1;
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:22}", "")?;
        for phase in PHASES {
            write!(f, "{:>9}", format!("{phase:?}").to_lowercase())?;
        }
        for file in Kind::FILES {
            write!(f, "\n{file:22}")?;
            for phase in PHASES {
                match self.count(file, phase) {
                    0 => write!(f, "{:>9}", "-")?,
                    count => write!(f, "{count:>9}")?,
                }
            }
        }
        Ok(())
    }
}
