//! The layer around all gRPC services: finds out who calls, as the edge does for REST.
//!
//! Not here: how an identity is checked (`auth`), and what the caller may do (the runtime).

use super::status::of;
use crate::auth::asker::ASKER;
use crate::state::ApiState;
use axum::http::{Request, Response};
use futures_util::future::Either;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tonic::body::Body;
use tower::{Layer, Service};

/// What asks nobody who they are.
const PUBLIC: &str = "/grpc.health.v1.Health/";

/// Puts [`Admit`] around a service.
#[derive(Clone)]
pub(super) struct AdmitLayer(pub(super) ApiState);

impl<S> Layer<S> for AdmitLayer {
    type Service = Admit<S>;

    fn layer(&self, inner: S) -> Admit<S> {
        Admit { state: self.0.clone(), inner }
    }
}

/// Lets calls through with their caller.
#[derive(Clone)]
pub(super) struct Admit<S> {
    state: ApiState,
    inner: S,
}

type Running<E> = Pin<Box<dyn Future<Output = Result<Response<Body>, E>> + Send>>;

impl<S, B> Service<Request<B>> for Admit<S>
where
    S: Service<Request<B>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Either<S::Future, Running<S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if !self.state.auth().asks() || request.uri().path().starts_with(PUBLIC) {
            return Either::Left(self.inner.call(request));
        }
        let waiting = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, waiting);
        let state = self.state.clone();
        Either::Right(Box::pin(async move {
            let (parts, body) = request.into_parts();
            let asker = state.auth().identify(&state, &parts.headers).await;
            let request = Request::from_parts(parts, body);
            match asker {
                Ok(asker) => ASKER.scope(asker, ready.call(request)).await,
                Err(problem) => Ok(of(problem).into_http()),
            }
        }))
    }
}
