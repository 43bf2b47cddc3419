//! Streams of jobs to a worker: one answer of a poll, and jobs pushed as they come.
//!
//! A job leaves our hands when the transport asks for what follows it; whatever the client did not
//! take when it goes is given back at once. Not here: who gets which job (`runtime`).

use super::status::{number, of};
use super::variables;
use super::wire;
use crate::auth::asker;
use crate::json_write::string;
use crate::limits::{
    GRPC_MESSAGE_BYTES, STREAM_JOBS_ASKED_MS, STREAM_JOBS_AT_ONCE, STREAM_JOBS_PAUSE_MS,
    STREAM_JOBS_POLL_MS,
};
use crate::state::ApiState;
use crate::tenant::DEFAULT_NAME;
use crate::time;
use crate::v2::job_activation::form_key;
use engine::event::{JobKind, ListenerEvent, TaskProposal};
use engine::key::Key;
use futures_util::stream::{Stream, unfold};
use runtime::node::Node;
use runtime::request::{ActivateJobs, ActivatedJob, Caller, Refusal};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tonic::Status;

/// Messages to a client, until it goes.
pub(super) type Outgoing<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Jobs that were handed out and have not reached the client yet.
struct Held {
    node: Node,
    waiting: VecDeque<ActivatedJob>,
    /// Given to the transport, which has not asked for more yet.
    leaving: Vec<(Key, u32)>,
}

impl Held {
    fn new(node: Node) -> Self {
        Held { node, waiting: VecDeque::new(), leaving: Vec::new() }
    }

    /// The next job; what left before has reached the transport.
    fn next(&mut self) -> Option<ActivatedJob> {
        let job = self.waiting.pop_front()?;
        self.leaving.push((job.key, job.attempt));
        Some(job)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let waiting = self.waiting.iter().map(|job| (job.key, job.attempt));
        let jobs: Vec<_> = self.leaving.iter().copied().chain(waiting).collect();
        if !jobs.is_empty() {
            self.node.release(&jobs);
        }
    }
}

/// The jobs of one poll, in messages that clients can take.
pub(super) fn batches(node: Node, jobs: Vec<ActivatedJob>) -> Outgoing<wire::ActivateJobsResponse> {
    let mut held = Held::new(node);
    held.waiting = jobs.into();
    Box::pin(unfold(held, async |mut held| {
        held.leaving.clear();
        let mut response = wire::ActivateJobsResponse::default();
        let mut bytes = 0;
        while let Some(job) = held.waiting.front() {
            let size = size_of(job);
            if bytes > 0 && bytes + size > GRPC_MESSAGE_BYTES {
                break;
            }
            bytes += size;
            response.jobs.extend(held.next().map(|job| message(&job)));
        }
        (bytes > 0).then_some((Ok(response), held))
    }))
}

/// Pushes jobs until the client goes or the server stops. Jobs are asked for only while the client
/// takes what it gets, a few at a time, so that streams share fairly and a slow one holds nobody.
pub(super) fn pushed(
    state: ApiState,
    caller: Caller,
    wanted: ActivateJobs,
) -> Outgoing<wire::ActivatedJob> {
    let held = Held::new(state.node().clone());
    let asker = asker::current();
    // Who may go meanwhile is looked after more often.
    let wait_ms = if asker.is_some() { STREAM_JOBS_ASKED_MS } else { STREAM_JOBS_POLL_MS };
    let wanted = ActivateJobs { limit: STREAM_JOBS_AT_ONCE, wait_ms, ..wanted };
    Box::pin(unfold(
        (state, caller, asker, wanted, Some(held)),
        async |(state, caller, asker, wanted, held)| {
            let mut held = held?;
            held.leaving.clear();
            loop {
                // Who was good when the stream began may be gone, or may do less by now.
                let now = match &asker {
                    Some(asker) => match state.auth().again(&state, asker) {
                        Ok(actor) => Caller { actor, ..caller.clone() },
                        Err(problem) => {
                            let (over, asker) = (Err(of(problem)), None);
                            return Some((over, (state, caller, asker, wanted, None)));
                        }
                    },
                    None => caller.clone(),
                };
                if let Some(job) = held.next() {
                    return Some((Ok(message(&job)), (state, caller, asker, wanted, Some(held))));
                }
                let polled = tokio::select! {
                    biased;
                    () = state.stopped() => {
                        let over = Status::unavailable("The server stops. Connect again.");
                        return Some((Err(over), (state, caller, asker, wanted, None)));
                    }
                    polled = state.node().activate(now, wanted.clone()) => polled,
                };
                match polled {
                    Ok(jobs) => held.waiting = jobs.into(),
                    Err(Refusal::Busy { .. }) => {
                        tokio::time::sleep(Duration::from_millis(STREAM_JOBS_PAUSE_MS)).await;
                    }
                    Err(refusal) => {
                        return Some((
                            Err(of(refusal.into())),
                            (state, caller, asker, wanted, None),
                        ));
                    }
                }
            }
        },
    ))
}

