//! Deploying processes and beginning instances.
//!
//! Not here: checking models; `model` and `engine::graph` do that.

use super::{TENANT, World};
use decision::Budget;
use engine::command::{
    Command, CreateInstance, HeadCommand, InstanceCommand, Rejection, ResourceCommand,
};
use engine::event::Variables;
use engine::graph::{Graph, compile};
use engine::key::Key;
use engine::resources::{Content, Resource, ResourceKind};
use engine::state::{Kind, named_key};
use engine::step::condition::true_starts;
use model::{Document, Problems};
use std::fmt;
use std::sync::Arc;

/// Why a document was not deployed.
#[derive(Debug)]
pub enum Refused {
    /// The model cannot run.
    Model(Problems),
    /// The decisions cannot be read.
    Decisions(Vec<model::Problem>),
    /// A head refused it.
    Head(Rejection),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Model(problems) => problems.fmt(f),
            Refused::Decisions(problems) => {
                problems.iter().try_for_each(|problem| writeln!(f, "{problem}"))
            }
            Refused::Head(rejection) => rejection.fmt(f),
        }
    }
}

impl World {
    /// Deploys every executable process of BPMN XML. Returns the definition keys.
    pub fn deploy_bpmn(&mut self, xml: &[u8]) -> Result<Vec<Key>, Refused> {
        let document = model::parse(xml).map_err(Refused::Model)?;
        self.deploy(&document)
    }

    /// Deploys the executable processes and the decisions of several files as one deployment.
    /// Returns the definition keys.
    pub fn deploy_together(&mut self, files: &[String]) -> Result<Vec<Key>, Refused> {
        let deployment = self.next_key();
        // As the lane does it: if anything is new, everything gets a new version.
        let anew = files.iter().any(|xml| self.is_new(xml));
        let mut keys = Vec::new();
        for xml in files {
            if is_dmn(xml) {
                if anew {
                    self.deploy_decisions(deployment, xml)?;
                }
                continue;
            }
            let document = model::parse(xml.as_bytes()).map_err(Refused::Model)?;
            keys.extend(self.deploy_with((deployment, anew), &document)?);
        }
        Ok(keys)
    }

    /// Whether a file is not the newest version of all it defines. What cannot be read is.
    fn is_new(&self, xml: &str) -> bool {
        let digest = digest(xml.as_bytes());
        let is_held = |kind: ResourceKind, id: &str| {
            let head = named_key(Kind::Resource, TENANT, &[kind.as_str(), id]);
            self.resources.get(&head).is_some_and(|held| held.state.digest == digest)
        };
        if is_dmn(xml) {
            let Ok(model) = decision::dmn::read(xml.as_bytes(), &[]) else { return true };
            let mut decisions = model.decisions().iter();
            return !is_held(ResourceKind::Requirements, model.id())
                || !decisions.all(|it| is_held(ResourceKind::Decision, &it.id));
        }
        let Ok(document) = model::parse(xml.as_bytes()) else { return true };
        let mut processes = document.processes().filter(|process| process.is_executable());
        !processes.all(|process| {
            let head = named_key(Kind::Head, TENANT, &[process.id()]);
            self.heads.get(&head).is_some_and(|held| held.state.digest == digest)
        })
    }

    /// Makes new versions of the decisions of a DMN file, one of which may be called.
    fn deploy_decisions(&mut self, deployment: Key, xml: &str) -> Result<(), Refused> {
        let model = decision::dmn::read(xml.as_bytes(), &[]).map_err(Refused::Decisions)?;
        let digest = digest(xml.as_bytes());
        let mut deploy = |kind: ResourceKind, id: &str, tag: &str, content: Content| {
            let target = named_key(Kind::Resource, TENANT, &[kind.as_str(), id]);
            let id: Arc<str> = id.into();
            let command = ResourceCommand::DeployResource {
                tenant: TENANT,
                kind,
                id: id.clone(),
                deployment,
                digest,
            };
            self.ask(target, &Command::Resource(command)).map_err(Refused::Head)?;
            let head = &self.resources[&target].state;
            let (key, version) = (head.latest, head.version);
            self.definitions.resources.add(Resource {
                key,
                kind,
                tenant: TENANT,
                deployment,
                name: id.clone(),
                id,
                version,
                version_tag: tag.into(),
                content,
            });
            Ok(key)
        };
        let content = Content::Requirements(model.clone());
        let requirements = deploy(ResourceKind::Requirements, model.id(), "", content)?;
        for decision in model.decisions() {
            let tag = decision.version_tag.as_deref().unwrap_or_default();
            let content = Content::Decision { requirements };
            deploy(ResourceKind::Decision, &decision.id, tag, content)?;
        }
        Ok(())
    }

    /// Deploys processes in short notation. Returns the definition keys.
    pub fn deploy_short(&mut self, processes: &str) -> Result<Vec<Key>, Refused> {
        let xml = model::short::to_bpmn(processes).map_err(Refused::Model)?;
        self.deploy_bpmn(xml.as_bytes())
    }

