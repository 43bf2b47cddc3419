//! `GET /api/v1/export/{what}`: everything of one kind, streamed.
//!
//! Not here: the lines (`export`). Pages are read as fast as the client takes them, so memory does
//! not grow with what is exported.

use crate::export::{Export, Format, Wanted, What};
use crate::limits::EXPORT_PAGES_AHEAD;
use crate::problem::{Problem, ProblemDetail};
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use crate::time;
use axum::body::{Body, HttpBody};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use http_body::Frame;
use serde::Deserialize;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::sync::mpsc;
use utoipa::IntoParams;

/// What is wanted of it.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExportQuery {
    /// `jsonl` (an object a line) or `csv`; `jsonl` by default.
    format: Option<String>,
    /// Only what comes after this position (audit, events) or key (the others): the first field
    /// of the last line that was read.
    #[serde(default)]
    after: u64,
    /// Only from this time on.
    from: Option<String>,
    /// Only before this time.
    to: Option<String>,
    /// Only of this BPMN process id.
    process_definition_id: Option<String>,
    /// Stop after about so many lines; the rest of one commit comes along.
    limit: Option<u64>,
}

/// Export everything of one kind
#[utoipa::path(
    get,
    path = "/api/v1/export/{what}",
    operation_id = "export",
    tag = "Segue",
    params(
        ("what" = String, Path,
            description = "`audit`, `events`, `incidents`, `instances`, `jobs` or `variables`."),
        ExportQuery,
    ),
    responses(
        (status = 200, description = "Lines, oldest first.", body = String,
            content_type = "application/x-ndjson"),
        (status = "4XX", description = "No such kind, format or time.", body = ProblemDetail),
    )
)]
pub(crate) async fn export(
    State(state): State<ApiState>,
    Path(what): Path<String>,
    query: Result<Query<ExportQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| {
        Problem::invalid(format!("Expected the parameters of an export, but: {error}."))
    })?;
    let wanted = wanted(&what, query)?;
    let format = wanted.format;
    let mut export = Export::new(wanted).map_err(Problem::invalid)?;
    let (sender, pages) = mpsc::channel(EXPORT_PAGES_AHEAD);
    let node = state.node().clone();
    tokio::spawn(async move {
        loop {
            let page = node.examine(move |store| {
                let page = export.next_page(store)?;
                Ok((export, page))
            });
            match page.await {
                Ok((_, None)) => return,
                Ok((going_on, Some(page))) => {
                    export = going_on;
                    // A client that went away wants no more.
                    if sender.send(Ok(Bytes::from(page))).await.is_err() {
                        return;
                    }
                }
                Err(refusal) => {
                    tracing::error!(%refusal, "an export broke off");
                    // The connection breaks, so that nobody takes a part for the whole.
                    drop(sender.send(Err(io::Error::other(refusal.to_string()))).await);
                    return;
                }
            }
        }
    });
    let mut response = Response::new(Body::new(Pages(pages)));
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::JsonLines => "application/x-ndjson",
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

fn wanted(what: &str, query: ExportQuery) -> Result<Wanted, Problem> {
    let what = What::of(what).ok_or_else(|| {
        let all = What::ALL.map(What::name).join("`, `");
        Problem::not_found(format!("Expected one of `{all}`, but found `{what}`."))
    })?;
    let format = match query.format.as_deref() {
        None | Some("jsonl") => Format::JsonLines,
        Some("csv") => Format::Csv,
        Some(other) => {
            return Err(Problem::invalid(format!(
                "Expected `format` to be `jsonl` or `csv`, but found `{other}`."
            )));
        }
    };
    let moment = |name: &str, text: Option<String>| {
        let parsed = text.map(|text| {
            time::parse(&text).ok_or_else(|| {
                Problem::invalid(format!(
                    "Expected `{name}` to be a time like 2026-01-01T00:00:00Z, but found `{text}`."
                ))
            })
        });
        parsed.transpose()
    };
    Ok(Wanted {
        what,
        format,
        after: query.after,
        from_ms: moment("from", query.from)?,
        to_ms: moment("to", query.to)?,
        process_id: query.process_definition_id,
        tenants: vec![DEFAULT_TENANT],
        limit: query.limit,
    })
}

/// A body of pages that come as they are read.
struct Pages(mpsc::Receiver<io::Result<Bytes>>);

impl HttpBody for Pages {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let page = ready!(self.0.poll_recv(context));
        Poll::Ready(page.map(|page| page.map(Frame::data)))
    }
}
