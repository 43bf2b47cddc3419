//! Gather: one look at the store for everything the orders of a turn address.
//!
//! After this a turn reads only what effects lead to and the cache does not have.

use super::aggregate::Aggregate;
use super::work::Work;
use super::{Lane, Order};
use crate::request::{BatchItem, BatchRequest, Request};
use engine::key::Key;
use engine::state::{Kind, named_key};
use rustc_hash::FxHashMap;
use store::batch::AnswerRow;
use store::load::{Load, Pages};

/// Stored answers found for the turn's requests, by (aggregate, id).
pub(super) type Answers = FxHashMap<(u64, String), AnswerRow>;

impl Lane {
    /// Loads what the orders need; returns stored answers.
    pub(super) fn gather(&mut self, orders: &[Order]) -> Result<Answers, store::Error> {
        let jobs: Vec<u64> = orders.iter().filter_map(|order| self.unknown_job(order)).collect();
        if !jobs.is_empty() {
            let loaded = self.store.load(&Load { jobs, ..Load::default() })?;
            for row in loaded.jobs.into_iter().flatten() {
                self.cache.jobs.insert(Key(row.key), row);
            }
        }
        let mut load = Load::default();
        for order in orders {
            let target = self.target(order);
            if let Some(target) = target
                && !self.knows(&Work::default(), target)
            {
                load.aggregates.push((target.0, Pages::Root));
            }
            for item in items(order) {
                if !self.knows(&Work::default(), item.instance) {
                    load.aggregates.push((item.instance.0, Pages::Root));
                }
            }
            if let Some(id) = answer_id(order) {
                let aggregate = answer_aggregate(order, target);
                load.answers.push((aggregate, id));
            }
        }
        if load.aggregates.is_empty() && load.answers.is_empty() {
            return Ok(Answers::default());
        }
        load.aggregates.sort_unstable_by_key(|(key, _)| *key);
        load.aggregates.dedup_by_key(|(key, _)| *key);
        let loaded = self.load_counted(&load)?;
        for row in loaded.aggregates.into_iter().flatten() {
            match Aggregate::decode(&row, &self.definitions) {
                Ok(aggregate) => {
                    self.cache.put(Key(row.key), aggregate, Some(row.stamp), self.turn);
                }
                Err(bad) => tracing::error!(aggregate = row.key, %bad, "a stored row is damaged"),
            }
        }
        let found = loaded.answers.into_iter().flatten();
        Ok(found.map(|row| ((row.aggregate, row.id.clone()), row)).collect())
    }

    /// The job an order is about, if its row is not known yet.
    fn unknown_job(&self, order: &Order) -> Option<u64> {
        let Order::Request { request, .. } = order else { return None };
        let key = job_of(request)?;
        let known = self.cache.jobs.get(&key).is_some_and(|row| {
            // Another lane may have handed the job out; what this lane changed last is not in
            // the table before its commit is finished.
            let held = self.cache.peek(Key(row.instance));
            !self.shared || held.is_some_and(|held| held.written > self.settled)
        });
        (!known).then_some(key.0)
    }

    /// The aggregate an order addresses first, when it may exist already.
    pub(super) fn target(&self, order: &Order) -> Option<Key> {
        let (caller, request) = match order {
            Order::Request { caller, request, .. } => (caller, request),
            Order::Timer(row) => return Some(Key(row.aggregate)),
            Order::Effect(row) => return Some(Key(row.target)),
            Order::Quarantine { instance, .. } | Order::Preview { instance, .. } => {
                return Some(*instance);
            }
            Order::Activate { .. } | Order::Release(_) => return None,
        };
        match request {
            Request::Deploy { .. }
            | Request::CreateInstance { .. }
            | Request::EvaluateConditionals { .. }
            | Request::EvaluateDecision { .. }
            | Request::DeleteResource { .. }
            | Request::DeleteEvaluation(_) => None,
            Request::CancelInstance { instance }
            | Request::CompensateInstance { instance }
            | Request::EditVariables { instance, .. }
            | Request::ResolveIncident { instance, .. }
            | Request::RetryIncident { instance, .. }
            | Request::SetVariables { instance, .. }
            | Request::AssignUserTask { instance, .. }
            | Request::SuspendInstance { instance }
            | Request::ResumeInstance { instance }
            | Request::ModifyInstance { instance, .. }
            | Request::MigrateInstance { instance, .. }
            | Request::UpdateUserTask { instance, .. }
            | Request::ActivateActivities { instance, .. }
            | Request::CompleteUserTask { instance, .. } => Some(*instance),
            Request::CompleteJob { job, .. }
            | Request::FailJob { job, .. }
            | Request::ThrowJobError { job, .. }
            | Request::UpdateJob { job, .. } => {
                self.cache.jobs.get(job).map(|row| Key(row.instance))
            }
            Request::PublishMessage { name, correlation_key, .. }
            | Request::CorrelateMessage { name, correlation_key, .. } => {
                Some(named_key(Kind::Mailbox, caller.tenant, &[name, correlation_key]))
            }
            Request::Batch(request) => super::batch_operation::target(request),
            Request::Suspension(_) => Some(super::suspension::target(caller)),
            Request::Work(request) => super::case::target(caller, request),
            Request::BroadcastBpmnSignal { name, .. } => {
                Some(named_key(Kind::BpmnSignal, caller.tenant, &[name]))
            }
        }
    }
}

/// The items a request tries.
fn items(order: &Order) -> &[BatchItem] {
    match order {
        Order::Request {
            request: Request::Batch(BatchRequest::TryItems { items, .. }), ..
        } => items,
        _ => &[],
    }
}

/// The job a request is about.
pub(super) fn job_of(request: &Request) -> Option<Key> {
    match request {
        Request::CompleteJob { job, .. }
        | Request::FailJob { job, .. }
        | Request::ThrowJobError { job, .. }
        | Request::UpdateJob { job, .. } => Some(*job),
        _ => None,
    }
}

/// The id under which the answer of a keyed request is stored.
pub(super) fn answer_id(order: &Order) -> Option<String> {
    match order {
        Order::Request { caller, .. } => {
            let key = caller.request_key.as_ref()?;
            let tenant = caller.tenant;
            if caller.actor.grants.is_all() {
                return Some(format!("{tenant}/{key}"));
            }
            // It is given before anybody asks whether the caller may: it is the caller's own.
            // Names and keys may hold any character; the length keeps them apart.
            let whose = &*caller.actor.id;
            Some(format!("{tenant}@{}:{whose}/{key}", whose.len()))
        }
        _ => None,
    }
}

/// The aggregate an answer lies under: 0 where the command creates one.
pub(super) fn answer_aggregate(order: &Order, target: Option<Key>) -> u64 {
    match order {
        // A job that is gone leaves no target; its answer is found by the job's own key.
        Order::Request { request, .. } => job_of(request).or(target).map_or(0, |key| key.0),
        _ => 0,
    }
}
