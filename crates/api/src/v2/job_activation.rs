//! `POST /v2/jobs/activation`: hand out jobs, waiting for the first if there is none.
//!
//! Not here: what becomes of them (`jobs`).

use crate::answer;
use crate::extract::{CallerOf, JsonBody};
use crate::json_write::{ObjectWriter, list, string};
use crate::keys::WireKey;
use crate::limits::{ACTIVATION_JOBS_MAX, LONG_POLL_MS_DEFAULT, LONG_POLL_MS_MAX, NAMES_MAX};
use crate::names::{name, some_name};
use crate::problem::{Problem, ProblemDetail};
use crate::raw_variables::{self, RawVariables};
use crate::state::ApiState;
use crate::tenant::{self, DEFAULT_NAME};
use crate::time;
use crate::wire_int::WireInt;
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use engine::event::{TaskProposal, UserTaskCreated};
use engine::key::Key;
use engine::limits::JOB_TIMEOUT_MS_MAX;
use http_body::{Frame, SizeHint};
use runtime::node::Node;
use runtime::request::{ActivateJobs, ActivatedJob};
use serde::Deserialize;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use utoipa::ToSchema;

/// Which jobs a worker wants.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct JobActivation {
    /// Job type.
    #[serde(rename = "type")]
    pub(crate) job_type: String,
    /// Name of the worker.
    pub(crate) worker: Option<String>,
    /// How long the worker may hold a job, milliseconds.
    pub(crate) timeout: WireInt,
    /// At most this many jobs.
    pub(crate) max_jobs_to_activate: i32,
    /// Variables wanted; none named means all visible ones.
    #[serde(default)]
    pub(crate) fetch_variable: Vec<String>,
    /// How long to wait for the first job, milliseconds: absent or 0 is 10 s, negative answers at
    /// once.
    pub(crate) request_timeout: Option<WireInt>,
    /// Tenants the worker serves.
    #[serde(default)]
    pub(crate) tenant_ids: Vec<String>,
}

/// The jobs handed out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `write_jobs` writes")]
pub(crate) struct ActivatedJobs {
    jobs: Vec<ActivatedJobDetail>,
}

/// A job handed out.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `write_job` writes")]
pub(crate) struct ActivatedJobDetail {
    #[schema(rename = "type")]
    job_type: String,
    process_definition_id: String,
    process_definition_version: u32,
    element_id: String,
    /// Headers drawn in the model.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    custom_headers: (),
    worker: String,
    retries: i32,
    /// Until when the worker may hold it, Unix milliseconds.
    deadline: i64,
    variables: RawVariables,
    tenant_id: String,
    physical_tenant_id: String,
    job_key: WireKey,
    process_instance_key: WireKey,
    root_process_instance_key: WireKey,
    process_definition_key: WireKey,
    element_instance_key: WireKey,
    /// `BPMN_ELEMENT`, `EXECUTION_LISTENER`, `TASK_LISTENER` or `AD_HOC_SUB_PROCESS`.
    kind: String,
    /// What the listener listens to: `START`, `END`, `COMPLETING` and so on; else `UNSPECIFIED`.
    listener_event_type: String,
    /// For a task listener: the task as it will be.
    #[schema(required)]
    user_task: Option<UserTaskProperties>,
    tags: Vec<String>,
    #[schema(required)]
    business_id: Option<String>,
    priority: i32,
    /// Always null: a job is fenced by its attempt.
    #[schema(required, rename = "jobLeaseToken")]
    fence: Option<String>,
}

/// What a task listener hears: the task as it will be when the change happens.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `write_task` writes")]
pub(crate) struct UserTaskProperties {
    /// What is done, in the words of whoever asked.
    action: String,
    #[schema(required)]
    assignee: Option<String>,
    candidate_groups: Vec<String>,
    candidate_users: Vec<String>,
    /// What will differ from what it is.
    changed_attributes: Vec<String>,
    #[schema(required)]
    due_date: Option<String>,
    #[schema(required)]
    follow_up_date: Option<String>,
    #[schema(required)]
    form_key: Option<String>,
    priority: i32,
    user_task_key: WireKey,
}

/// Hand out jobs to a worker
///
/// A job whose connection closes before the first byte of the answer was written is given back.
#[utoipa::path(
    post,
    path = "/v2/jobs/activation",
    operation_id = "activateJobs",
    tag = "Job",
    request_body = JobActivation,
    responses(
        (status = 200, description = "The jobs; none if there were none in time.",
            body = ActivatedJobs),
        (status = "4XX", description = "Nothing was handed out.", body = ProblemDetail),
    )
)]
pub(crate) async fn activate_jobs(
    State(state): State<ApiState>,
    CallerOf(caller): CallerOf,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted = body.parse::<JobActivation>()?.check()?;
    let jobs = tokio::select! {
        biased;
        jobs = state.node().activate(caller, wanted) => jobs?,
        // Dropping the activation takes it back.
        () = state.stopped() => Vec::new(),
    };
    let mut out = String::with_capacity(64 + 1_024 * jobs.len());
    write_jobs(&mut out, &jobs);
    if jobs.is_empty() {
        return Ok(answer::json(out));
    }
    let held = jobs.iter().map(|job| (job.key, job.attempt)).collect();
    Ok(answer::json(Body::new(HandOut::new(out, state.node().clone(), held))))
}

