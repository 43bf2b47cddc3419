//! Statistics of jobs, from the counters the projector keeps per minute, type and worker.
//!
//! Times are taken to the minute. Not here: jobs themselves.

use crate::answer;
use crate::extract::JsonBody;
use crate::problem::{Problem, ProblemDetail};
use crate::search::schema::list_schema;
use crate::search::{
    Field, Kind, PageRequest, Row, each_row, filter_on, listing, matches, text_of,
};
use crate::state::ApiState;
use crate::time;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::view::{Cell, Column, Filter, Test, View, job_counts, jobs};
use utoipa::{IntoParams, ToSchema};

const MINUTE_MS: i64 = 60_000;

/// How many, and when the last one.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusMetric {
    count: i64,
    #[schema(required)]
    last_updated_at: Option<String>,
}

/// What became of jobs.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct JobStatistics {
    created: StatusMetric,
    completed: StatusMetric,
    failed: StatusMetric,
}

impl JobStatistics {
    fn add(&mut self, row: &Row) {
        for (metric, count, last) in [
            (&mut self.created, job_counts::CREATED, job_counts::CREATED_MS),
            (&mut self.completed, job_counts::COMPLETED, job_counts::COMPLETED_MS),
            (&mut self.failed, job_counts::FAILED, job_counts::FAILED_MS),
        ] {
            if let Cell::Int(count) = row[count as usize] {
                metric.count += count;
            }
            if let Cell::Int(last_ms) = row[last as usize] {
                // Times of one form are in the order of their texts.
                metric.last_updated_at =
                    metric.last_updated_at.take().max(Some(time::format(last_ms)));
            }
        }
    }
}

/// From when to when.
#[derive(Debug, Clone, Copy)]
struct Span {
    from_ms: i64,
    to_ms: i64,
}

impl Span {
    fn parse(from: &str, to: &str) -> Result<Self, Problem> {
        let read = |name: &str, text: &str| {
            time::parse(text).ok_or_else(|| {
                Problem::invalid(format!(
                    "Expected `{name}` to be a time like 2026-01-01T00:00:00.000Z, but found \
                     `{text}`."
                ))
            })
        };
        Ok(Span { from_ms: read("from", from)?, to_ms: read("to", to)? })
    }

    fn filters(self, column: Column) -> Vec<Filter> {
        let from_ms = self.from_ms - self.from_ms.rem_euclid(MINUTE_MS);
        vec![
            Filter { column, test: Test::Ge(Cell::Int(from_ms)) },
            Filter { column, test: Test::Lt(Cell::Int(self.to_ms)) },
        ]
    }
}

fn of_type(column: Column, job_type: &str) -> Filter {
    Filter { column, test: Test::Eq(Cell::Text(job_type.into())) }
}

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GlobalJobStatisticsParameters {
    /// From when on.
    from: String,
    /// Until when.
    to: String,
    /// Jobs of this type only.
    job_type: Option<String>,
}

/// What became of all jobs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GlobalJobStatistics {
    #[serde(flatten)]
    jobs: JobStatistics,
    is_incomplete: bool,
}

/// Count jobs
#[utoipa::path(
    get,
    path = "/v2/jobs/statistics/global",
    operation_id = "getGlobalJobStatistics",
    tag = "Job",
    params(GlobalJobStatisticsParameters),
    responses(
        (status = 200, description = "The counts.", body = GlobalJobStatistics),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn global(
    State(state): State<ApiState>,
    wanted: Result<Query<GlobalJobStatisticsParameters>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wanted) = wanted.map_err(|error| {
        Problem::invalid(format!("Expected `from` and `to` as times, but: {error}."))
    })?;
    let mut filters = Span::parse(&wanted.from, &wanted.to)?.filters(job_counts::MINUTE_MS);
    filters.extend(wanted.job_type.map(|it| of_type(job_counts::JOB_TYPE, &it)));
    let mut jobs = JobStatistics::default();
    each_row(&state, View::JobCounts, filters, Vec::new(), |row| jobs.add(row)).await?;
    Ok(answer::dto(&GlobalJobStatistics { jobs, is_incomplete: false }))
}

/// Which types of jobs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JobTypeFilter {
    /// From when on.
    from: String,
    /// Until when.
    to: String,
    /// A type, or conditions.
    #[schema(value_type = Option<crate::search::schema::StringFilter>)]
    job_type: Option<Value>,
}

/// Job types, as a list to be cut into pages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobTypeStatisticsQuery {
    /// From when to when; without it, all there is.
    filter: Option<JobTypeFilter>,
    /// Which part.
    page: Option<PageRequest>,
}

