//! Finish: after the commit, answers go out and memory follows what was accepted.
//!
//! Not here: views; the caller hands accepted sections to the projector first.

use super::activation::{answer_bytes, fits};
use super::board::Poll;
use super::work::{Outcome, Prepared};
use super::{Answered, Lane, Order, Reply};
use crate::project::Projection;
use crate::request::{ActivatedJob, Answer, EndedInstance, Request};
use engine::key::Key;
use store::batch::{ClaimedJobs, Committed};
use store::load::{Load, Pages};

/// Someone who waits for an instance's end.
pub(super) struct Awaiting {
    reply: Reply<Answered>,
}

/// What a finished turn leaves to do.
#[derive(Default)]
pub struct Finished {
    /// Orders whose component conflicted, to try again in order.
    pub again: Vec<Order>,
    /// Jobs whose client had gone, to give back.
    pub unwanted: Vec<(Key, u32)>,
}

impl Lane {
    /// Carries the result of a commit into memory and answers.
    pub fn finish(
        &mut self,
        prepared: Prepared,
        committed: &Committed,
        projection: &mut Projection,
    ) -> Result<Finished, store::Error> {
        let Prepared {
            batch,
            turn,
            outcomes,
            served,
            claims,
            touched,
            sections,
            left,
            ended,
            fired,
            ..
        } = prepared;
        let mut finished = Finished::default();
        let accepted = |component: usize| committed.accepted.get(component) == Some(&true);
        self.counts.batches += 1;
        self.counts.orders += outcomes.len() as u64;
        let all_in = committed.accepted.iter().all(|accepted| *accepted);
        if !all_in {
            self.drop_conflicts(&sections, &accepted);
        }
        for (component, row) in batch.components.iter().enumerate() {
            if accepted(component) {
                self.keep_definitions(&row.definitions)?;
            }
            self.forget_answers(&row.answers);
        }
        for (component, key, sections) in &sections {
            if accepted(*component) {
                projection.fold(&self.definitions, *key, batch.now_ms, sections);
            }
        }
        projection.through(committed.position);
        for key in fired {
            self.firing.remove(&key);
        }
        for (component, row) in left {
            if accepted(component) {
                self.leave(row);
            }
        }
        for outcome in outcomes {
            self.answer(outcome, &accepted, &mut finished);
        }
        for (component, key, ended) in ended {
            if accepted(component) {
                self.announce_end(key, &ended);
            }
        }
        for (component, served, jobs) in served {
            if !accepted(component) {
                self.board.wait_first(served.poll);
            } else if let Err(jobs) = served.poll.reply.send(jobs) {
                finished.unwanted.extend(jobs.iter().map(|job| (job.key, job.attempt)));
            }
        }
        for (poll, claimed) in claims.into_iter().zip(&committed.claimed) {
            self.hand_out(poll, claimed, &mut finished)?;
        }
        for key in touched {
            self.forget_ended(key, turn);
        }
        Ok(finished)
    }

    /// Takes back a batch that will not be committed; its orders come back in order.
    pub fn abandon(&mut self, prepared: Prepared) -> Vec<Order> {
        for key in &prepared.touched {
            self.cache.forget(*key);
        }
        for row in &prepared.batch.components {
            self.forget_answers(&row.answers);
            for write in &row.jobs {
                if let store::batch::JobWrite::Put(row) = write {
                    self.cache.jobs.remove(&Key(row.key));
                }
            }
        }
        let polls = prepared.served.into_iter().map(|(_, served, _)| served.poll);
        for poll in polls.chain(prepared.claims) {
            self.board.wait_first(poll);
        }
        self.board.forget_all();
        prepared.outcomes.into_iter().map(|outcome| outcome.order).collect()
    }

    /// The instance an order is about, if it is about one that exists.
    pub fn instance_of(&self, order: &Order) -> Option<Key> {
        let target = self.target(order)?;
        let load = Load { aggregates: vec![(target.0, Pages::Root)], ..Load::default() };
        let row = self.store.load(&load).ok()?.aggregates.into_iter().next()??;
        (row.kind == engine::state::Kind::Instance as u8).then_some(target)
    }

    /// Aggregates of refused components are loaded anew when they are needed.
    fn drop_conflicts(
        &mut self,
        sections: &[(usize, Key, Vec<engine::record::Section>)],
        accepted: &impl Fn(usize) -> bool,
    ) {
        for (component, key, _) in sections {
            if !accepted(*component) {
                self.counts.conflicts += 1;
                self.cache.forget(*key);
            }
        }
        self.board.forget_all();
    }

