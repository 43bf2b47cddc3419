//! Clients: requests on their way, what was answered, and whether it is true.
//!
//! Which request comes next is `chance`'s; what was committed is the ledger's.

use super::figures::{Figures, variant};
use super::ledger::{Ledger, Wrong, ensure};
use super::trace::Trace;
use engine::command::RejectionKind;
use engine::key::Key;
use runtime::deploy::CompiledResource;
use runtime::lane::{Answered, Order, Reply};
use runtime::request::{ActivateJobs, ActivatedJob, Answer, Caller, Refusal, Request};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::oneshot::{self, error::TryRecvError};

/// A request and the copies of it that are on their way.
pub(super) struct Asked {
    pub(super) number: u32,
    pub(super) request: Request,
    compiled: Vec<CompiledResource>,
    pub(super) key: Option<Arc<str>>,
    pub(super) asked_ms: i64,
    copies: Vec<oneshot::Receiver<Answered>>,
    answer: Option<Answer>,
    refused: bool,
}

/// A worker that waits for jobs.
struct Poll {
    job_type: Arc<str>,
    timeout_ms: i64,
    jobs: oneshot::Receiver<Vec<ActivatedJob>>,
}

/// For how long a job was handed out, and where the history ended then.
#[derive(Debug, Clone, Copy)]
struct Handed {
    from_ms: i64,
    until_ms: i64,
    at: u64,
}

/// All clients of one simulation.
#[derive(Default)]
pub(super) struct Clients {
    pub(super) asked: Vec<Asked>,
    /// Jobs workers have in hand.
    pub(super) held: Vec<ActivatedJob>,
    /// Requests whose every copy was lost: to be sent again.
    pub(super) lost: Vec<Asked>,
    polls: Vec<Poll>,
    handed: BTreeMap<(Key, u32), Handed>,
    numbers: u32,
}

impl Clients {
    /// A new request, and the order to send.
    pub(super) fn ask(
        &mut self,
        request: Request,
        compiled: Vec<CompiledResource>,
        keyed: bool,
        now_ms: i64,
    ) -> Order {
        let number = self.numbers;
        self.numbers += 1;
        let key = keyed.then(|| format!("r{number}").into());
        self.asked.push(Asked {
            number,
            request,
            compiled,
            key,
            asked_ms: now_ms,
            copies: Vec::new(),
            answer: None,
            refused: false,
        });
        let asked = self.asked.last_mut().expect("just pushed");
        order(asked)
    }

    /// The newest request once more.
    pub(super) fn double(&mut self) -> Option<Order> {
        self.asked.last_mut().map(order)
    }

    /// A lost request once more.
    pub(super) fn repeat(&mut self, at: usize) -> Order {
        let asked = self.lost.remove(at);
        self.asked.push(asked);
        order(self.asked.last_mut().expect("just pushed"))
    }

    /// A worker asks for jobs.
    pub(super) fn poll(&mut self, wanted: ActivateJobs) -> Order {
        let (sender, jobs) = oneshot::channel();
        let (job_type, timeout_ms) = (wanted.job_type.clone(), wanted.timeout_ms);
        self.polls.push(Poll { job_type, timeout_ms, jobs });
        Order::Activate { wanted, reply: Reply::to(sender) }
    }

    pub(super) fn polls(&self) -> usize {
        self.polls.len()
    }

    /// Types of jobs somebody waits for.
    pub(super) fn waiting(&self) -> BTreeSet<Arc<str>> {
        self.polls.iter().map(|poll| poll.job_type.clone()).collect()
    }

    /// A worker goes away without a word.
    pub(super) fn leave(&mut self, at: usize) {
        if at < self.polls.len() {
            drop(self.polls.remove(at));
        }
    }

    /// All workers go away.
    pub(super) fn leave_all(&mut self) {
        self.polls.clear();
    }

    /// Takes in what was answered by a batch that began to read when the history ended at
    /// `at.0` and had landed when it ended at `at.1`.
    pub(super) fn collect(
        &mut self,
        at: (u64, u64),
        ledger: &Ledger,
        figures: &mut Figures,
        trace: &mut Trace,
    ) -> Result<(), Wrong> {
        let mut open = Vec::new();
        for mut asked in std::mem::take(&mut self.asked) {
            let mut copies = Vec::new();
            for mut copy in std::mem::take(&mut asked.copies) {
                match copy.try_recv() {
                    Ok(answered) => {
                        trace.say(|| format!("r{} answered: {}", asked.number, words(&answered)));
                        self.judge(&mut asked, answered, at, ledger, figures)?;
                    }
                    Err(TryRecvError::Empty) => copies.push(copy),
                    Err(TryRecvError::Closed) => {
                        trace.say(|| format!("r{} lost", asked.number));
                        figures.add("clients", "answer lost");
                    }
                }
            }
            asked.copies = copies;
            if !asked.copies.is_empty() {
                open.push(asked);
            } else if !asked.is_over() {
                self.lost.push(asked);
            }
        }
        self.asked = open;
        self.collect_jobs(at.1, ledger, figures, trace)
    }

