//! What is deployed, as a node looks it up: definitions, decisions and forms, with their files.
//!
//! Not here: deploying (`deploy`, `lane`), and what steps see (`engine::definitions`).

use crate::node::{Node, Shared};
use engine::key::Key;
use engine::resources::{ResourceKind, Resources};
use engine::state::suspensions::Suspensions;
use jiff::tz::TimeZone;
use std::sync::Arc;
use store::batch::{DefinitionRow, ResourceRow};

impl Shared {
    /// All deployed definitions, by key.
    pub(crate) fn definition_rows(&self) -> Vec<Arc<DefinitionRow>> {
        self.definitions.read().values().cloned().collect()
    }

    pub(crate) fn add_definitions(&self, rows: &[DefinitionRow]) {
        if !rows.is_empty() {
            let rows = rows.iter().map(|row| (Key(row.key), Arc::new(row.clone())));
            self.definitions.write().extend(rows);
        }
    }

    /// Nothing starts or is bound by these any more.
    pub(crate) fn delete(&self, keys: &[u64]) {
        if !keys.is_empty() {
            self.deleted.write().extend(keys.iter().map(|key| Key(*key)));
        }
    }

    /// Steps know these decisions and forms from now on.
    pub(crate) fn know(&self, resources: &Resources) {
        *self.known.write() = Arc::new(resources.clone());
    }

    pub(crate) fn add_resources(&self, rows: &[ResourceRow]) {
        if !rows.is_empty() {
            let rows = rows.iter().map(|row| (Key(row.key), Arc::new(row.clone())));
            self.resources.write().extend(rows);
        }
    }
}

impl Node {
    /// A deployed definition with its source.
    #[must_use]
    pub fn definition(&self, key: Key) -> Option<Arc<DefinitionRow>> {
        self.shared().definitions.read().get(&key).cloned()
    }

    /// Deployed decisions and forms as steps see them.
    #[must_use]
    pub fn resources(&self) -> Arc<Resources> {
        self.shared().known.read().clone()
    }

    /// What a tenant has suspended beside single instances.
    #[must_use]
    pub fn suspensions(&self, tenant: u32) -> Suspensions {
        self.shared().suspended.read().get(&tenant).cloned().unwrap_or_default()
    }

    /// The zone of times that name none.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        self.shared().zone.clone()
    }

    /// All deployed definitions of a tenant, by key.
    #[must_use]
    pub fn definitions(&self, tenant: u32) -> Vec<Arc<DefinitionRow>> {
        let held = self.shared().definitions.read();
        held.values().filter(|row| row.tenant == tenant).cloned().collect()
    }

    /// The latest definition of a process id.
    #[must_use]
    pub fn latest(&self, tenant: u32, process_id: &str) -> Option<Arc<DefinitionRow>> {
        let held = self.shared().definitions.read();
        let deleted = self.shared().deleted.read();
        let versions = held.values().filter(|row| {
            row.tenant == tenant
                && &*row.process_id == process_id
                && !deleted.contains(&Key(row.key))
        });
        versions.max_by_key(|row| row.version).cloned()
    }

    /// A deployed decision, its requirements or a form, with the file it is in.
    #[must_use]
    pub fn resource(&self, key: Key) -> Option<Arc<ResourceRow>> {
        self.shared().resources.read().get(&key).cloned()
    }

    /// Whether a definition or other resource is deleted.
    #[must_use]
    pub fn is_deleted(&self, key: Key) -> bool {
        self.shared().deleted.read().contains(&key)
    }

    /// The latest version of a resource by its id.
    #[must_use]
    pub fn latest_resource(
        &self,
        tenant: u32,
        kind: ResourceKind,
        id: &str,
    ) -> Option<Arc<ResourceRow>> {
        let held = self.shared().resources.read();
        let deleted = self.shared().deleted.read();
        let versions = held.values().filter(|row| {
            (row.tenant, row.kind, &*row.id) == (tenant, kind as u8, id)
                && !deleted.contains(&Key(row.key))
        });
        versions.max_by_key(|row| row.version).cloned()
    }
}