    fn keep_definitions(
        &mut self,
        rows: &[store::batch::DefinitionRow],
    ) -> Result<(), store::Error> {
        for row in rows {
            match crate::deploy::definition(row) {
                Ok(definition) => self.definitions.add(definition),
                Err(error) => tracing::error!(%error, "a deployed definition does not compile"),
            }
        }
        Ok(())
    }

    fn forget_answers(&mut self, rows: &[store::batch::AnswerRow]) {
        for row in rows {
            self.uncommitted_answers
                .retain(|held| (held.aggregate, &held.id) != (row.aggregate, &row.id));
        }
    }

    fn answer(
        &mut self,
        outcome: Outcome,
        accepted: &impl Fn(usize) -> bool,
        finished: &mut Finished,
    ) {
        if !accepted(outcome.component) {
            finished.again.push(outcome.order);
            return;
        }
        let Some(answer) = outcome.answer else { return };
        match outcome.order {
            Order::Request { request, reply, .. } => match (&request, answer) {
                (
                    Request::CreateInstance { await_result: true, .. },
                    Ok(Answer::InstanceCreated(created)),
                ) => self.await_end(created.instance, reply),
                (_, answer) => drop(reply.send(answer)),
            },
            Order::Quarantine { reply, .. } => drop(reply.send(answer)),
            _ => {}
        }
    }

    fn await_end(&mut self, instance: Key, reply: Reply<Answered>) {
        // Those who gave up are swept now and then, so that the list cannot grow for ever.
        if self.turn.is_multiple_of(1_024) {
            self.results.retain(|_, awaiting| {
                awaiting.retain(|awaiting| !awaiting.reply.is_closed());
                !awaiting.is_empty()
            });
        }
        self.results.entry(instance).or_default().push(Awaiting { reply });
    }

    fn announce_end(&mut self, instance: Key, ended: &EndedInstance) {
        for awaiting in self.results.remove(&instance).unwrap_or_default() {
            drop(awaiting.reply.send(Ok(Answer::InstanceEnded(ended.clone()))));
        }
    }

    /// Answers a worker whose claim was committed; one that got nothing goes on waiting.
    fn hand_out(
        &mut self,
        poll: Poll,
        claimed: &ClaimedJobs,
        finished: &mut Finished,
    ) -> Result<(), store::Error> {
        let job_type = poll.wanted.job_type.clone();
        if claimed.jobs.len() < poll.wanted.limit as usize {
            self.board.exhausted(&job_type, claimed.next_due_ms);
        } else {
            self.board.plentiful(&job_type);
        }
        let missing = claimed.jobs.iter().filter(|row| !self.cache.has(Key(row.instance)));
        let aggregates = missing.map(|row| (row.instance, Pages::All)).collect::<Vec<_>>();
        if !aggregates.is_empty() {
            let loaded = self.store.load(&Load { aggregates, ..Load::default() })?;
            for row in loaded.aggregates.into_iter().flatten() {
                if let Ok(aggregate) = super::Aggregate::decode(&row, &self.definitions) {
                    self.cache.put(Key(row.key), aggregate, Some(row.stamp), self.turn);
                }
            }
        }
        let mut jobs: Vec<ActivatedJob> = Vec::with_capacity(claimed.jobs.len());
        let mut bytes = 0;
        for row in &claimed.jobs {
            self.board.ready(&job_type, row.due_ms);
            let Some(job) = self.activated(row, &poll.wanted) else { continue };
            self.cache.jobs.insert(Key(row.key), row.clone());
            if fits(bytes, &job) {
                bytes += answer_bytes(&job);
                jobs.push(job);
            } else {
                finished.unwanted.push((job.key, job.attempt));
            }
        }
        if jobs.is_empty() {
            self.board.wait_first(poll);
        } else if let Err(jobs) = poll.reply.send(jobs) {
            finished.unwanted.extend(jobs.iter().map(|job| (job.key, job.attempt)));
        }
        Ok(())
    }

    /// What has ended, or has nothing left to remember, leaves memory, unless a later batch
    /// has touched it since.
    fn forget_ended(&mut self, key: Key, turn: u64) {
        let Some(cached) = self.cache.peek(key) else { return };
        if cached.stamp.is_none() && cached.turn <= turn {
            self.cache.forget(key);
        }
    }
}