    fn judge(
        &mut self,
        asked: &mut Asked,
        answered: Answered,
        at: (u64, u64),
        ledger: &Ledger,
        figures: &mut Figures,
    ) -> Result<(), Wrong> {
        let name = variant(&asked.request);
        match answered {
            Ok(answer) => {
                figures.add("done", &name);
                if let Some(earlier) = &asked.answer {
                    ensure(same(earlier, &answer), || {
                        format!("r{} is answered {earlier:?} again, not {answer:?}", asked.number)
                    })?;
                }
                asked.check_done(&answer, at.1, ledger)?;
                asked.answer = Some(answer);
            }
            Err(Refusal::Rejected(rejection)) => {
                figures.add("refused", &name);
                asked.check_refused(&rejection, at, ledger)?;
                asked.refused = true;
            }
            Err(other) => return Err(Wrong(format!("r{} is answered {other:?}", asked.number))),
        }
        Ok(())
    }

    fn collect_jobs(
        &mut self,
        at: u64,
        ledger: &Ledger,
        figures: &mut Figures,
        trace: &mut Trace,
    ) -> Result<(), Wrong> {
        for mut poll in std::mem::take(&mut self.polls) {
            match poll.jobs.try_recv() {
                Ok(jobs) => {
                    for job in jobs {
                        trace.say(|| format!("handed out {} attempt {}", job.key, job.attempt));
                        figures.add("clients", "job handed out");
                        self.check_handed(&job, &poll, at, ledger)?;
                        self.held.push(job);
                    }
                }
                Err(TryRecvError::Empty) => self.polls.push(poll),
                Err(TryRecvError::Closed) => {}
            }
        }
        Ok(())
    }

    /// A job is handed to one worker at a time, as it is now.
    fn check_handed(
        &mut self,
        job: &ActivatedJob,
        poll: &Poll,
        at: u64,
        ledger: &Ledger,
    ) -> Result<(), Wrong> {
        ensure(job.job_type == poll.job_type, || {
            format!("{} is of type {}", job.key, job.job_type)
        })?;
        let (from_ms, until_ms) = (job.deadline_ms - poll.timeout_ms, job.deadline_ms);
        let handed = Handed { from_ms, until_ms, at };
        let first = self.handed.insert((job.key, job.attempt), handed).is_none();
        ensure(first, || format!("job {} is handed out as attempt {} once", job.key, job.attempt))?;
        // Answers of several lanes may come in another order than they were given.
        let attempts = self.handed.range((job.key, 0)..=(job.key, u32::MAX));
        let attempts: Vec<Handed> = attempts.map(|(_, handed)| *handed).collect();
        for pair in attempts.windows(2) {
            let (one, next) = (pair[0], pair[1]);
            let freed = ledger.jobs_freed.get(&job.key).is_some_and(|freed| *freed >= one.at);
            let alone = one.until_ms <= next.from_ms || freed;
            ensure(alone, || format!("job {} is one worker's until {}", job.key, one.until_ms))?;
        }
        if ledger.changed.get(&job.instance).is_none_or(|changed| *changed > at) {
            return Ok(());
        }
        let Some(state) = ledger.live.get(&job.instance) else { return Ok(()) };
        let slot = state.elements.iter().find_map(|(slot, held)| {
            held.job.as_ref().filter(|held| held.key == job.key).map(|_| *slot)
        });
        let Some(slot) = slot else { return Ok(()) };
        let mut visible: BTreeMap<_, _> = state.visible(slot).into_iter().collect();
        // The listeners of a user task see what is proposed.
        let proposal = state.element(slot).and_then(|held| held.proposal.as_ref());
        visible.extend(proposal.into_iter().flat_map(|proposal| proposal.variables.clone()));
        let shown: BTreeMap<_, _> = job.variables.iter().cloned().collect();
        ensure(visible == shown, || {
            format!("job {} shows {visible:?}, not {:?}", job.key, job.variables)
        })
    }
}

impl Asked {
    /// Whether nobody needs to send it again.
    fn is_over(&self) -> bool {
        self.answer.is_some() || self.refused
    }

