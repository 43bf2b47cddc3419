//! Finish: after the commit, answers go out and memory follows what was accepted.
//!
//! Not here: views; the caller hands accepted sections to the projector first.

use super::board::Poll;
use super::work::{Outcome, Prepared};
use super::{Answered, Lane, Order, Reply};
use crate::project::Projection;
use crate::request::{ActivatedJob, Answer, EndedInstance, Request};
use engine::key::Key;
use engine::record::Section;
use store::batch::{Batch, Committed, EffectRow, JobRow, JobWrite, TimerWrite};
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
            decided,
            fired,
            postponed,
            rest,
        } = prepared;
        debug_assert!(rest.is_empty(), "a driver takes what had no room");
        let mut finished = Finished::default();
        let accepted = |component: usize| committed.accepted.get(component) == Some(&true);
        self.counts.batches += 1;
        self.counts.orders += outcomes.len() as u64;
        let all_in = committed.accepted.iter().all(|accepted| *accepted);
        if !all_in {
            self.drop_conflicts(&batch, &sections, &accepted);
        }
        for (component, row) in batch.components.iter().enumerate() {
            if accepted(component) {
                self.keep_definitions(row);
                self.expect_timers(&row.timers);
            }
            self.forget_answers(&row.answers);
        }
        self.project(&batch, committed, &sections, projection);
        let went_in = sections.iter().filter(|(component, ..)| accepted(*component));
        went_in.for_each(|(_, _, sections)| self.note_suspensions(sections));
        for key in fired {
            self.firing.remove(&key);
        }
        for (component, row) in left {
            if accepted(component) {
                self.outbox.leave(row);
            }
        }
        for outcome in outcomes {
            self.answer(outcome, &accepted, &mut finished)?;
        }
        finished.again.extend(postponed);
        self.settled = turn;
        for (_, key, ended) in ended.into_iter().filter(|(component, ..)| accepted(*component)) {
            self.announce_end(key, &ended);
        }
        for (_, (task, answer)) in decided.into_iter().filter(|(it, _)| accepted(*it)) {
            self.announce_decision(task, answer);
        }
        for (component, served, jobs) in served {
            self.serve_born(served.poll, jobs, accepted(component), &mut finished);
        }
        for (poll, claimed) in claims.into_iter().zip(&committed.claimed) {
            self.hand_out(poll, claimed, turn, &mut finished)?;
        }
        touched.iter().for_each(|key| self.release_held(*key));
        self.settle(&touched, turn);
        Ok(finished)
    }

    /// Folds what went in into the views.
    fn project(
        &self,
        batch: &Batch,
        committed: &Committed,
        sections: &[(usize, Key, Vec<Section>)],
        projection: &mut Projection,
    ) {
        let mut positions = positions(batch, committed);
        for (component, key, sections) in sections {
            if committed.accepted.get(*component) == Some(&true) {
                let at = (*key, positions[*component]);
                positions[*component] += 1;
                projection.fold(&self.definitions, at, batch.now_ms, sections);
            }
        }
        projection.through(committed.position);
    }

    /// Answers a worker whose jobs were born activated, once they are committed.
    fn serve_born(
        &mut self,
        poll: Poll,
        jobs: Vec<ActivatedJob>,
        is_in: bool,
        finished: &mut Finished,
    ) {
        if !is_in {
            self.board.wait_first(poll);
        } else if let Err(jobs) = poll.reply.send(jobs) {
            finished.unwanted.extend(jobs.iter().map(|job| (job.key, job.attempt)));
        }
    }

    /// Takes back a batch that will not be committed; its orders come back in order.
    pub fn abandon(&mut self, prepared: Prepared) -> Vec<Order> {
        for key in &prepared.touched {
            self.cache.forget(*key);
        }
        for row in &prepared.batch.components {
            self.restore(row.deletions.iter().map(|key| Key(*key)));
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
        let outcomes = prepared.outcomes.into_iter().map(|outcome| outcome.order);
        let orders: Vec<Order> = outcomes.chain(prepared.rest).chain(prepared.postponed).collect();
        self.without_effects(orders, usize::MAX)
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
        batch: &Batch,
        sections: &[(usize, Key, Vec<engine::record::Section>)],
        accepted: &impl Fn(usize) -> bool,
    ) {
        for (component, key, _) in sections {
            if !accepted(*component) {
                self.counts.conflicts += 1;
                self.cache.forget(*key);
            }
        }
        let refused = batch.components.iter().enumerate().filter(|(at, _)| !accepted(*at));
        for (_, row) in refused {
            row.deletions.iter().for_each(|key| self.definitions.restore(Key(*key)));
            row.reads.iter().for_each(|(key, _)| self.cache.forget(Key(*key)));
            row.aggregates.iter().for_each(|write| self.cache.forget(Key(write.key)));
            for write in &row.jobs {
                if let JobWrite::Put(JobRow { key, .. }) | JobWrite::Delete { key, .. } = write {
                    self.cache.jobs.remove(&Key(*key));
                }
            }
        }
        self.board.forget_all();
    }

    /// Timers are looked for again once their rows are there: a turn may have looked before.
    fn expect_timers(&mut self, writes: &[TimerWrite]) {
        for write in writes {
            if let TimerWrite::Put(row) = write {
                let next_ms = self.next_timer_ms.map_or(row.due_ms, |next| next.min(row.due_ms));
                self.next_timer_ms = Some(next_ms);
            }
        }
    }

    fn keep_definitions(&mut self, written: &store::batch::Component) {
        for row in &written.definitions {
            match crate::deploy::definition(row) {
                Ok(definition) => self.definitions.add(definition),
                Err(error) => tracing::error!(%error, "a deployed definition does not compile"),
            }
        }
        if let Err(error) = crate::deploy::add_resources(&mut self.definitions, &written.resources)
        {
            tracing::error!(%error, "a deployed resource cannot be read");
        }
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
    ) -> Result<(), store::Error> {
        if !accepted(outcome.component) {
            match outcome.order {
                Order::Effect(row) => self.try_effect_again(row)?,
                order => finished.again.push(order),
            }
            return Ok(());
        }
        if let Order::Effect(row) = &outcome.order {
            self.outbox.forget(row);
        }
        let Some(answer) = outcome.answer else { return Ok(()) };
        match outcome.order {
            Order::Request { request, reply, .. } => match (&request, answer) {
                (
                    Request::CreateInstance { await_result: true, .. },
                    Ok(Answer::InstanceCreated(created)),
                ) if self.is_live(created.instance)? => self.await_end(created.instance, reply),
                (_, Ok(Answer::TaskChangeProposed { task })) => self.await_listeners(task, reply),
                (_, answer) => drop(reply.send(answer)),
            },
            Order::Quarantine { reply, .. } => drop(reply.send(answer)),
            _ => {}
        }
        Ok(())
    }

    /// Whether an instance that was created will end some time. A repeated request may be about
    /// one that has ended.
    fn is_live(&self, instance: Key) -> Result<bool, store::Error> {
        if self.cache.has(instance) {
            return Ok(true);
        }
        let load = Load { aggregates: vec![(instance.0, Pages::Root)], ..Load::default() };
        Ok(self.store.load(&load)?.aggregates.iter().any(Option::is_some))
    }

    /// An effect whose commit conflicted is tried again, unless another lane has taken it.
    fn try_effect_again(&mut self, row: EffectRow) -> Result<(), store::Error> {
        if self.shared {
            let rows = self.store.pending_effects((row.target, row.source, row.n - 1), 1)?;
            let place = |row: &EffectRow| (row.target, row.source, row.n);
            if rows.first().map(place) != Some(place(&row)) {
                self.outbox.forget(&row);
                return Ok(());
            }
        }
        self.outbox.put_back(row, true);
        Ok(())
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

    /// Whoever asked for a change of a user task waits until its listeners have heard it.
    fn await_listeners(&mut self, task: Key, reply: Reply<Answered>) {
        if self.turn.is_multiple_of(1_024) {
            self.proposals.retain(|_, replies| replies.iter().any(|reply| !reply.is_closed()));
        }
        // One may be decided and the next be proposed in one commit: first come, first answered.
        self.proposals.entry(task).or_default().push_back(reply);
    }

    fn announce_decision(&mut self, task: Key, answer: Answered) {
        let Some(replies) = self.proposals.get_mut(&task) else { return };
        if let Some(reply) = replies.pop_front() {
            drop(reply.send(answer));
        }
        if replies.is_empty() {
            self.proposals.remove(&task);
        }
    }

    /// Memory after a finished commit: what has ended goes, and pages that need not stay.
    fn settle(&mut self, touched: &[Key], turn: u64) {
        for key in touched {
            self.forget_ended(*key, turn);
        }
        let paged = std::mem::take(&mut self.paged);
        for key in touched.iter().chain(&paged) {
            self.cache.settle(*key, turn, self.limits.aggregate_bytes);
        }
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

/// Position of the first history row of each component: those that went in lie one after the
/// other, and the last row is at the position of the commit.
fn positions(batch: &Batch, committed: &Committed) -> Vec<u64> {
    let rows = batch.components.iter().zip(&committed.accepted);
    let rows = rows.map(|(component, accepted)| match accepted {
        true => component.history.len() as u64,
        false => 0,
    });
    let rows: Vec<u64> = rows.collect();
    let mut next = committed.position + 1 - rows.iter().sum::<u64>().min(committed.position + 1);
    let start = |rows: &u64| {
        let start = next;
        next += rows;
        start
    };
    rows.iter().map(start).collect()
}
