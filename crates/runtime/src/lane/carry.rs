//! Carry: from an order to its first command, and from what happened to its answer.
//!
//! Not here: deployments (`deploy`), effects (`chain`), rows (`rows`), and anything about
//! transports.

use super::chain::{Chain, Stop};
use super::gather::{Answers, answer_aggregate, answer_id, job_of};
use super::permit::{permission_for, permit};
use super::work::{Component, Outcome, Work};
use super::{Answered, Lane, Order};
use crate::deploy::CompiledResource;
use crate::request::{Answer, Caller, CreatedInstance, DefinitionRef, Refusal, Request};
use access::{Permission, Resource, ResourceType};
use engine::command::{Command, CreateInstance, InstanceCommand, MailboxCommand, Rejection};
use engine::definitions::Definition;
use engine::event::{Activation, Slot};
use engine::key::Key;
use engine::record::Cause;
use std::sync::Arc;
use store::batch::AnswerRow;
use store::load::Load;

impl Lane {
    /// Carries out one order. `Err` only for what concerns the whole batch.
    pub(super) fn carry(
        &mut self,
        work: &mut Work,
        order: &Order,
        answers: &Answers,
    ) -> Result<(Component, Option<Answered>), Stop> {
        let component = work.component();
        let answer = match order {
            Order::Request { .. } => Some(self.carry_request(work, component, order, answers)?),
            Order::Timer(row) => {
                self.carry_timer(work, component, row)?;
                None
            }
            Order::Effect(row) => {
                self.carry_effect(work, component, row)?;
                None
            }
            Order::Quarantine { instance, message, .. } => {
                Some(self.quarantine(work, component, *instance, message)?)
            }
            Order::Release(jobs) => {
                work.releases.extend(jobs.iter().map(|(key, attempt)| (component, *key, *attempt)));
                None
            }
            Order::Activate { .. } | Order::Preview { .. } => None,
        };
        Ok((component, answer))
    }

    fn carry_request(
        &mut self,
        work: &mut Work,
        component: Component,
        order: &Order,
        answers: &Answers,
    ) -> Result<Answered, Stop> {
        let Order::Request { caller, request, compiled, .. } = order else {
            unreachable!("only requests come here")
        };
        let stored = answer_id(order).map(|id| {
            let aggregate = answer_aggregate(order, self.target(order));
            (aggregate, id, crate::answer::request_hash(request))
        });
        if let Some((aggregate, id, hash)) = &stored
            && let Some(earlier) = self.earlier(work, answers, *aggregate, id)
        {
            let (given_by, earlier) = earlier;
            if let Some(other) = given_by {
                // The answer holds if the command it answers goes in.
                work.merge(component, other);
            }
            if earlier.request_hash != *hash {
                return Ok(Err(Refusal::KeyReused { key: id.clone() }));
            }
            return Ok(crate::answer::decode(&earlier.body));
        }
        let answer = match self.decide(work, component, caller, request, compiled) {
            Ok(answer) => Ok(answer),
            Err(Stop::Rejected(rejection)) => {
                if let Some(earlier) = self.answered_meanwhile(stored.as_ref())? {
                    return Ok(crate::answer::decode(&earlier.body));
                }
                Err(Refusal::Rejected(rejection))
            }
            Err(Stop::Forbidden(reason)) => Err(Refusal::Forbidden { reason }),
            Err(stop) => return Err(stop),
        };
        if let (Ok(answer), Some((aggregate, id, request_hash))) = (&answer, stored) {
            let body = crate::answer::encode(answer);
            work.answers.push((component, AnswerRow { aggregate, id, request_hash, body }));
        }
        Ok(answer)
    }

    /// The stored answer, or one given earlier: in this batch (by that component) or in the one
    /// being committed.
    fn earlier(
        &self,
        work: &Work,
        answers: &Answers,
        aggregate: u64,
        id: &str,
    ) -> Option<(Option<Component>, AnswerRow)> {
        let is_it = |row: &AnswerRow| row.aggregate == aggregate && row.id == id;
        if let Some((component, row)) = work.answers.iter().find(|(_, row)| is_it(row)) {
            return Some((Some(*component), row.clone()));
        }
        let uncommitted = self.uncommitted_answers.iter().find(|row| is_it(row)).cloned();
        let found = uncommitted.or_else(|| answers.get(&(aggregate, id.to_owned())).cloned());
        found.map(|row| (None, row))
    }

