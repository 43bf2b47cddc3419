//! Deployments: every resource of one gets its version together, or nothing changes.
//!
//! Not here: reading and checking resources (`crate::deploy`).
//!
//! If anything in a deployment is new, everything in it gets a new version: what is bound to *the
//! same deployment* must find it there.

use super::carry::cause;
use super::chain::Stop;
use super::permit::permit;
use super::work::{Component, Work};
use super::{Aggregate, Lane};
use crate::deploy::work::expected_keys;
use crate::deploy::{CompiledResource, Part};
use crate::request::{Answer, Caller, DeployedProcess, DeployedResource, Deployment};
use ::work::detector::DetectorCommand;
use access::{Permission, ResourceType};
use engine::command::{Command, Effect, HeadCommand, ResourceCommand};
use engine::graph::Graph;
use engine::key::Key;
use engine::resources::ResourceKind;
use engine::state::{Kind, named_key};
use engine::step::work::detector_key;
use std::sync::Arc;
use store::batch::{DefinitionRow, ParentRow, ResourceRow};

/// What all steps of one deployment share.
struct Deploying<'c> {
    component: Component,
    caller: &'c Caller,
    deployment: Key,
    /// Whether anything in it is new: then everything is.
    anew: bool,
}

impl Lane {
    pub(super) fn deploy(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        compiled: &[CompiledResource],
    ) -> Result<Answer, Stop> {
        let deployment = self.inputs.keys.next_key();
        let mut deploying = Deploying { component, caller, deployment, anew: false };
        for resource in compiled {
            deploying.anew |= self.is_new(work, &deploying, resource)?;
        }
        let mut answer = Deployment { key: deployment, ..Deployment::default() };
        for resource in compiled {
            for graph in &resource.graphs {
                let process = self.deploy_process(work, &deploying, resource, graph)?;
                answer.processes.push(process);
            }
            let mut parent = None;
            for part in &resource.parts {
                let deployed = self.deploy_part(work, &deploying, resource, part, &parent)?;
                parent.get_or_insert_with(|| ParentRow {
                    key: deployed.key.0,
                    id: deployed.id.clone(),
                    name: deployed.name.clone(),
                    version: deployed.version,
                });
                answer.resources.push(deployed);
            }
        }
        Ok(Answer::Deployed(answer))
    }

    /// Whether a resource is not the newest version of all it defines.
    fn is_new(
        &mut self,
        work: &Work,
        deploying: &Deploying<'_>,
        resource: &CompiledResource,
    ) -> Result<bool, Stop> {
        let mut is_new = false;
        for graph in &resource.graphs {
            let (target, command) = deploying.process(resource, graph);
            is_new |= self.digest(work, deploying, target, &command)? != Some(resource.digest);
        }
        for part in &resource.parts {
            let (target, command) = deploying.part(resource, part);
            is_new |= self.digest(work, deploying, target, &command)? != Some(resource.digest);
        }
        Ok(is_new)
    }

    /// The digest of the newest version, if there is one.
    fn digest(
        &mut self,
        work: &Work,
        deploying: &Deploying<'_>,
        target: Key,
        command: &Command,
    ) -> Result<Option<[u8; 32]>, Stop> {
        let (tenant, kind) = (deploying.caller.tenant, ResourceType::Resource);
        let resource = access::Resource { tenant, kind, id: "*" };
        permit(deploying.caller, Permission::Create, resource, target)?;
        self.bring(work, target, command)?;
        let held = self.cache.peek(target).expect("the head was just brought");
        Ok(match &held.aggregate {
            Aggregate::Head(head) if head.version > 0 => Some(head.digest),
            Aggregate::Resource(head) if head.version > 0 => Some(head.digest),
            _ => None,
        })
    }