/// What became of the jobs of a type.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobTypeStatistics {
    job_type: String,
    #[serde(flatten)]
    jobs: JobStatistics,
    /// How many workers ended or failed any.
    workers: usize,
}

list_schema!(JobTypeStatistics, JobTypeStatisticsResult);

/// Count jobs by their types
#[utoipa::path(
    post,
    path = "/v2/jobs/statistics/by-types",
    operation_id = "getJobTypeStatistics",
    tag = "Job",
    request_body = JobTypeStatisticsQuery,
    responses(
        (status = 200, description = "The counts.", body = JobTypeStatisticsResult),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn by_types(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: JobTypeStatisticsQuery = body.parse()?;
    let (mut filters, mut job_type) = (Vec::new(), None);
    if let Some(filter) = wanted.filter {
        filters = Span::parse(&filter.from, &filter.to)?.filters(job_counts::MINUTE_MS);
        job_type = filter.job_type;
    }
    let mut found: BTreeMap<String, (JobStatistics, BTreeSet<String>)> = BTreeMap::new();
    each_row(&state, View::JobCounts, filters, Vec::new(), |row| {
        let text = |column| text_of(row, column).unwrap_or_default().to_owned();
        let (jobs, workers) = found.entry(text(job_counts::JOB_TYPE)).or_default();
        jobs.add(row);
        workers.extend(Some(text(job_counts::WORKER)).filter(|worker| !worker.is_empty()));
    })
    .await?;
    let field = Field::asked("jobType", job_counts::JOB_TYPE, Kind::Text);
    let mut items = Vec::new();
    for (name, (jobs, workers)) in found {
        if let Some(test) = &job_type
            && !matches(&field, test, &Cell::Text(name.as_str().into()))?
        {
            continue;
        }
        items.push(JobTypeStatistics { job_type: name, jobs, workers: workers.len() });
    }
    listing::page(&items, &[], wanted.page.as_ref())
}

/// Which jobs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JobWorkerFilter {
    /// From when on.
    from: String,
    /// Until when.
    to: String,
    /// Their type.
    job_type: String,
}

/// Workers, as a list to be cut into pages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobWorkerStatisticsQuery {
    /// Which jobs.
    filter: JobWorkerFilter,
    /// Which part.
    page: Option<PageRequest>,
}

/// What a worker did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobWorkerStatistics {
    worker: String,
    #[serde(flatten)]
    jobs: JobStatistics,
}

list_schema!(JobWorkerStatistics, JobWorkerStatisticsResult);

/// Count jobs of a type by their workers
#[utoipa::path(
    post,
    path = "/v2/jobs/statistics/by-workers",
    operation_id = "getJobWorkerStatistics",
    tag = "Job",
    request_body = JobWorkerStatisticsQuery,
    responses(
        (status = 200, description = "The counts.", body = JobWorkerStatisticsResult),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn by_workers(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: JobWorkerStatisticsQuery = body.parse()?;
    let filter = wanted.filter;
    let mut filters = Span::parse(&filter.from, &filter.to)?.filters(job_counts::MINUTE_MS);
    filters.push(of_type(job_counts::JOB_TYPE, &filter.job_type));
    let mut found: BTreeMap<String, JobStatistics> = BTreeMap::new();
    each_row(&state, View::JobCounts, filters, Vec::new(), |row| {
        let worker = text_of(row, job_counts::WORKER).unwrap_or_default();
        if !worker.is_empty() {
            found.entry(worker.to_owned()).or_default().add(row);
        }
    })
    .await?;
    let items: Vec<_> =
        found.into_iter().map(|(worker, jobs)| JobWorkerStatistics { worker, jobs }).collect();
    listing::page(&items, &[], wanted.page.as_ref())
}

/// Which jobs, and how long a step is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JobTimeSeriesFilter {
    /// From when on.
    from: String,
    /// Until when.
    to: String,
    /// Their type.
    job_type: String,
    /// How long a step is, as `PT1M` (the default) or more.
    resolution: Option<String>,
}

/// Steps in time, as a list to be cut into pages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobTimeSeriesStatisticsQuery {
    /// Which jobs.
    filter: JobTimeSeriesFilter,
    /// Which part.
    page: Option<PageRequest>,
}

/// What became of jobs in a step of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobTimeSeriesStatistics {
    /// When it begins.
    time: String,
    #[serde(flatten)]
    jobs: JobStatistics,
}

list_schema!(JobTimeSeriesStatistics, JobTimeSeriesStatisticsResult);