    /// Whether a request that was said to be done was.
    fn check_done(&self, answer: &Answer, at: u64, ledger: &Ledger) -> Result<(), Wrong> {
        let name = || format!("r{} ({})", self.number, variant(&self.request));
        if let Some(key) = &self.key {
            let done = ledger.requests.get(key).is_some_and(|rows| rows[0] <= at);
            ensure(done, || format!("{} was carried out, as was said", name()))?;
        }
        match answer {
            Answer::InstanceCreated(created) => {
                let there = ledger.instances.get(&created.instance);
                let there = there.is_some_and(|span| span.begins <= at);
                ensure(there, || format!("{} created {}", name(), created.instance))
            }
            Answer::InstanceEnded(ended) => {
                let key = ended.created.instance;
                let over = ledger.instances.get(&key).is_some_and(|span| span.ends.is_some());
                ensure(over && ledger.completed.contains(&key) == ended.completed, || {
                    format!("{} ended {key}", name())
                })
            }
            Answer::MessagePublished { message } | Answer::MessageCorrelated { message, .. } => {
                let there = ledger.messages.contains(message);
                ensure(there, || format!("{} published {message}", name()))
            }
            Answer::BpmnSignalBroadcast { signal } => {
                let there = ledger.signals.contains(signal);
                ensure(there, || format!("{} broadcast {signal}", name()))
            }
            Answer::Deployed(_)
            | Answer::DecisionEvaluated { .. }
            | Answer::EventsReceived { .. }
            | Answer::BatchBegun { .. }
            | Answer::VariablesEdited { .. }
            | Answer::CaseOpened { .. }
            | Answer::ConditionalsEvaluated { .. }
            | Answer::TaskChangeProposed { .. } => Ok(()),
            Answer::Done => match &self.request {
                Request::CompleteJob { job, .. } => {
                    let done = ledger.jobs_completed.contains(job);
                    ensure(done, || format!("{} completed {job}", name()))
                }
                Request::CancelInstance { instance } => {
                    let gone = !ledger.live.get(instance).is_some_and(|state| {
                        state.phase == engine::state::instance::InstancePhase::Active
                    });
                    ensure(gone, || format!("{} cancelled {instance}", name()))
                }
                // Its listeners may have denied it.
                Request::CompleteUserTask { task, .. } if !ledger.proposed.contains(task) => {
                    let gone = ledger.tasks.get(task).is_some_and(|span| !span.holds(at));
                    ensure(gone, || format!("{} completed {task}", name()))
                }
                Request::ResolveIncident { incident, .. } => {
                    let gone = ledger.incidents.get(incident).is_some_and(|span| !span.holds(at));
                    ensure(gone, || format!("{} resolved {incident}", name()))
                }
                _ => Ok(()),
            },
        }
    }

    /// Whether a request that was refused was not carried out, and could not be.
    fn check_refused(
        &self,
        rejection: &engine::command::Rejection,
        (read_at, at): (u64, u64),
        ledger: &Ledger,
    ) -> Result<(), Wrong> {
        // That there is no mailbox carries no stamp: it was true when it was read.
        let at = match &self.request {
            Request::CorrelateMessage { .. } => read_at,
            _ => at,
        };
        let name = || format!("r{} ({}): {rejection}", self.number, variant(&self.request));
        if let Some(key) = &self.key {
            let done = ledger.requests.get(key).is_some_and(|rows| rows[0] <= at);
            ensure(!done, || format!("what was carried out is not refused, {}", name()))?;
        }
        if rejection.kind != RejectionKind::NotFound {
            return Ok(());
        }
        let there = match &self.request {
            Request::CancelInstance { instance } => ledger.instances.get(instance),
            Request::CompleteJob { job, .. }
            | Request::FailJob { job, .. }
            | Request::ThrowJobError { job, .. }
            | Request::UpdateJob { job, .. } => ledger.jobs.get(job),
            Request::CompleteUserTask { task, .. } => ledger.tasks.get(task),
            Request::ResolveIncident { incident, .. } => ledger.incidents.get(incident),
            _ => None,
        };
        let there = there.is_some_and(|span| span.holds(at));
        ensure(!there, || format!("what is there at {at} is found, {}", name()))
    }
}

/// Whether two answers say the same. Who waits for the end is told of it or, when it was before,
/// that the instance was created.
fn same(one: &Answer, other: &Answer) -> bool {
    let created = |answer: &Answer| match answer {
        Answer::InstanceCreated(created) => Some(created.instance),
        Answer::InstanceEnded(ended) => Some(ended.created.instance),
        _ => None,
    };
    one == other || (created(one).is_some() && created(one) == created(other))
}

fn order(asked: &mut Asked) -> Order {
    let (sender, copy) = oneshot::channel();
    asked.copies.push(copy);
    let actor = access::Actor {
        id: "client".into(),
        acting_for: None,
        tenants: [0].into(),
        grants: access::Grants::All,
    };
    let caller = Caller { actor, tenant: 0, request_key: asked.key.clone() };
    let (request, compiled) = (asked.request.clone(), asked.compiled.clone());
    Order::Request { caller, request, compiled, reply: Reply::to(sender) }
}

fn words(answered: &Answered) -> String {
    match answered {
        Ok(answer) => format!("{answer:?}"),
        Err(refusal) => format!("{refusal}"),
    }
}
