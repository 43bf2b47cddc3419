//! The API: REST under `/v2` and gRPC as Camunda 8 clients speak them, and our own under `/api/v1`.
//!
//! Not here: what requests mean (`engine`) and carrying them out (`runtime`). Nothing here decides;
//! a handler parses, asks the node and writes the answer.

mod answer;
mod auth;
mod edge;
pub mod export;
mod extract;
mod form_check;
mod grpc;
mod host;
mod json_scan;
mod json_write;
mod keys;
pub mod limits;
mod multipart;
mod names;
mod own;
mod problem;
mod raw_variables;
mod router;
#[cfg(test)]
mod schema_test;
mod search;
mod serve;
mod stall;
mod state;
mod tenant;
mod time;
mod v2;
mod wire_int;
mod workspace;

pub use auth::{
    Authentication, FirstAdministrator, Guest, PasswordCost, first_administrator, invite,
};
pub use router::{openapi, router};
pub use serve::{Listeners, serve};
pub use state::{ApiState, Config};
