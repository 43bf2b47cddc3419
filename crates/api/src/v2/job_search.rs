//! `POST /v2/jobs/search`: jobs, live and ended.
//!
//! Not here: handing them out and ending them.

use super::tables::JOBS;
use crate::answer;
use crate::extract::JsonBody;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::search_schemas;
use crate::search::{Row, Search};
use crate::state::ApiState;
use axum::extract::State;
use axum::response::Response;
use store::view::{Cell, jobs};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

search_schemas!(&JOBS, Job, JobSearch, JobSearchResult, "hasFailedWithRetriesLeft": boolean);

fn boolean() -> Object {
    ObjectBuilder::new().schema_type(Type::Boolean).build()
}

/// Search jobs
#[utoipa::path(
    post,
    path = "/v2/jobs/search",
    operation_id = "searchJobs",
    tag = "Job",
    request_body = Option<JobSearch>,
    responses(
        (status = 200, description = "What was found.", body = JobSearchResult),
        (status = "4XX", description = "A wrong search.", body = ProblemDetail),
    )
)]
pub(crate) async fn search_jobs(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let found = Search::parse(&JOBS, &body)?.find(&state, &JOBS).await?;
    Ok(answer::json(found.answer(&JOBS, &mut |row, object| {
        object.number("hasFailedWithRetriesLeft", has_failed_with_retries_left(row));
    })))
}

const FAILED: Cell = Cell::Int(3);

fn has_failed_with_retries_left(row: &Row) -> bool {
    row[jobs::STATE as usize] == FAILED && row[jobs::RETRIES as usize] > Cell::Int(0)
}