/// Rough bytes of a job in a message.
fn size_of(job: &ActivatedJob) -> usize {
    512 + job.variables.iter().map(|(name, value)| name.len() + value.len() + 8).sum::<usize>()
}

fn message(job: &ActivatedJob) -> wire::ActivatedJob {
    wire::ActivatedJob {
        key: number(job.key),
        r#type: job.job_type.to_string(),
        process_instance_key: number(job.instance),
        bpmn_process_id: job.process_id.to_string(),
        process_definition_version: job.version.cast_signed(),
        process_definition_key: number(job.definition),
        element_id: job.element_id.to_string(),
        element_instance_key: number(job.element),
        custom_headers: headers(&job.headers),
        worker: job.worker.to_string(),
        retries: job.retries,
        deadline: job.deadline_ms,
        variables: variables::text(&job.variables),
        tenant_id: DEFAULT_NAME.to_owned(),
        user_task: job.proposal.as_deref().map(user_task),
        kind: kind(job.kind).into(),
        listener_event_type: listener(job.listener).into(),
        tags: job.tags.iter().map(|tag| tag.to_string()).collect(),
    }
}

/// What a task listener hears.
fn user_task((proposal, changed): &(TaskProposal, Vec<&'static str>)) -> wire::UserTaskProperties {
    let task = &proposal.task;
    let texts = |list: &[Arc<str>]| list.iter().map(|text| text.to_string()).collect();
    wire::UserTaskProperties {
        action: Some(proposal.action.to_string()),
        assignee: task.assignee.as_deref().map(str::to_owned),
        candidate_groups: texts(&task.candidate_groups),
        candidate_users: texts(&task.candidate_users),
        changed_attributes: changed.iter().map(|name| (*name).to_owned()).collect(),
        due_date: task.due_ms.map(time::format),
        follow_up_date: task.follow_up_ms.map(time::format),
        form_key: form_key(task).and_then(|key| key.parse().ok()),
        priority: Some(task.priority),
        user_task_key: Some(number(task.key)),
    }
}

fn kind(kind: JobKind) -> wire::activated_job::JobKind {
    use wire::activated_job::JobKind as K;
    match kind {
        JobKind::Element => K::BpmnElement,
        JobKind::ExecutionListener => K::ExecutionListener,
        JobKind::TaskListener => K::TaskListener,
        JobKind::AdHocSubProcess => K::AdHocSubProcess,
    }
}

/// What the protocol has no word for is unspecified there.
fn listener(event: ListenerEvent) -> wire::activated_job::ListenerEventType {
    use wire::activated_job::ListenerEventType as L;
    match event {
        ListenerEvent::Start => L::Start,
        ListenerEvent::End => L::End,
        ListenerEvent::Creating => L::Creating,
        ListenerEvent::Assigning => L::Assigning,
        ListenerEvent::Updating => L::Updating,
        ListenerEvent::Completing => L::Completing,
        ListenerEvent::Canceling => L::Canceling,
        ListenerEvent::Unspecified | ListenerEvent::BeforeAll | ListenerEvent::Cancel => {
            L::Unspecified
        }
    }
}

fn headers(headers: &[(Arc<str>, Arc<str>)]) -> String {
    let mut out = String::from("{");
    for (at, (name, value)) in headers.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        string(&mut out, name);
        out.push(':');
        string(&mut out, value);
    }
    out.push('}');
    out
}
