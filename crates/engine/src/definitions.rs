//! Deployed definitions as steps see them: by key, latest by process id, starts by message name.
//!
//! Not here: reading them from the store; a lane fills this in order of deployment.

use crate::event::ElementIndex;
use crate::graph::Graph;
use crate::key::Key;
use crate::resources::Resources;
use crate::step::condition;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A deployed version of a process.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Definition key.
    pub key: Key,
    /// Tenant number.
    pub tenant: u32,
    /// The deployment it came with.
    pub deployment: Key,
    /// Version, from 1.
    pub version: u32,
    /// What it does.
    pub graph: Arc<Graph>,
}

/// All definitions a node knows.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    by_key: BTreeMap<Key, Arc<Definition>>,
    latest: BTreeMap<u32, BTreeMap<Arc<str>, Arc<Definition>>>,
    /// Versions nobody starts any more; who runs one, or reads its history, still finds it.
    deleted: BTreeSet<Key>,
    /// Decisions and forms.
    pub resources: Resources,
}

impl Definitions {
    /// Adds a version; it becomes the latest if it is newer.
    pub fn add(&mut self, definition: Definition) {
        let definition = Arc::new(definition);
        self.by_key.insert(definition.key, definition.clone());
        let latest = self.latest.entry(definition.tenant).or_default();
        let process_id = definition.graph.process_id.clone();
        match latest.get(&process_id) {
            Some(held) if held.version > definition.version => {}
            _ => {
                latest.insert(process_id, definition);
            }
        }
    }

    /// Nobody starts this version any more; the newest one that is left is the latest.
    pub fn delete(&mut self, key: Key) {
        self.deleted.insert(key);
        self.find_latest(key);
        self.resources.delete(key);
    }

    /// Takes back a deletion that was not committed.
    pub fn restore(&mut self, key: Key) {
        self.deleted.remove(&key);
        self.find_latest(key);
        self.resources.restore(key);
    }

    fn find_latest(&mut self, key: Key) {
        let Some(changed) = self.by_key.get(&key) else { return };
        let process_id = changed.graph.process_id.clone();
        let newest = self.newest(changed.tenant, &process_id, |_| true).cloned();
        let latest = self.latest.entry(changed.tenant).or_default();
        match newest {
            Some(newest) => drop(latest.insert(process_id, newest)),
            None => drop(latest.remove(&process_id)),
        }
    }

    /// Whether nobody starts this version any more.
    #[must_use]
    pub fn is_deleted(&self, key: Key) -> bool {
        self.deleted.contains(&key)
    }

    /// The newest version of the same process beside this one.
    #[must_use]
    pub fn newest_beside(&self, key: Key) -> Option<&Arc<Definition>> {
        let own = self.by_key.get(&key)?;
        self.newest(own.tenant, &own.graph.process_id, |held| held.key != key)
    }

    /// The definition with this key.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&Arc<Definition>> {
        self.by_key.get(&key)
    }

    /// The latest version of a process.
    #[must_use]
    pub fn latest(&self, tenant: u32, process_id: &str) -> Option<&Arc<Definition>> {
        self.latest.get(&tenant)?.get(process_id)
    }

    /// A given version of a process.
    #[must_use]
    pub fn version(&self, tenant: u32, process_id: &str, version: u32) -> Option<&Arc<Definition>> {
        self.newest(tenant, process_id, |held| held.version == version)
    }

    /// The version of a process that came with a deployment.
    #[must_use]
    pub fn deployed_with(
        &self,
        tenant: u32,
        process_id: &str,
        deployment: Key,
    ) -> Option<&Arc<Definition>> {
        self.newest(tenant, process_id, |held| held.deployment == deployment)
    }

    /// The latest version of a process with a version tag.
    #[must_use]
    pub fn tagged(&self, tenant: u32, process_id: &str, tag: &str) -> Option<&Arc<Definition>> {
        self.newest(tenant, process_id, |held| &*held.graph.version_tag == tag)
    }

    fn newest(
        &self,
        tenant: u32,
        process_id: &str,
        fits: impl Fn(&Definition) -> bool,
    ) -> Option<&Arc<Definition>> {
        let versions = self.by_key.values().filter(|held| {
            held.tenant == tenant
                && &*held.graph.process_id == process_id
                && !self.is_deleted(held.key)
                && fits(held)
        });
        versions.max_by_key(|held| held.version)
    }

    /// Latest versions that start on a message: (definition, start event), by process id.
    pub fn message_starts<'a>(
        &'a self,
        tenant: u32,
        message: &'a str,
    ) -> impl Iterator<Item = (&'a Arc<Definition>, ElementIndex)> {
        let latest = self.latest.get(&tenant).into_iter().flat_map(BTreeMap::values);
        latest.filter_map(move |held| Some((held, message_start(&held.graph, message)?)))
    }

    /// Latest versions that start on a BPMN signal: (definition, start event), by process id.
    pub fn signal_starts<'a>(
        &'a self,
        tenant: u32,
        name: &'a str,
    ) -> impl Iterator<Item = (&'a Arc<Definition>, ElementIndex)> {
        let latest = self.latest.get(&tenant).into_iter().flat_map(BTreeMap::values);
        latest.flat_map(move |held| {
            let starts = held.graph.node(0).starts.iter().copied();
            let starts = starts.filter(move |start| {
                let signals = held.graph.triggers(*start);
                let mut signals = signals.filter_map(|it| held.graph.node(it).kind.bpmn_signal());
                signals.any(|signal| signal.fixed_name() == Some(name))
            });
            starts.map(move |start| (held, start))
        })
    }

    /// Latest versions that begin when a condition is true, by process id.
    pub fn condition_starts(&self, tenant: u32) -> impl Iterator<Item = &Arc<Definition>> {
        let latest = self.latest.get(&tenant).into_iter().flat_map(BTreeMap::values);
        latest.filter(|held| condition::starts(&held.graph).next().is_some())
    }

    /// All definitions, by key.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.by_key.values()
    }
}

/// The start event of a process that waits for this message.
#[must_use]
pub fn message_start(graph: &Graph, message: &str) -> Option<ElementIndex> {
    graph.node(0).starts.iter().copied().find(|start| {
        let mut messages = graph.triggers(*start).filter_map(|it| graph.node(it).kind.message());
        messages.any(|held| held.fixed_name() == Some(message))
    })
}
