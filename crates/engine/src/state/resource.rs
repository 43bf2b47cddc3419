//! A resource head: the versions of one (tenant, kind, id) that is no process.
//!
//! Not here: what is in them; that is read from the deployed sources.

use crate::key::Key;
use crate::resources::ResourceKind;
use std::sync::Arc;

/// A resource head.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResourceHead {
    /// Tenant number.
    pub tenant: u32,
    /// What it is.
    pub kind: ResourceKind,
    /// Id, as written in the file.
    pub id: Arc<str>,
    /// Highest version there ever was; 0: none yet.
    pub version: u32,
    /// Key of the newest version that is not deleted; 0: none.
    pub latest: Key,
    /// SHA-256 of the newest file.
    pub digest: [u8; 32],
}

/// A domain event of a resource head.
#[expect(missing_docs, reason = "fields carry the words of GLOSSARY.md")]
#[derive(Debug, Clone, PartialEq)]
pub enum ResourceEvent {
    /// A new version is the latest.
    ResourceDeployed {
        tenant: u32,
        kind: ResourceKind,
        id: Arc<str>,
        version: u32,
        resource: Key,
        deployment: Key,
        digest: [u8; 32],
    },
    /// Nothing is bound to a version any more. `latest`: the newest that is left (0: none).
    ResourceDeleted { resource: Key, latest: Key },
}

impl ResourceHead {
    /// Applies one event; the only writer of this state.
    pub fn apply(&mut self, event: &ResourceEvent) {
        match event {
            ResourceEvent::ResourceDeployed {
                tenant,
                kind,
                id,
                version,
                resource,
                deployment: _,
                digest,
            } => {
                self.tenant = *tenant;
                self.kind = *kind;
                self.id = id.clone();
                self.version = *version;
                self.latest = *resource;
                self.digest = *digest;
            }
            ResourceEvent::ResourceDeleted { latest, .. } if *latest != self.latest => {
                self.latest = *latest;
                // Whatever is deployed next is new.
                self.digest = [0; 32];
            }
            ResourceEvent::ResourceDeleted { .. } => {}
        }
    }
}
