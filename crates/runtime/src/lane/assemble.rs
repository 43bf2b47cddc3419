//! Prepare: a turn from its orders to a batch, each aggregate and row written once.
//!
//! Not here: the commit itself; the driver hands the batch to the store.

use super::activation::{answer_bytes, fits};
use super::board::{Poll, Served};
use super::chain::Stop;
use super::work::{Dirty, JobChange, Prepared, TimerChange, Work};
use super::{Lane, Order};
use crate::limits::{ACTIVATION_JOBS_MAX, BATCH_FUEL_MAX};
use crate::request::ActivatedJob;
use engine::key::Key;
use engine::record::encode_sections;
use engine::state::Kind;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::batch::{
    AggregateWrite, Batch, Component as Row, HistoryWrite, JobClaim, JobRow, JobWrite, TimerWrite,
};

/// A batch that could not be made: the lane is as before, the orders come back.
pub struct Unprepared {
    /// Orders to try again, in order.
    pub orders: Vec<Order>,
    /// The store's failure, if that was the reason.
    pub error: Option<store::Error>,
}

type Serving = BTreeMap<Arc<str>, (usize, Served, Vec<ActivatedJob>, usize)>;

impl Lane {
    /// Steps all orders at one moment into one batch.
    pub fn prepare(&mut self, now_ms: i64, mut orders: Vec<Order>) -> Result<Prepared, Unprepared> {
        self.turn += 1;
        self.inputs.now_ms = now_ms.max(self.inputs.now_ms);
        self.inputs.keys.tick(self.inputs.now_ms);
        if let Err(error) = self.add_due(&mut orders) {
            let orders = self.without_effects(orders, 0);
            return Err(Unprepared { orders, error: Some(error) });
        }
        let answers = match self.gather(&orders) {
            Ok(answers) => answers,
            Err(error) => {
                let orders = self.without_effects(orders, 0);
                return Err(Unprepared { orders, error: Some(error) });
            }
        };
        let mut work = Work::default();
        let mut rest = self.answer_previews(&work, orders).into_iter();
        let mut again = None;
        while let Some(order) = again.take().or_else(|| rest.next()) {
            if self.is_full(&work, &order) {
                match order {
                    Order::Effect(row) => self.outbox.put_back(row, false),
                    order => work.rest.push(order),
                }
                continue;
            }
            let order = match order {
                Order::Activate { wanted, reply } => {
                    self.board.wait(Poll { wanted, reply });
                    continue;
                }
                order if self.must_wait(&work, &order) => {
                    work.postponed.push(order);
                    continue;
                }
                Order::Effect(row) => match self.is_early(&work, &row) {
                    Ok(false) => Order::Effect(row),
                    Ok(true) => {
                        self.outbox.put_back(row, false);
                        continue;
                    }
                    Err(error) => {
                        let stop = Stop::Store(error);
                        let rest = rest.collect();
                        return Err(self.unprepare(work, Order::Effect(row), stop, rest));
                    }
                },
                order => order,
            };
            match self.carry(&mut work, &order, &answers) {
                Ok((component, answer)) => Lane::keep_outcome(&mut work, order, component, answer),
                Err(Stop::Later) => self.postpone(&mut work, order),
                Err(Stop::Held) => self.hold(&mut work, order),
                Err(Stop::Broken(instance, message)) => {
                    match self.isolate(&mut work, order, instance, &message) {
                        Ok(quarantine) => again = quarantine,
                        Err(order) => {
                            let stop = Stop::Broken(instance, message);
                            return Err(self.unprepare(work, *order, stop, rest.collect()));
                        }
                    }
                }
                Err(stop) => return Err(self.unprepare(work, order, stop, rest.collect())),
            }
        }
        Ok(self.assemble(work))
    }

    /// A later turn tries again.
    fn postpone(&mut self, work: &mut Work, order: Order) {
        match order {
            Order::Effect(row) => {
                work.forget_taken(&row);
                self.outbox.put_back(row, true);
            }
            order => work.postponed.push(order),
        }
    }

    /// Whether a batch has no room for more: effects, which come first, may fill half of it.
    fn is_full(&self, work: &Work, order: &Order) -> bool {
        let share = if matches!(order, Order::Effect(_)) { 2 } else { 1 };
        !work.rest.is_empty() && !matches!(order, Order::Effect(_))
            || work.events >= (self.limits.batch_events / share).max(1)
            || work.fuel >= BATCH_FUEL_MAX / share as u64
    }

