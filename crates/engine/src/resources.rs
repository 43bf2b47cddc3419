//! Deployed resources that are no processes, as steps see them: decisions and forms by key, by id
//! and version, by deployment and by version tag.
//!
//! Not here: processes (`definitions`), and reading them from the store.

use crate::key::Key;
use decision::dmn::Model;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a resource is. Numbers are on disk and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum ResourceKind {
    /// A DMN file: decisions and what they require.
    #[default]
    Requirements = 1,
    /// One decision in such a file.
    Decision = 2,
    /// A form.
    Form = 3,
    /// A detection rule.
    DetectionRule = 33,
    /// A case type.
    CaseType = 34,
    /// A suppression of alerts.
    Suppression = 70,
    /// A business calendar.
    Calendar = 71,
    /// A queue.
    Queue = 72,
    /// A team.
    Team = 73,
    /// A solution.
    Solution = 74,
}

impl ResourceKind {
    /// The kind with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<ResourceKind> {
        match number {
            1 => Some(ResourceKind::Requirements),
            2 => Some(ResourceKind::Decision),
            3 => Some(ResourceKind::Form),
            33 => Some(ResourceKind::DetectionRule),
            34 => Some(ResourceKind::CaseType),
            70 => Some(ResourceKind::Suppression),
            71 => Some(ResourceKind::Calendar),
            72 => Some(ResourceKind::Queue),
            73 => Some(ResourceKind::Team),
            74 => Some(ResourceKind::Solution),
            _ => None,
        }
    }

    /// What people call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ResourceKind::Requirements => "decision requirements",
            ResourceKind::Decision => "decision",
            ResourceKind::Form => "form",
            ResourceKind::DetectionRule => "detection rule",
            ResourceKind::CaseType => "case type",
            ResourceKind::Suppression => "suppression",
            ResourceKind::Calendar => "calendar",
            ResourceKind::Queue => "queue",
            ResourceKind::Team => "team",
            ResourceKind::Solution => "solution",
        }
    }
}

/// A deployed version of a resource.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its key.
    pub key: Key,
    /// What it is.
    pub kind: ResourceKind,
    /// Tenant number.
    pub tenant: u32,
    /// The deployment it came with.
    pub deployment: Key,
    /// Id, as written in the file.
    pub id: Arc<str>,
    /// Version, from 1.
    pub version: u32,
    /// Version tag, or the empty string.
    pub version_tag: Arc<str>,
    /// Name, or the empty string.
    pub name: Arc<str>,
    /// What it does.
    pub content: Content,
}

/// What a resource does, as far as the engine knows.
#[derive(Debug, Clone)]
pub enum Content {
    /// The compiled file of decisions.
    Requirements(Model),
    /// A decision in that file.
    Decision {
        /// Key of the file's version.
        requirements: Key,
    },
    /// A form; whoever shows it knows.
    Form,
    /// A detection rule, a case type, or what else crate `work` defines.
    Work(Box<work::definition::Definition>),
}

/// Which version of a resource is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Binding {
    /// The newest one.
    #[default]
    Latest,
    /// The one that came with the same deployment as the process.
    Deployment,
    /// The newest one with this version tag.
    VersionTag(Arc<str>),
}

type Named = (u32, ResourceKind, Arc<str>);

/// All resources a node knows.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    by_key: BTreeMap<Key, Arc<Resource>>,
    versions: BTreeMap<Named, BTreeMap<u32, Arc<Resource>>>,
    /// Decisions by the file they are in.
    parts: BTreeMap<(Key, Arc<str>), Arc<Resource>>,
    /// Versions nobody is bound to any more; who reads history still finds them.
    deleted: BTreeSet<Key>,
    /// Detection rules and case types.
    pub work: work::definition::Definitions,
}

impl Resources {
    /// Adds a version.
    pub fn add(&mut self, resource: Resource) {
        let resource = Arc::new(resource);
        self.by_key.insert(resource.key, resource.clone());
        if let Content::Decision { requirements } = resource.content {
            self.parts.insert((requirements, resource.id.clone()), resource.clone());
        }
        if let Content::Work(definition) = &resource.content {
            let Resource { key, tenant, version, .. } = *resource;
            self.work.add(key, tenant, version, (**definition).clone());
        }
        let named = (resource.tenant, resource.kind, resource.id.clone());
        self.versions.entry(named).or_default().insert(resource.version, resource);
    }

    /// Nobody is bound to this version any more, nor to what is part of it.
    pub fn delete(&mut self, key: Key) {
        let parts: Vec<Key> = self.parts_of(key).map(|part| part.key).collect();
        self.deleted.extend(parts);
        self.deleted.insert(key);
    }