impl JobActivation {
    pub(crate) fn check(self) -> Result<ActivateJobs, Problem> {
        let WireInt(timeout_ms) = self.timeout;
        if !(1..=JOB_TIMEOUT_MS_MAX).contains(&timeout_ms) {
            return Err(Problem::invalid(format!(
                "Expected `timeout` to be 1 to {JOB_TIMEOUT_MS_MAX} ms, but found {timeout_ms}."
            )));
        }
        let limit = u32::try_from(self.max_jobs_to_activate).unwrap_or(0);
        if limit == 0 {
            return Err(Problem::invalid(format!(
                "Expected `maxJobsToActivate` to be 1 or more, but found {}.",
                self.max_jobs_to_activate
            )));
        }
        if self.fetch_variable.len() > NAMES_MAX {
            return Err(Problem::invalid(format!(
                "Expected at most {NAMES_MAX} names in `fetchVariable`, but found {}.",
                self.fetch_variable.len()
            )));
        }
        let wait_ms = match self.request_timeout.map_or(0, |WireInt(ms)| ms) {
            0 => LONG_POLL_MS_DEFAULT,
            ms => u64::try_from(ms).unwrap_or(0).min(LONG_POLL_MS_MAX),
        };
        Ok(ActivateJobs {
            job_type: some_name("type", &self.job_type)?,
            worker: name("worker", &self.worker.unwrap_or_default())?,
            timeout_ms,
            limit: limit.min(ACTIVATION_JOBS_MAX),
            fetch: self.fetch_variable.into_iter().map(Into::into).collect(),
            wait_ms,
            tenants: tenant::numbers(&self.tenant_ids)?,
        })
    }
}

fn write_jobs(out: &mut String, jobs: &[ActivatedJob]) {
    out.push_str("{\"jobs\":");
    list(out, jobs, write_job);
    out.push('}');
}

/// Fields that are the same for every job today.
const SAME_FOR_ALL: &str = r#","physicalTenantId":"default","jobLeaseToken":null}"#;

fn write_job(out: &mut String, job: &ActivatedJob) {
    let mut object = ObjectWriter::open(out);
    object.key("jobKey", job.key);
    object.text("type", &job.job_type);
    object.key("processInstanceKey", job.instance);
    object.key("rootProcessInstanceKey", job.root);
    object.key("processDefinitionKey", job.definition);
    object.text("processDefinitionId", &job.process_id);
    object.number("processDefinitionVersion", job.version);
    object.text("elementId", &job.element_id);
    object.key("elementInstanceKey", job.element);
    write_headers(object.name("customHeaders"), &job.headers);
    object.text("worker", &job.worker);
    object.number("retries", job.retries);
    object.number("deadline", job.deadline_ms);
    raw_variables::write(object.name("variables"), &job.variables);
    object.text("kind", job.kind.as_str());
    object.text("listenerEventType", job.listener.as_str());
    list(object.name("tags"), &job.tags, |out, tag| string(out, tag));
    object.text_or_null("businessId", job.business_id.as_deref());
    object.number("priority", job.priority);
    match job.proposal.as_deref() {
        Some((proposal, changed)) => write_task(object.name("userTask"), proposal, changed),
        None => object.raw("userTask", "null"),
    }
    object.text("tenantId", DEFAULT_NAME);
    object.close_with(SAME_FOR_ALL);
}

fn write_task(out: &mut String, proposal: &TaskProposal, changed: &[&str]) {
    let task = &proposal.task;
    let mut object = ObjectWriter::open(out);
    object.text("action", &proposal.action);
    object.text_or_null("assignee", task.assignee.as_deref());
    list(object.name("candidateGroups"), &task.candidate_groups, |out, it| string(out, it));
    list(object.name("candidateUsers"), &task.candidate_users, |out, it| string(out, it));
    list(object.name("changedAttributes"), changed, |out, it| string(out, it));
    object.text_or_null("dueDate", task.due_ms.map(time::format).as_deref());
    object.text_or_null("followUpDate", task.follow_up_ms.map(time::format).as_deref());
    object.text_or_null("formKey", form_key(task));
    object.number("priority", task.priority);
    object.key("userTaskKey", task.key);
    object.close();
}

/// The key of a form that is deployed here; others have a name and no key.
pub(crate) fn form_key(task: &UserTaskCreated) -> Option<&str> {
    let is_key = |form: &&str| form.bytes().all(|byte| byte.is_ascii_digit());
    task.form_key.as_deref().filter(is_key)
}