    /// Takes back everything a turn did in memory.
    fn unprepare(&mut self, work: Work, order: Order, stop: Stop, rest: Vec<Order>) -> Unprepared {
        let touched = work.touched.iter().copied();
        let mut orders: Vec<Order> = Vec::with_capacity(work.outcomes.len() + rest.len() + 1);
        touched.for_each(|key| self.cache.forget(key));
        for fired in &work.fired {
            self.firing.remove(fired);
        }
        self.restore(work.deletions.iter().map(|(_, key)| *key));
        orders.extend(work.outcomes.into_iter().map(|outcome| outcome.order));
        let mut first = None;
        let error = match stop {
            Stop::Store(error) => {
                orders.push(order);
                Some(error)
            }
            Stop::Broken(instance, message) => {
                self.cache.forget(instance);
                tracing::error!(%instance, message, "the engine broke an invariant");
                let (before, instead) = self.broken(order, instance, &message);
                first = before;
                orders.extend(instead);
                None
            }
            Stop::Stale(key) => {
                self.cache.forget(key);
                orders.push(order);
                None
            }
            Stop::Rejected(_) | Stop::Forbidden(_) | Stop::Later | Stop::Held => {
                unreachable!("a rejection or delay concerns one order")
            }
        };
        let stepped = orders.len();
        orders.extend(work.rest);
        orders.extend(rest);
        orders.extend(work.postponed);
        let mut orders = self.without_effects(orders, stepped);
        if let Some(first) = first {
            orders.insert(0, first);
        }
        for order in &orders {
            if let Order::Timer(row) = order {
                self.firing.insert(Key(row.key));
            }
        }
        Unprepared { orders, error }
    }

    /// Puts effects back into the outbox; the first `stepped` orders had their step.
    pub(super) fn without_effects(&mut self, orders: Vec<Order>, stepped: usize) -> Vec<Order> {
        let mut kept = Vec::with_capacity(orders.len());
        for (at, order) in orders.into_iter().enumerate() {
            match order {
                Order::Effect(row) => self.outbox.put_back(row, at < stepped),
                order => kept.push(order),
            }
        }
        kept
    }

    fn assemble(&mut self, mut work: Work) -> Prepared {
        let served = self.serve(&mut work);
        let mut prepared = Prepared {
            batch: Batch { now_ms: self.inputs.now_ms, ..Batch::default() },
            turn: self.turn,
            outcomes: Vec::new(),
            served: Vec::new(),
            claims: Vec::new(),
            touched: std::mem::take(&mut work.touched),
            sections: Vec::new(),
            left: Vec::new(),
            ended: Vec::new(),
            decided: Vec::new(),
            fired: std::mem::take(&mut work.fired),
            postponed: std::mem::take(&mut work.postponed),
            rest: std::mem::take(&mut work.rest),
        };
        let places = place_components(&work);
        prepared.batch.components.resize_with(places.count, Row::default);
        self.write_aggregates(&mut work, &places, &mut prepared);
        write_relied(&mut work, &places, &mut prepared.batch);
        self.write_rows(&mut work, &places, &mut prepared);
        for (component, served, jobs) in served {
            prepared.served.push((places.of(&work, component), served, jobs));
        }
        let outcomes = std::mem::take(&mut work.outcomes);
        prepared.outcomes = outcomes;
        for outcome in &mut prepared.outcomes {
            outcome.component = places.of(&work, outcome.component);
        }
        self.claim(&mut prepared);
        self.cache.shrink(self.limits.cache_bytes, self.turn.saturating_sub(1));
        prepared
    }