    /// Takes back a deletion that was not committed.
    pub fn restore(&mut self, key: Key) {
        let parts: Vec<Key> = self.parts_of(key).map(|part| part.key).collect();
        self.deleted.retain(|held| *held != key && !parts.contains(held));
    }

    /// Whether nobody is bound to this version any more.
    #[must_use]
    pub fn is_deleted(&self, key: Key) -> bool {
        self.deleted.contains(&key)
    }

    /// What is part of a version of a file of decisions.
    pub fn parts_of(&self, key: Key) -> impl Iterator<Item = &Arc<Resource>> {
        let own = (key, Arc::from(""))..;
        self.parts.range(own).take_while(move |((file, _), _)| *file == key).map(|(_, part)| part)
    }

    /// The newest version of the same resource beside this one.
    #[must_use]
    pub fn newest_beside(&self, own: &Resource) -> Option<&Arc<Resource>> {
        let versions = self.versions.get(&(own.tenant, own.kind, own.id.clone()))?;
        let mut others = versions.values().rev().filter(|held| held.key != own.key);
        others.find(|held| !self.is_deleted(held.key))
    }

    /// The resource with this key.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&Arc<Resource>> {
        self.by_key.get(&key)
    }

    /// The decision with this id in a version of a file of decisions.
    #[must_use]
    pub fn part(&self, requirements: Key, id: &str) -> Option<&Arc<Resource>> {
        self.parts.get(&(requirements, id.into()))
    }

    /// The compiled file a decision is in, and its key.
    #[must_use]
    pub fn model_of(&self, decision: &Resource) -> Option<(Key, &Model)> {
        let Content::Decision { requirements } = decision.content else { return None };
        match &self.get(requirements)?.content {
            Content::Requirements(model) => Some((requirements, model)),
            Content::Decision { .. } | Content::Form | Content::Work(_) => None,
        }
    }

    /// The version of a resource a binding means; `own` is the deployment of who asks.
    #[must_use]
    pub fn bound(
        &self,
        tenant: u32,
        kind: ResourceKind,
        id: &str,
        binding: &Binding,
        own: Option<Key>,
    ) -> Option<&Arc<Resource>> {
        let versions = self.versions.get(&(tenant, kind, id.into()))?.values();
        let mut newest_first = versions.rev().filter(|held| !self.is_deleted(held.key));
        match binding {
            Binding::Latest => newest_first.next(),
            Binding::Deployment => newest_first.find(|held| Some(held.deployment) == own),
            Binding::VersionTag(tag) => newest_first.find(|held| held.version_tag == *tag),
        }
    }

    /// The newest version of a resource.
    #[must_use]
    pub fn latest(&self, tenant: u32, kind: ResourceKind, id: &str) -> Option<&Arc<Resource>> {
        self.bound(tenant, kind, id, &Binding::Latest, None)
    }

    /// All resources, by key.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.by_key.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(key: u64, version: u32, tag: &str) -> Resource {
        Resource {
            key: Key(key),
            kind: ResourceKind::Form,
            tenant: 1,
            deployment: Key(key * 10),
            id: "review".into(),
            version,
            version_tag: tag.into(),
            name: "Review".into(),
            content: Content::Form,
        }
    }

    #[test]
    fn a_binding_means_one_version() {
        let mut resources = Resources::default();
        for (key, version, tag) in [(7, 2, "b"), (5, 1, "a"), (9, 3, "a")] {
            resources.add(form(key, version, tag));
        }
        let bound = |binding, own: u64| {
            let found = resources.bound(1, ResourceKind::Form, "review", &binding, Some(Key(own)));
            found.map(|held| held.key.0)
        };
        assert_eq!(bound(Binding::Latest, 50), Some(9));
        assert_eq!(bound(Binding::Deployment, 70), Some(7));
        assert_eq!(bound(Binding::Deployment, 80), None);
        assert_eq!(bound(Binding::VersionTag("a".into()), 0), Some(9));
        assert_eq!(bound(Binding::VersionTag("b".into()), 0), Some(7));
        resources.delete(Key(9));
        assert_eq!(resources.latest(1, ResourceKind::Form, "review").unwrap().version, 2);
        assert!(resources.get(Key(9)).is_some(), "history still names it");
        resources.restore(Key(9));
        assert_eq!(resources.latest(1, ResourceKind::Form, "review").unwrap().version, 3);
        assert!(resources.latest(2, ResourceKind::Form, "review").is_none(), "another tenant's");
        assert!(resources.latest(1, ResourceKind::Decision, "review").is_none());
    }
}