    /// Rows are read first and answers last (rule R4): a row read after the answers were may
    /// show what another lane did for the same request.
    fn answered_meanwhile(
        &self,
        wanted: Option<&(u64, String, u64)>,
    ) -> Result<Option<AnswerRow>, store::Error> {
        let Some((aggregate, id, hash)) = wanted.filter(|_| self.shared) else { return Ok(None) };
        let answers = vec![(*aggregate, id.clone())];
        let found = self.store.load(&Load { answers, ..Load::default() })?.answers;
        Ok(found.into_iter().flatten().find(|row| row.request_hash == *hash))
    }

    fn decide(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        request: &Request,
        compiled: &[CompiledResource],
    ) -> Result<Answer, Stop> {
        match request {
            Request::Deploy { .. } => self.deploy(work, component, caller, compiled),
            Request::CreateInstance { .. } => self.decide_start(work, component, caller, request),
            Request::EvaluateConditionals { definition, variables } => {
                self.evaluate_conditionals(work, component, caller, *definition, variables)
            }
            Request::EvaluateDecision { decision, variables } => {
                self.evaluate(work, component, caller, decision, variables)
            }
            Request::DeleteResource { resource } => {
                self.delete_resource(work, component, caller, *resource)
            }
            Request::DeleteEvaluation(deleted) => {
                self.delete_evaluation(work, component, caller, deleted)
            }
            Request::PublishMessage { name, correlation_key, id, ttl_ms, variables } => {
                let command = MailboxCommand::PublishMessage {
                    tenant: caller.tenant,
                    name: name.clone(),
                    correlation_key: correlation_key.clone(),
                    id: id.clone(),
                    ttl_ms: *ttl_ms,
                    variables: variables.clone(),
                    must_correlate: false,
                };
                let chain = self.publish(work, component, caller, command)?;
                Ok(Answer::MessagePublished { message: chain.message.unwrap_or_default() })
            }
            Request::CorrelateMessage { name, correlation_key, variables } => {
                let command = MailboxCommand::PublishMessage {
                    tenant: caller.tenant,
                    name: name.clone(),
                    correlation_key: correlation_key.clone(),
                    id: None,
                    ttl_ms: 0,
                    variables: variables.clone(),
                    must_correlate: true,
                };
                self.correlate(work, component, caller, (name, correlation_key), command)
            }
            Request::Batch(request) => self.decide_batch(work, component, caller, request),
            Request::EditVariables { .. } => self.edit_variables(work, component, caller, request),
            Request::Suspension(request) => {
                self.decide_suspension(work, component, caller, request)
            }
            Request::Work(request) => self.decide_work(work, component, caller, request),
            Request::BroadcastBpmnSignal { name, variables } => {
                self.broadcast(work, component, caller, name, variables)
            }
            _ => self.ask_what_is_there(work, component, caller, request),
        }
    }

    fn decide_start(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        request: &Request,
    ) -> Result<Answer, Stop> {
        let Request::CreateInstance { definition, variables, business_id, options, .. } = request
        else {
            unreachable!("only a start is decided as one")
        };
        let definition = self.find_definition(caller, definition)?;
        let create = CreateInstance {
            instance: self.inputs.keys.next_key(),
            definition: definition.key,
            start: match options.begin_at.as_slice() {
                [] => none_start(&definition)?,
                _ => 0,
            },
            begin_at: options.begin_at.clone(),
            stop_after: options.stop_after.clone(),
            variables: variables.clone(),
            business_id: business_id.clone(),
            tags: options.tags.clone(),
            ..CreateInstance::default()
        };
        self.create(work, component, caller, &definition, create)
    }

    fn ask_what_is_there(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        request: &Request,
    ) -> Result<Answer, Stop> {
        let command = self.instance_command(request);
        if let (Err(_), Some(target)) = (&command, self.job_target(request)) {
            self.rely(work, component, target);
        }
        let (target, command) = command?;
        let chain = self.ask_instance(work, component, caller, target, command)?;
        Ok(chain.proposed.map_or(Answer::Done, |task| Answer::TaskChangeProposed { task }))
    }