    /// Jobs created while a worker waits are born activated.
    fn serve(&mut self, work: &mut Work) -> Vec<(usize, Served, Vec<ActivatedJob>)> {
        let mut serving: Serving = BTreeMap::new();
        let mut done = Vec::new();
        let mut born = work.job_order.clone();
        born.sort_by_key(|key| match work.jobs.get(key) {
            Some((_, JobChange::New(row))) => Reverse(row.priority),
            _ => Reverse(i32::MIN),
        });
        for key in &born {
            let Some((component, JobChange::New(row))) = work.jobs.get_mut(key) else { continue };
            if row.due_ms > self.inputs.now_ms {
                continue;
            }
            let (component, job_type) = (*component, row.job_type.clone());
            if !serving.contains_key(&job_type) {
                let Some(poll) = self.board.take(&job_type, row.tenant) else {
                    self.board.ready(&job_type, row.due_ms);
                    continue;
                };
                let served = Served { poll, rows: Vec::new() };
                serving.insert(job_type.clone(), (component, served, Vec::new(), 0));
            }
            let (first, served, jobs, bytes) =
                serving.get_mut(&job_type).expect("just inserted or found");
            if !served.poll.wanted.tenants.contains(&row.tenant) {
                self.board.ready(&job_type, row.due_ms);
                continue;
            }
            let mut handed = row.clone();
            activate(
                &mut handed,
                &served.poll.wanted.worker,
                self.inputs.now_ms,
                served.poll.wanted.timeout_ms,
            );
            let Some(job) = self.activated(&handed, &served.poll.wanted) else { continue };
            *row = handed.clone();
            let first = *first;
            served.rows.push(handed);
            *bytes += answer_bytes(&job);
            let full = !fits(*bytes, &job) || served.rows.len() >= wanted(served) as usize;
            jobs.push(job);
            self.board.ready(&job_type, row.due_ms);
            // One answer goes out when all its jobs are committed: their components are one.
            let roots = (work_root(&work.parents, first), work_root(&work.parents, component));
            work.parents[roots.0.max(roots.1)] = roots.0.min(roots.1);
            if full && let Some((component, served, jobs, _)) = serving.remove(&job_type) {
                done.push((component, served, jobs));
            }
        }
        done.extend(
            serving.into_values().map(|(component, served, jobs, _)| (component, served, jobs)),
        );
        done
    }

    fn write_aggregates(&mut self, work: &mut Work, places: &Places, prepared: &mut Prepared) {
        for key in &prepared.touched {
            let dirty = work.dirty.remove(key).expect("what was touched is dirty");
            let Dirty { component, kind, tenant, expected, sections } = dirty;
            let at = places.of(work, component);
            let body = encode_sections(*key, &sections);
            let row = &mut prepared.batch.components[at];
            let (high, low) = (self.random.draw(), self.random.draw());
            let salt = ((u128::from(high) << 64) | u128::from(low)).to_le_bytes();
            row.history.push(HistoryWrite {
                aggregate: key.0,
                kind: kind as u8,
                tenant,
                salt,
                body,
            });
            prepared.sections.push((at, *key, sections));
            let stamp = self.random.draw();
            let cached = self.cache.get(*key, self.turn).expect("what was touched is kept");
            let encoded = cached.aggregate.encode(*key);
            cached.before = cached.stamp;
            cached.stamp = encoded.is_some().then_some(stamp);
            cached.written = self.turn;
            if let Some((_, pages)) = encoded.as_ref().filter(|(_, pages)| !pages.is_empty()) {
                let pages = pages.iter().map(|(page, _)| *page).collect();
                cached.unsettled.push((self.turn, pages));
            }
            // Among several lanes, that there was no row is compared like a stamp: what another
            // has put there meanwhile comes first. Instances and evaluations have keys of their
            // own.
            let alone = !self.shared || matches!(kind, Kind::Instance | Kind::Evaluation);
            if encoded.is_none() && expected.is_none() && alone {
                continue;
            }
            let (body, pages) = match encoded {
                Some((body, pages)) => (Some(body), pages),
                None => (None, Vec::new()),
            };
            row.aggregates.push(AggregateWrite {
                key: key.0,
                kind: kind as u8,
                tenant,
                expected,
                stamp,
                body,
                pages,
            });
            self.cache.reweigh(*key);
        }
    }

    fn write_releases(&mut self, work: &mut Work, places: &Places, prepared: &mut Prepared) {
        for (component, key, attempt) in std::mem::take(&mut work.releases) {
            let due_ms = self.inputs.now_ms;
            let at = places.of(work, component);
            let write = JobWrite::Release { key: key.0, attempt, due_ms };
            prepared.batch.components[at].jobs.push(write);
            if let Some(row) = self.cache.jobs.get_mut(&key)
                && row.attempt == attempt
            {
                row.due_ms = due_ms;
                row.worker = None;
                let job_type = row.job_type.clone();
                self.board.ready(&job_type, due_ms);
            } else {
                self.board.forget_all();
            }
        }
    }