    /// Deploys every executable process of a document. Returns the definition keys.
    pub fn deploy(&mut self, document: &Document) -> Result<Vec<Key>, Refused> {
        let deployment = self.next_key();
        self.deploy_with((deployment, false), document)
    }

    fn deploy_with(
        &mut self,
        deployment: (Key, bool),
        document: &Document,
    ) -> Result<Vec<Key>, Refused> {
        let mut problems = Problems::new();
        let graphs = compile::compile(document, &mut problems);
        if problems.has_errors() {
            problems.sort();
            return Err(Refused::Model(problems));
        }
        let digest = digest(document.source().as_bytes());
        let mut deployed = Vec::new();
        for graph in graphs {
            let process_id = graph.process_id.clone();
            let key = self.deploy_graph(deployment, digest, graph).map_err(Refused::Head)?;
            if let Some(oracle) = &mut self.oracle {
                oracle.learn(key, document, &process_id);
            }
            deployed.push(key);
        }
        Ok(deployed)
    }

    fn deploy_graph(
        &mut self,
        (deployment, anew): (Key, bool),
        digest: [u8; 32],
        graph: Graph,
    ) -> Result<Key, Rejection> {
        let head = named_key(Kind::Head, TENANT, &[&graph.process_id]);
        let graph = Arc::new(graph);
        let tenant = TENANT;
        let deploy = HeadCommand::DeployDefinition { tenant, deployment, digest, graph, anew };
        self.ask(head, &Command::Head(deploy))?;
        Ok(self.heads[&head].state.latest)
    }

    /// Begins an instance of the latest version at its none start event.
    pub fn start(
        &mut self,
        process_id: &str,
        variables: Variables,
        business_id: Option<&str>,
    ) -> Result<Key, Rejection> {
        let instance = self.post_start(process_id, variables, business_id)?;
        self.settle();
        Ok(instance)
    }

    /// Begins an instance and leaves its effects waiting.
    pub fn post_start(
        &mut self,
        process_id: &str,
        variables: Variables,
        business_id: Option<&str>,
    ) -> Result<Key, Rejection> {
        let business_id = business_id.map(Arc::from);
        let create = CreateInstance { variables, business_id, ..CreateInstance::default() };
        self.post_create(process_id, create)
    }

    /// Begins an instance of the latest version as it is asked for, at its none start event unless
    /// elements to begin at are named, and leaves its effects waiting.
    pub fn post_create(
        &mut self,
        process_id: &str,
        create: CreateInstance,
    ) -> Result<Key, Rejection> {
        let definition = self.definitions.latest(TENANT, process_id).ok_or_else(|| {
            Rejection::not_found(format!("Expected process `{process_id}` to be deployed."))
        })?;
        let start = definition.graph.none_start();
        if start.is_none() && create.begin_at.is_empty() {
            return Err(Rejection::invalid_state(format!(
                "Expected process `{process_id}` to have a none start event, but it has none."
            )));
        }
        let (definition, start) = (definition.key, start.unwrap_or(0));
        let instance = self.next_key();
        let create = CreateInstance { instance, definition, start, ..create };
        let command = InstanceCommand::CreateInstance(Box::new(create));
        self.post(instance, &Command::Instance(command))?;
        Ok(instance)
    }
}

impl World {
    /// Begins an instance for each condition that is true with these variables.
    pub fn evaluate(&mut self, variables: &Variables) -> Result<(), Rejection> {
        let all: Vec<_> = self.definitions.condition_starts(TENANT).cloned().collect();
        for definition in all {
            let mut budget = Budget::default();
            for start in true_starts(&definition, variables, &self.inputs, &mut budget) {
                let create = CreateInstance {
                    instance: self.next_key(),
                    definition: definition.key,
                    start,
                    variables: variables.clone(),
                    ..CreateInstance::default()
                };
                let instance = create.instance;
                let command = InstanceCommand::CreateInstance(Box::new(create));
                self.ask(instance, &Command::Instance(command))?;
            }
        }
        Ok(())
    }
}

/// Whether a file is DMN: its first element says so.
fn is_dmn(xml: &str) -> bool {
    let mut tags = xml.split('<').skip(1);
    let first = tags.find(|tag| !tag.starts_with(['?', '!']));
    first.is_some_and(|tag| tag.split('>').next().unwrap_or(tag).contains("/spec/DMN/"))
}

/// A stand-in for SHA-256: equal sources, and only those as far as tests go, have equal digests.
fn digest(source: &[u8]) -> [u8; 32] {
    let hash = super::step::fnv(0xcbf2_9ce4_8422_2325, source);
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&hash.to_le_bytes());
    digest[8..16].copy_from_slice(&source.len().to_le_bytes());
    digest
}