    /// Requests to an instance that exists.
    pub(super) fn instance_command(
        &self,
        request: &Request,
    ) -> Result<(Key, InstanceCommand), Stop> {
        use InstanceCommand as C;
        Ok(match request {
            Request::CancelInstance { instance } => (*instance, C::CancelInstance),
            Request::CompensateInstance { instance } => (*instance, C::CompensateInstance),
            Request::ResolveIncident { instance, incident } => {
                (*instance, C::ResolveIncident { incident: *incident })
            }
            Request::RetryIncident { instance, incident, retries } => {
                (*instance, C::RetryIncident { incident: *incident, retries: *retries })
            }
            Request::ActivateActivities { instance, element, activities, cancels_remaining } => {
                let (element, activities, cancels_remaining) =
                    (*element, activities.clone(), *cancels_remaining);
                (*instance, C::ActivateActivities { element, activities, cancels_remaining })
            }
            Request::SetVariables { instance, element, variables, local } => {
                let (element, variables, local) = (*element, variables.clone(), *local);
                (*instance, C::SetVariables { element, variables, local })
            }
            Request::CompleteUserTask { instance, task, variables, action } => {
                let (task, variables, action) = (*task, variables.clone(), action.clone());
                (*instance, C::CompleteUserTask { task, variables, action })
            }
            Request::SuspendInstance { instance } => (*instance, C::SuspendInstance),
            Request::ResumeInstance { instance } => (*instance, C::ResumeInstance),
            Request::ModifyInstance { instance, modification } => {
                (*instance, C::ModifyInstance(modification.clone()))
            }
            Request::MigrateInstance { instance, migration } => {
                (*instance, C::MigrateInstance(migration.clone()))
            }
            Request::AssignUserTask { instance, task, assignee, allow_override, action } => {
                let (task, assignee, action) = (*task, assignee.clone(), action.clone());
                let allow_override = *allow_override;
                (*instance, C::AssignUserTask { task, assignee, allow_override, action })
            }
            Request::UpdateUserTask { instance, task, changes, action } => {
                let (task, changes, action) = (*task, Box::new(changes.clone()), action.clone());
                (*instance, C::UpdateUserTask { task, changes, action })
            }
            Request::CompleteJob { job, variables, result } => {
                let (target, slot, by) = self.locate(*job)?;
                let (job, variables, result) = (*job, variables.clone(), result.clone());
                (target, C::CompleteJob { slot, job, variables, by, result })
            }
            Request::FailJob { job, retries, back_off_ms, message, variables } => {
                let (target, slot, by) = self.locate(*job)?;
                let (message, variables) = (message.clone(), variables.clone());
                let (job, retries, back_off_ms) = (*job, *retries, *back_off_ms);
                (target, C::FailJob { slot, job, retries, back_off_ms, message, variables, by })
            }
            Request::ThrowJobError { job, code, message, variables } => {
                let (target, slot, by) = self.locate(*job)?;
                let (code, message) = (code.clone(), message.clone());
                let variables = variables.clone();
                (target, C::ThrowJobError { slot, job: *job, code, message, variables, by })
            }
            Request::UpdateJob { job, retries, timeout_ms } => {
                self.update_job(*job, *retries, *timeout_ms)?
            }
            _ => unreachable!("the other requests are decided above"),
        })
    }

    fn update_job(
        &self,
        job: Key,
        retries: Option<i32>,
        timeout_ms: Option<i64>,
    ) -> Result<(Key, InstanceCommand), Stop> {
        let (target, slot, by) = self.locate(job)?;
        if timeout_ms.is_some() && by.worker.is_empty() {
            return Err(Stop::Rejected(Rejection::invalid_state(format!(
                "Expected job `{job}` to be held by a worker, but it is not: it has no time-out \
                 to change."
            ))));
        }
        let deadline_ms = timeout_ms.map(|ms| self.inputs.now_ms.saturating_add(ms));
        Ok((target, InstanceCommand::UpdateJob { slot, job, retries, deadline_ms }))
    }