    fn write_rows(&mut self, work: &mut Work, places: &Places, prepared: &mut Prepared) {
        for key in std::mem::take(&mut work.job_order) {
            let Some((component, change)) = work.jobs.remove(&key) else { continue };
            let at = places.of(work, component);
            let is_new = matches!(change, JobChange::New(_));
            let writes = &mut prepared.batch.components[at].jobs;
            match change {
                JobChange::New(row) | JobChange::Changed(row) => {
                    if !is_new {
                        // The row must still be what was changed: a claim may have come between.
                        let attempt = Some(row.attempt);
                        writes.push(JobWrite::Delete { key: key.0, attempt });
                    }
                    self.board.ready(&row.job_type, row.due_ms);
                    self.cache.jobs.insert(key, row.clone());
                    writes.push(JobWrite::Put(row));
                }
                JobChange::Gone => {
                    let known = self.cache.jobs.remove(&key).filter(|_| self.shared);
                    let attempt = known.map(|row| row.attempt);
                    writes.push(JobWrite::Delete { key: key.0, attempt });
                }
            }
        }
        self.write_releases(work, places, prepared);
        for key in std::mem::take(&mut work.timer_order) {
            let Some((component, change)) = work.timers.remove(&key) else { continue };
            let write = match change {
                TimerChange::New(row) => TimerWrite::Put(row),
                TimerChange::Gone => TimerWrite::Delete { key: key.0 },
            };
            prepared.batch.components[places.of(work, component)].timers.push(write);
        }
        for (component, effect) in std::mem::take(&mut work.effects) {
            prepared.batch.components[places.of(work, component)].effects.push(effect);
        }
        for (component, row) in std::mem::take(&mut work.definitions) {
            prepared.batch.components[places.of(work, component)].definitions.push(row);
        }
        for (component, row) in std::mem::take(&mut work.resources) {
            prepared.batch.components[places.of(work, component)].resources.push(row);
        }
        for (component, key) in std::mem::take(&mut work.deletions) {
            prepared.batch.components[places.of(work, component)].deletions.push(key.0);
        }
        for (component, key) in std::mem::take(&mut work.erasures) {
            prepared.batch.components[places.of(work, component)].erasures.push(key.0);
        }
        for (component, row) in std::mem::take(&mut work.answers) {
            self.uncommitted_answers.push(row.clone());
            prepared.batch.components[places.of(work, component)].answers.push(row);
        }
        for (component, row) in std::mem::take(&mut work.left) {
            prepared.left.push((places.of(work, component), row));
        }
        for (component, key, ended) in std::mem::take(&mut work.ended) {
            prepared.ended.push((places.of(work, component), key, ended));
        }
        for (component, decided) in std::mem::take(&mut work.decided) {
            prepared.decided.push((places.of(work, component), decided));
        }
    }

    /// Waiting workers for which the table may have something.
    fn claim(&mut self, prepared: &mut Prepared) {
        for poll in self.board.claimable(self.inputs.now_ms) {
            let timeout_ms = poll.wanted.timeout_ms;
            prepared.batch.claims.push(JobClaim {
                id: prepared.claims.len() as u64,
                tenants: poll.wanted.tenants.clone(),
                job_type: poll.wanted.job_type.clone(),
                worker: poll.wanted.worker.clone(),
                deadline_ms: self.inputs.now_ms.saturating_add(timeout_ms),
                limit: poll.wanted.limit.min(ACTIVATION_JOBS_MAX),
            });
            prepared.claims.push(poll);
        }
    }
}

fn activate(row: &mut JobRow, worker: &Arc<str>, now_ms: i64, timeout_ms: i64) {
    row.worker = Some(worker.clone());
    row.activated_ms = now_ms;
    row.attempt += 1;
    row.due_ms = now_ms.saturating_add(timeout_ms);
}

fn wanted(served: &Served) -> u32 {
    served.poll.wanted.limit.min(ACTIVATION_JOBS_MAX)
}

fn work_root(parents: &[usize], mut component: usize) -> usize {
    while parents[component] != component {
        component = parents[component];
    }
    component
}

/// What decisions that changed nothing rest on is compared like what is written.
fn write_relied(work: &mut Work, places: &Places, batch: &mut Batch) {
    for (component, key, stamp) in std::mem::take(&mut work.relied) {
        let row = &mut batch.components[places.of(work, component)];
        if row.aggregates.iter().any(|write| write.key == key.0) {
            continue;
        }
        match stamp {
            Some(stamp) => row.reads.push((key.0, stamp)),
            None => row.aggregates.push(AggregateWrite {
                key: key.0,
                kind: 0,
                tenant: 0,
                expected: None,
                stamp: 0,
                body: None,
                pages: Vec::new(),
            }),
        }
    }
}

/// Where merged components stand in the batch.
struct Places {
    index: Vec<usize>,
    count: usize,
}

impl Places {
    fn of(&self, work: &Work, component: usize) -> usize {
        self.index[work.root(component)]
    }
}

fn place_components(work: &Work) -> Places {
    let mut index = vec![usize::MAX; work.parents.len()];
    let mut count = 0;
    for component in 0..work.parents.len() {
        let root = work.root(component);
        if index[root] == usize::MAX {
            index[root] = count;
            count += 1;
        }
    }
    Places { index, count }
}
