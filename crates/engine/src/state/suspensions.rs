//! What a tenant has suspended beside single instances: definitions and job types.
//!
//! Not here: suspended instances; each remembers that itself.

use crate::key::Key;
use std::sync::Arc;

/// What a tenant has suspended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Suspensions {
    /// Tenant number.
    pub tenant: u32,
    /// Definitions of which no instances begin, rising.
    pub definitions: Vec<Key>,
    /// Job types of which no jobs are handed out, rising.
    pub job_types: Vec<Arc<str>>,
}

/// A domain event of the suspensions of a tenant.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum SuspensionEvent {
    /// No instances of it begin.
    DefinitionSuspended { tenant: u32, definition: Key },
    /// Instances of it begin again.
    DefinitionResumed { tenant: u32, definition: Key },
    /// No jobs of it are handed out.
    JobTypeSuspended { tenant: u32, job_type: Arc<str> },
    /// Jobs of it are handed out again.
    JobTypeResumed { tenant: u32, job_type: Arc<str> },
}

impl Suspensions {
    /// Whether nothing is suspended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty() && self.job_types.is_empty()
    }

    /// Applies one event; the only writer of this state.
    pub fn apply(&mut self, event: &SuspensionEvent) {
        use SuspensionEvent as E;
        match event {
            E::DefinitionSuspended { tenant, definition } => {
                self.tenant = *tenant;
                if let Err(place) = self.definitions.binary_search(definition) {
                    self.definitions.insert(place, *definition);
                }
            }
            E::DefinitionResumed { definition, .. } => {
                self.definitions.retain(|held| held != definition);
            }
            E::JobTypeSuspended { tenant, job_type } => {
                self.tenant = *tenant;
                if let Err(place) = self.job_types.binary_search(job_type) {
                    self.job_types.insert(place, job_type.clone());
                }
            }
            E::JobTypeResumed { job_type, .. } => self.job_types.retain(|held| held != job_type),
        }
    }
}