    /// The instance of the job a request is about, if its row is known.
    fn job_target(&self, request: &Request) -> Option<Key> {
        let job = job_of(request)?;
        self.cache.jobs.get(&job).map(|row| Key(row.instance))
    }

    /// Where a job is, and who holds it.
    fn locate(&self, job: Key) -> Result<(Key, Slot, Activation), Stop> {
        let row = self.cache.jobs.get(&job).ok_or_else(|| {
            Stop::Rejected(Rejection::not_found(format!(
                "Expected to find a job with key `{job}`, but no such job was found. It may \
                 have been completed or cancelled already."
            )))
        })?;
        let by = Activation {
            worker: row.worker.clone().unwrap_or_else(|| "".into()),
            activated_ms: row.activated_ms,
            attempt: row.attempt,
        };
        Ok((Key(row.instance), row.slot, by))
    }

    fn ask_instance(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        target: Key,
        command: InstanceCommand,
    ) -> Result<Chain, Stop> {
        self.permit_on(caller, target, permission_for(&command))?;
        let command = Command::Instance(command);
        self.run_chain(work, component, target, &command, &cause(caller))
    }

    pub(super) fn find_definition(
        &self,
        caller: &Caller,
        wanted: &DefinitionRef,
    ) -> Result<Arc<Definition>, Stop> {
        let (found, what) = match wanted {
            DefinitionRef::Key(key) => (self.definitions.get(*key), format!("key `{key}`")),
            DefinitionRef::Latest(id) => {
                (self.definitions.latest(caller.tenant, id), format!("process id `{id}`"))
            }
            DefinitionRef::Version(id, version) => (
                self.definitions.version(caller.tenant, id, *version),
                format!("process id `{id}` and version {version}"),
            ),
        };
        let is_there = |held: &&Arc<Definition>| {
            caller.actor.is_member_of(held.tenant) && !self.definitions.is_deleted(held.key)
        };
        let mine = found.filter(is_there).cloned();
        mine.ok_or_else(|| {
            Stop::Rejected(Rejection::not_found(format!(
                "Expected to find a process definition with {what}, but found none. Deploy it \
                 first."
            )))
        })
    }

    pub(super) fn create(
        &mut self,
        work: &mut Work,
        component: Component,
        caller: &Caller,
        definition: &Arc<Definition>,
        create: CreateInstance,
    ) -> Result<Answer, Stop> {
        let resource = Resource {
            tenant: definition.tenant,
            kind: ResourceType::ProcessDefinition,
            id: &definition.graph.process_id,
        };
        permit(caller, Permission::CreateProcessInstance, resource, definition.key)?;
        let instance = create.instance;
        let business_id = create.business_id.clone();
        let command = Command::Instance(InstanceCommand::CreateInstance(Box::new(create)));
        let begun = self.run_chain(work, component, instance, &command, &cause(caller));
        if matches!(begun, Err(Stop::Rejected(_))) {
            // It never began.
            self.cache.forget(instance);
        }
        begun?;
        Ok(Answer::InstanceCreated(CreatedInstance {
            instance,
            definition: definition.key,
            process_id: definition.graph.process_id.clone(),
            version: definition.version,
            business_id,
        }))
    }

    /// Puts the outcome of an order where `finish` finds it.
    pub(super) fn keep_outcome(
        work: &mut Work,
        order: Order,
        component: Component,
        answer: Option<Answered>,
    ) {
        work.outcomes.push(Outcome { component, order, answer });
    }
}

fn none_start(definition: &Definition) -> Result<u32, Stop> {
    definition.graph.none_start().ok_or_else(|| {
        Stop::Rejected(Rejection::invalid_argument(format!(
            "Expected process `{}` to have a none start event, but it has none: it starts by \
             its message or timer.",
            definition.graph.process_id
        )))
    })
}

pub(super) fn cause(caller: &Caller) -> Cause {
    Cause {
        actor: caller.actor.id.clone(),
        acting_for: caller.actor.acting_for.clone(),
        request: caller.request_key.clone(),
        ..Cause::default()
    }
}
