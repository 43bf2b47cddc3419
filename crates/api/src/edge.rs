//! The outermost layer: hosts are checked, panics are caught, problems get their text.
//!
//! Not here: limits of the connection (`serve`) and of bodies (`extract`).

use crate::problem::Problem;
use crate::state::ApiState;
use axum::extract::Request;
use axum::http::Uri;
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
    S: Service<Request, Response = Response, Error = Infallible>,
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
            Ok(()) => Progress::Runs(Box::pin(self.inner.call(request))),
            Err(problem) => Progress::Refused(problem),
        };
        Answering { uri, state }
    }
}

/// A request on its way through the inner service.
pub(crate) struct Answering<F> {
    uri: Uri,
    state: Progress<F>,
}

enum Progress<F> {
    Refused(Problem),
    Runs(Pin<Box<F>>),
}

impl<F: Future<Output = Result<Response, Infallible>>> Future for Answering<F> {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Answering { uri, state } = &mut *self;
        let running = match state {
            Progress::Refused(problem) => return Poll::Ready(Ok(problem.render(uri.path()))),
            Progress::Runs(running) => running,
        };
        let polled = catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(cx)));
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