    fn deploy_process(
        &mut self,
        work: &mut Work,
        deploying: &Deploying<'_>,
        resource: &CompiledResource,
        graph: &Arc<Graph>,
    ) -> Result<DeployedProcess, Stop> {
        let Deploying { component, caller, deployment, anew } = *deploying;
        let (target, command) = deploying.process(resource, graph);
        self.run_chain(work, component, target, &command, &cause(caller))?;
        let cached = self.cache.peek(target).expect("the head was just stepped");
        let Aggregate::Head(head) = &cached.aggregate else {
            return Err(Stop::Rejected(super::aggregate::gone(target)));
        };
        let (definition, version) = (head.latest, head.version);
        if anew {
            let row = DefinitionRow {
                key: definition.0,
                deployment: deployment.0,
                tenant: caller.tenant,
                process_id: graph.process_id.clone(),
                name: graph.name.clone(),
                version,
                version_tag: graph.version_tag.clone(),
                resource: resource.name.as_str().into(),
                digest: resource.digest,
                deployed_ms: self.inputs.now_ms,
                source: resource.content.clone(),
            };
            work.definitions.push((component, row));
        }
        let process_id = graph.process_id.clone();
        Ok(DeployedProcess { definition, process_id, version, resource: (*resource.name).into() })
    }

    fn deploy_part(
        &mut self,
        work: &mut Work,
        deploying: &Deploying<'_>,
        resource: &CompiledResource,
        part: &Part,
        parent: &Option<ParentRow>,
    ) -> Result<DeployedResource, Stop> {
        let Deploying { component, caller, deployment, anew } = *deploying;
        let (target, command) = deploying.part(resource, part);
        if anew {
            self.run_chain(work, component, target, &command, &cause(caller))?;
        } else {
            self.rely(work, component, target);
        }
        let cached = self.cache.peek(target).expect("the head was just brought");
        let Aggregate::Resource(head) = &cached.aggregate else {
            return Err(Stop::Rejected(super::aggregate::gone(target)));
        };
        let (key, version) = (head.latest, head.version);
        if anew {
            let source = if parent.is_none() { resource.content.clone() } else { Vec::new() };
            let row = ResourceRow {
                key: key.0,
                kind: part.kind as u8,
                deployment: deployment.0,
                tenant: caller.tenant,
                id: part.id.clone(),
                name: part.name.clone(),
                version,
                version_tag: part.version_tag.clone(),
                resource: resource.name.as_str().into(),
                digest: resource.digest,
                deployed_ms: self.inputs.now_ms,
                parent: parent.clone(),
                source,
            };
            work.resources.push((component, row));
            if part.kind == ResourceKind::DetectionRule {
                self.expect_subjects(work, deploying, resource, (target, key, &part.id))?;
            }
        }
        Ok(DeployedResource {
            key,
            kind: part.kind,
            id: part.id.clone(),
            name: part.name.clone(),
            version,
            resource: resource.name.as_str().into(),
        })
    }
}

impl Lane {
    /// Tells the detectors of subjects a rule expects something of from now on. They hear of it in
    /// a later batch, which knows the rule.
    fn expect_subjects(
        &mut self,
        work: &mut Work,
        deploying: &Deploying<'_>,
        resource: &CompiledResource,
        (source, rule, rule_id): (Key, Key, &Arc<str>),
    ) -> Result<(), Stop> {
        let (caller, tenant) = (deploying.caller, deploying.caller.tenant);
        for subject in expected_keys(&resource.content) {
            let target = detector_key(tenant, rule_id, &subject);
            let rule_id = rule_id.clone();
            let command = DetectorCommand::ExpectSubject { tenant, rule, rule_id, subject };
            let command = Command::Work(::work::Command::Detector(command));
            let effect = Effect { target, command };
            self.leave_effect(work, deploying.component, source, &effect, &cause(caller))?;
        }
        Ok(())
    }
}

impl Deploying<'_> {
    fn process(&self, resource: &CompiledResource, graph: &Arc<Graph>) -> (Key, Command) {
        let tenant = self.caller.tenant;
        let command = HeadCommand::DeployDefinition {
            tenant,
            deployment: self.deployment,
            digest: resource.digest,
            graph: graph.clone(),
            anew: self.anew,
        };
        (named_key(Kind::Head, tenant, &[&graph.process_id]), Command::Head(command))
    }

    fn part(&self, resource: &CompiledResource, part: &Part) -> (Key, Command) {
        let tenant = self.caller.tenant;
        let command = ResourceCommand::DeployResource {
            tenant,
            kind: part.kind,
            id: part.id.clone(),
            deployment: self.deployment,
            digest: resource.digest,
        };
        let target = named_key(Kind::Resource, tenant, &[part.kind.as_str(), &part.id]);
        (target, Command::Resource(command))
    }
}
