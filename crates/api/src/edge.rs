//! The outermost layer: hosts are checked, callers are known and may, panics are caught, problems
//! get their text.
//!
//! Not here: limits of the connection (`serve`) and of bodies (`extract`).

use crate::auth::asker::{ASKER, Asker, Proof};
use crate::auth::guard::{Guard, forbidden, guard};
use crate::problem::Problem;
use crate::state::ApiState;
use axum::extract::{MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::{Layer, Service};

/// Puts [`Edge`] around a service.
#[derive(Clone)]
pub(crate) struct EdgeLayer(pub(crate) ApiState);

impl<S> Layer<S> for EdgeLayer {
    type Service = Edge<S>;

    fn layer(&self, inner: S) -> Edge<S> {
        Edge { state: self.0.clone(), inner }
    }
}

/// The outermost service.
#[derive(Clone)]
pub(crate) struct Edge<S> {
    state: ApiState,
    inner: S,
}

impl<S> Service<Request> for Edge<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let uri = request.uri().clone();
        let state = match self.state.hosts().check(request.headers(), &uri) {
            Ok(()) if self.state.auth().asks() => {
                let waiting = self.inner.clone();
                let ready = std::mem::replace(&mut self.inner, waiting);
                Progress::Asks(Box::pin(admit(self.state.clone(), ready, request)))
            }
            Ok(()) => Progress::Runs(Box::pin(self.inner.call(request))),
            Err(problem) => Progress::Refused(problem),
        };
        Answering { uri, state }
    }
}

/// Browsers send cookies by themselves: a change must come from a page of ours. (A foreign `Origin`
/// was refused before.)
fn same_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if headers.contains_key(header::ORIGIN) || site == Some(b"same-origin") {
        return Ok(());
    }
    Err(forbidden(
        "Expected the header `Origin` beside a session's cookie, but found none. Programs use a \
         token instead."
            .to_owned(),
    ))
}

/// A request on its way through the inner service.
pub(crate) struct Answering<F> {
    uri: Uri,
    state: Progress<F>,
}

enum Progress<F> {
    Refused(Problem),
    Runs(Pin<Box<F>>),
    /// Runs when it is known who asks, and whether they may.
    Asks(Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>),
}

/// Finds out who asks, whether they may, and lets the request through with its asker.
async fn admit<S>(state: ApiState, mut inner: S, request: Request) -> Result<Response, Infallible>
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    let (parts, body) = request.into_parts();
    let asked = asker(&state, &parts).await;
    let request = Request::from_parts(parts, body);
    match asked {
        Ok(Some(asker)) => ASKER.scope(asker, inner.call(request)).await,
        Ok(None) => inner.call(request).await,
        Err(problem) => Ok(problem.into_response()),
    }
}

/// Who asks, where the route asks for that. What matches no route shows pages and answers 404.
async fn asker(state: &ApiState, request: &Parts) -> Result<Option<Asker>, Problem> {
    let Some(route) = request.extensions.get::<MatchedPath>() else { return Ok(None) };
    let guard = guard(&request.method, route.as_str());
    if guard == Guard::Public {
        return Ok(None);
    }
    let asker = state.auth().identify(state, &request.headers).await?;
    if matches!(asker.proof, Proof::Session(_)) && !request.method.is_safe() {
        same_origin(&request.headers)?;
    }
    match guard.pass(&asker.actor) {
        Ok(reading) => Ok(Some(Asker { reading, ..asker })),
        Err(problem) => {
            let what = format!("{} {}: {}", request.method, route.as_str(), problem.detail);
            state.node().note_refusal(asker.actor.id, what).await;
            Err(problem)
        }
    }
}

impl<F: Future<Output = Result<Response, Infallible>>> Future for Answering<F> {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Answering { uri, state } = &mut *self;
        let polled = catch_unwind(AssertUnwindSafe(|| match state {
            Progress::Refused(problem) => Poll::Ready(Ok(problem.clone().into_response())),
            Progress::Runs(running) => running.as_mut().poll(cx),
            Progress::Asks(running) => running.as_mut().poll(cx),
        }));
        Poll::Ready(Ok(match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Ok(response))) => finish(response, uri),
            Err(_) => {
                tracing::error!(path = uri.path(), "a request handler panicked");
                let problem = Problem::internal(
                    "Expected the server to carry out the request, but it failed. The log says \
                     more.",
                );
                problem.render(uri.path())
            }
        }))
    }
}

/// A problem gets its text here, because only here the path is known.
fn finish(mut response: Response, uri: &Uri) -> Response {
    if response.status().as_u16() < 400 {
        return response;
    }
    match response.extensions_mut().remove::<Arc<Problem>>() {
        Some(problem) => {
            let mut rendered = problem.render(uri.path());
            for (name, value) in response.headers() {
                if name == axum::http::header::ALLOW {
                    rendered.headers_mut().insert(name, value.clone());
                }
            }
            rendered
        }
        None => response.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    async fn answered(handler: impl Future<Output = Result<Response, Infallible>>) -> Response {
        let (uri, state) = (Uri::from_static("/v2/topology"), Progress::Runs(Box::pin(handler)));
        let Ok(answer) = Answering { uri, state }.await;
        answer
    }

    async fn body(answer: Response) -> serde_json::Value {
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_and_nothing_else_ends() {
        let answer = answered(async { panic!("a handler breaks an invariant") }).await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let problem = body(answer).await;
        assert_eq!(problem["title"], "INTERNAL_ERROR");
        assert_eq!(problem["instance"], "/v2/topology");
    }

    #[tokio::test]
    async fn a_problem_gets_its_path() {
        let answer = answered(async { Ok(Problem::not_found("gone").into_response()) }).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(body(answer).await["instance"], "/v2/topology");
    }
}