/// Count jobs of a type over time
#[utoipa::path(
    post,
    path = "/v2/jobs/statistics/time-series",
    operation_id = "getJobTimeSeriesStatistics",
    tag = "Job",
    request_body = JobTimeSeriesStatisticsQuery,
    responses(
        (status = 200, description = "The counts; steps without jobs are left out.",
            body = JobTimeSeriesStatisticsResult),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn time_series(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    let wanted: JobTimeSeriesStatisticsQuery = body.parse()?;
    let filter = wanted.filter;
    let step_ms = step_ms(filter.resolution.as_deref().unwrap_or("PT1M"))?;
    let mut filters = Span::parse(&filter.from, &filter.to)?.filters(job_counts::MINUTE_MS);
    filters.push(of_type(job_counts::JOB_TYPE, &filter.job_type));
    let mut found: BTreeMap<i64, JobStatistics> = BTreeMap::new();
    each_row(&state, View::JobCounts, filters, Vec::new(), |row| {
        if let Cell::Int(minute_ms) = row[job_counts::MINUTE_MS as usize] {
            found.entry(minute_ms - minute_ms.rem_euclid(step_ms)).or_default().add(row);
        }
    })
    .await?;
    let steps = found.into_iter();
    let items: Vec<_> =
        steps.map(|(ms, jobs)| JobTimeSeriesStatistics { time: time::format(ms), jobs }).collect();
    listing::page(&items, &[], wanted.page.as_ref())
}

fn step_ms(text: &str) -> Result<i64, Problem> {
    let step = text.parse::<jiff::SignedDuration>().ok();
    let step_ms = step.and_then(|step| i64::try_from(step.as_millis()).ok());
    step_ms.filter(|ms| *ms >= MINUTE_MS && ms % MINUTE_MS == 0).ok_or_else(|| {
        Problem::invalid(format!(
            "Expected `resolution` to be whole minutes like PT5M, but found `{text}`."
        ))
    })
}

/// Which failures.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JobErrorFilter {
    /// From when on.
    from: String,
    /// Until when.
    to: String,
    /// Type of the jobs.
    job_type: String,
    /// The code, or conditions.
    #[schema(value_type = Option<crate::search::schema::StringFilter>)]
    error_code: Option<Value>,
    /// The message, or conditions.
    #[schema(value_type = Option<crate::search::schema::StringFilter>)]
    error_message: Option<Value>,
}

/// Errors, as a list to be cut into pages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobErrorStatisticsQuery {
    /// Which failures.
    filter: JobErrorFilter,
    /// Which part.
    page: Option<PageRequest>,
}

/// Workers that met the same error.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobErrorStatistics {
    error_code: String,
    error_message: String,
    workers: usize,
}

list_schema!(JobErrorStatistics, JobErrorStatisticsResult);

/// Count workers by the errors they met
///
/// Looks at jobs that failed and were not completed since, and at thrown errors.
#[utoipa::path(
    post,
    path = "/v2/jobs/statistics/errors",
    operation_id = "getJobErrorStatistics",
    tag = "Job",
    request_body = JobErrorStatisticsQuery,
    responses(
        (status = 200, description = "The counts.", body = JobErrorStatisticsResult),
        (status = "4XX", description = "A wrong query.", body = ProblemDetail),
    )
)]
pub(crate) async fn errors(
    State(state): State<ApiState>,
    body: JsonBody,
) -> Result<Response, Problem> {
    /// Numbers of the states of a failed job and of one that threw an error.
    const FAILED: [i64; 2] = [3, 4];
    let wanted: JobErrorStatisticsQuery = body.parse()?;
    let filter = wanted.filter;
    let span = Span::parse(&filter.from, &filter.to)?;
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for failed in FAILED {
        let mut filters = span.filters(jobs::UPDATED_MS);
        filters.push(filter_on(jobs::STATE, failed));
        filters.push(of_type(jobs::JOB_TYPE, &filter.job_type));
        let order = vec![(jobs::CREATED_MS, true)];
        each_row(&state, View::Jobs, filters, order, |row| {
            let text = |column| text_of(row, column).unwrap_or_default().to_owned();
            let error = (text(jobs::ERROR_CODE), text(jobs::ERROR_MESSAGE));
            found.entry(error).or_default().insert(text(jobs::WORKER));
        })
        .await?;
    }
    let mut items = Vec::new();
    for ((error_code, error_message), workers) in found {
        let passes = |name, test: &Option<Value>, text: &str| match test {
            Some(test) => {
                matches(&Field::asked(name, 0, Kind::Text), test, &Cell::Text(text.into()))
            }
            None => Ok(true),
        };
        if passes("errorCode", &filter.error_code, &error_code)?
            && passes("errorMessage", &filter.error_message, &error_message)?
        {
            items.push(JobErrorStatistics { error_code, error_message, workers: workers.len() });
        }
    }
    listing::page(&items, &[], wanted.page.as_ref())
}
