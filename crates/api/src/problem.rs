//! Problems on the wire: RFC 9457 `application/problem+json`.
//!
//! Not here: what went wrong; every refusal of the layers below is turned into one of these.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::command::{Rejection, RejectionKind};
use runtime::request::{Refusal, ResourceProblems};
use serde::Serialize;
use std::fmt::Write;
use std::sync::Arc;
use utoipa::ToSchema;

/// An answer that says why there is no other.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// A stable code, in Camunda's words where it has one.
    pub(crate) title: &'static str,
    /// What was expected, what was found, what to do.
    pub(crate) detail: String,
    /// When to try again, seconds.
    retry_after_s: Option<u64>,
    /// Problems of deployed files.
    problems: Vec<ModelProblem>,
}

/// A problem of a model, with its position.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelProblem {
    /// `error`, `warning` or `info`; only an error keeps a file from being deployed.
    pub(crate) severity: &'static str,
    /// The rule that found it.
    pub(crate) rule: &'static str,
    /// Id of the nearest BPMN element.
    pub(crate) element_id: Option<String>,
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column in characters, from 1.
    pub(crate) column: u32,
    /// What was expected and what was found.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hint: Option<String>,
    /// Name of the file.
    pub(crate) resource: String,
}

/// RFC 9457's fields, and the problems of a refused deployment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemDetail<'a> {
    /// Always `about:blank`: the title says what kind it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// A stable code, for example `NOT_FOUND`.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What was expected, what was found, what to do.
    detail: &'a str,
    /// The path that was asked.
    instance: &'a str,
    /// The problems of the files, when a deployment was refused because of them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    problems: &'a [ModelProblem],
}

impl Problem {
    pub(crate) fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        let (retry_after_s, problems) = (None, Vec::new());
        Problem { status, title, detail: detail.into(), retry_after_s, problems }
    }

    /// 400: the request itself is wrong.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", detail)
    }

    /// 404: no such thing, or not yours.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", detail)
    }

    /// 413: too long.
    /// Whether something is not there any more, or in a state that does not allow it.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self.status, StatusCode::CONFLICT | StatusCode::NOT_FOUND)
    }

    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", detail)
    }

    /// 429: too often.
    pub(crate) fn too_many(detail: impl Into<String>, retry_after_s: u64) -> Self {
        let retry_after_s = Some(retry_after_s);
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED", detail);
        Problem { retry_after_s, ..problem }
    }

    /// 500: our fault.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", detail)
    }

    /// 501: not here.
    pub(crate) fn not_implemented(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::NOT_IMPLEMENTED, "NOT_IMPLEMENTED", detail)
    }

    /// 504: not in time.
    pub(crate) fn timed_out(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED", detail)
    }

    /// The answer, for the path that was asked.
    pub(crate) fn render(&self, path: &str) -> Response {
        let detail = ProblemDetail {
            kind: "about:blank",
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            instance: path,
            problems: &self.problems,
        };
        let text = serde_json::to_string(&detail).expect("texts and numbers are valid JSON");
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.status == StatusCode::UNAUTHORIZED {
            // Not Basic: browsers would ask with a window of their own.
            let how = HeaderValue::from_static("Bearer realm=\"segue\"");
            headers.insert(header::WWW_AUTHENTICATE, how);
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The outermost layer renders the problem, because only it knows the path.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Rejected(rejection) => rejection.into(),
            Refusal::Problems(files) => Problem::from_files(&files),
            Refusal::Busy { retry_after_ms } => Problem {
                retry_after_s: Some(retry_after_ms.div_ceil(1_000).max(1)),
                ..Problem::new(StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED", detail)
            },
            Refusal::KeyReused { .. } => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_KEY_REUSED", detail)
            }
            Refusal::Unavailable { .. } => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", detail)
            }
            Refusal::Forbidden { .. } => Problem::new(StatusCode::FORBIDDEN, "FORBIDDEN", detail),
            Refusal::BadQuery { .. } => Problem::invalid(detail),
            Refusal::Internal { .. } => {
                tracing::error!(detail, "a request failed");
                Problem::internal(detail)
            }
        }
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let (status, title) = match rejection.kind {
            RejectionKind::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            RejectionKind::InvalidState => (StatusCode::CONFLICT, "INVALID_STATE"),
            RejectionKind::InvalidArgument => (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT"),
            RejectionKind::AlreadyExists => (StatusCode::CONFLICT, "ALREADY_EXISTS"),
        };
        Problem::new(status, title, rejection.message)
    }
}

/// Problems named in the text of a refused deployment; all of them stand in `problems`.
const NAMED_PROBLEMS: usize = 5;

impl Problem {
    fn from_files(files: &[ResourceProblems]) -> Self {
        let problems = ModelProblem::of_all(files);
        let errors: Vec<_> = problems.iter().filter(|it| it.severity == "error").collect();
        let mut detail = format!(
            "Expected resources that can be deployed, but found {} error{}.",
            errors.len(),
            if errors.len() == 1 { "" } else { "s" }
        );
        for it in errors.iter().take(NAMED_PROBLEMS) {
            let (file, line, column) = (&it.resource, it.line, it.column);
            let _ = write!(detail, " {file}:{line}:{column} {}: {}", it.rule, it.message);
        }
        Problem { problems, ..Problem::invalid(detail) }
    }
}

impl ModelProblem {
    /// The problems of files.
    pub(crate) fn of_all(files: &[ResourceProblems]) -> Vec<Self> {
        let of_file = |file: &ResourceProblems| {
            let problems = file.problems.iter().map(|it| ModelProblem::of(&file.resource, it));
            problems.collect::<Vec<_>>()
        };
        files.iter().flat_map(of_file).collect()
    }

    /// The problem of a file.
    pub(crate) fn of(resource: &str, problem: &model::Problem) -> Self {
        ModelProblem {
            severity: match problem.severity {
                model::Severity::Error => "error",
                model::Severity::Warning => "warning",
                model::Severity::Info => "info",
            },
            rule: problem.rule,
            element_id: problem.element.clone(),
            line: problem.line,
            column: problem.column,
            message: problem.message.clone(),
            hint: problem.hint.clone(),
            resource: resource.to_owned(),
        }
    }
}