fn write_headers(out: &mut String, headers: &[(std::sync::Arc<str>, std::sync::Arc<str>)]) {
    out.push('{');
    for (at, (name, value)) in headers.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        string(out, name);
        out.push(':');
        string(out, value);
    }
    out.push('}');
}

/// An answer that gives its jobs back when nobody takes it.
struct HandOut {
    text: Option<Bytes>,
    node: Node,
    held: Vec<(Key, u32)>,
}

impl HandOut {
    fn new(text: String, node: Node, held: Vec<(Key, u32)>) -> Self {
        HandOut { text: Some(text.into()), node, held }
    }
}

impl HttpBody for HandOut {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.text.take().map(|text| Ok(Frame::data(text))))
    }

    fn is_end_stream(&self) -> bool {
        self.text.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.text.as_ref().map_or(0, |text| text.len() as u64))
    }
}

impl Drop for HandOut {
    fn drop(&mut self) {
        if self.text.is_some() {
            self.node.release(&self.held);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema_test::assert_described;
    use engine::event::{JobKind, ListenerEvent};

    fn check(text: &str) -> Result<ActivateJobs, Problem> {
        JsonBody::of(text).parse::<JobActivation>().and_then(JobActivation::check)
    }

    fn wait_ms(request_timeout: &str) -> u64 {
        let text =
            format!(r#"{{"type":"pay","timeout":1000,"maxJobsToActivate":5{request_timeout}}}"#);
        check(&text).unwrap().wait_ms
    }

    #[test]
    fn waits_ten_seconds_unless_told_otherwise() {
        assert_eq!(wait_ms(""), 10_000);
        assert_eq!(wait_ms(r#","requestTimeout":0"#), 10_000);
        assert_eq!(wait_ms(r#","requestTimeout":null"#), 10_000);
        assert_eq!(wait_ms(r#","requestTimeout":-1"#), 0);
        assert_eq!(wait_ms(r#","requestTimeout":2500"#), 2_500);
        assert_eq!(wait_ms(r#","requestTimeout":99999999"#), LONG_POLL_MS_MAX);
    }

    #[test]
    fn says_what_was_expected() {
        for (text, part) in [
            (r#"{"timeout":1,"maxJobsToActivate":1}"#, "missing field `type`"),
            (r#"{"type":"","timeout":1,"maxJobsToActivate":1}"#, "it is empty"),
            (r#"{"type":"a","timeout":0,"maxJobsToActivate":1}"#, "found 0"),
            (r#"{"type":"a","timeout":-5,"maxJobsToActivate":1}"#, "found -5"),
            (r#"{"type":"a","timeout":1,"maxJobsToActivate":-3}"#, "found -3"),
            (r#"{"type":"a","timeout":1,"maxJobsToActivate":1,"tenantIds":["b"]}"#, "found `b`"),
            (r#"{"type":"a","timeout":1,"maxJobsToActivate":1,"wait":1}"#, "unknown field `wait`"),
        ] {
            let detail = check(text).map(|_| ()).unwrap_err().detail;
            assert!(detail.contains(part), "{text}: {detail}");
        }
    }

    #[test]
    fn answers_as_described() {
        let job = ActivatedJob {
            key: Key(1),
            job_type: "pay".into(),
            instance: Key(2),
            element: Key(3),
            element_id: "Pay".into(),
            definition: Key(4),
            process_id: "order".into(),
            version: 5,
            kind: JobKind::ExecutionListener,
            listener: ListenerEvent::End,
            headers: vec![("a".into(), "x\"y".into())],
            worker: "w".into(),
            retries: 3,
            deadline_ms: 6,
            attempt: 1,
            variables: vec![("n".into(), "1e2".into())],
            tenant: 0,
            root: Key(9),
            business_id: Some("A-1".into()),
            tags: vec!["vip".into()],
            priority: -7,
            proposal: Some(Box::new((
                TaskProposal {
                    task: UserTaskCreated { key: Key(8), priority: 9, ..Default::default() },
                    ..Default::default()
                },
                vec!["priority"],
            ))),
        };
        let mut out = String::new();
        write_jobs(&mut out, &[job.clone(), job]);
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        let [first, second] = value["jobs"].as_array().unwrap().as_slice() else { panic!() };
        assert_eq!(first, second);
        assert_eq!(first["jobKey"], "1");
        assert_eq!(
            (&first["rootProcessInstanceKey"], &first["priority"]),
            (&"9".into(), &(-7).into())
        );
        assert_eq!((&first["tags"][0], &first["businessId"]), (&"vip".into(), &"A-1".into()));
        assert_eq!(first["userTask"]["changedAttributes"], serde_json::json!(["priority"]));
        assert_eq!(first["kind"], "EXECUTION_LISTENER");
        assert_eq!(first["listenerEventType"], "END");
        assert_eq!(first["customHeaders"]["a"], "x\"y");
        assert!(out.contains(r#""variables":{"n":1e2}"#));
        assert_described::<ActivatedJobDetail>(&first.to_string());
        assert_described::<ActivatedJobs>(&out);
    }
}
