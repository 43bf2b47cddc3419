//! Problems as gRPC statuses, in the codes that clients act on.
//!
//! Not here: texts; they are the problem's own.

use crate::problem::Problem;
use axum::http::StatusCode;
use engine::key::Key;
use tonic::{Code, Status};

/// The status of a problem.
pub(super) fn of(problem: Problem) -> Status {
    Status::new(code(&problem), problem.detail)
}

fn code(problem: &Problem) -> Code {
    match (problem.status, problem.title) {
        (_, "ALREADY_EXISTS") => Code::AlreadyExists,
        (StatusCode::UNAUTHORIZED, _) => Code::Unauthenticated,
        (StatusCode::FORBIDDEN, _) => Code::PermissionDenied,
        (StatusCode::NOT_FOUND, _) => Code::NotFound,
        (StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY, _) => Code::FailedPrecondition,
        (StatusCode::TOO_MANY_REQUESTS, _) => Code::ResourceExhausted,
        (StatusCode::NOT_IMPLEMENTED, _) => Code::Unimplemented,
        (StatusCode::SERVICE_UNAVAILABLE, _) => Code::Unavailable,
        (StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT, _) => Code::DeadlineExceeded,
        (status, _) if status.is_client_error() => Code::InvalidArgument,
        _ => Code::Internal,
    }
}

/// The key in a message's field.
pub(super) fn key(field: &str, number: i64) -> Result<Key, Status> {
    match u64::try_from(number) {
        Ok(key) if key > 0 => Ok(Key(key)),
        _ => Err(Status::invalid_argument(format!(
            "Expected `{field}` to be a key, a positive number, but found {number}."
        ))),
    }
}

/// A key in an answer.
pub(super) fn number(key: Key) -> i64 {
    // Keys have 63 bits.
    key.0.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::command::{Rejection, RejectionKind};
    use runtime::request::Refusal;

    #[test]
    fn clients_find_the_codes_they_act_on() {
        let rejected =
            |kind| Problem::from(Refusal::Rejected(Rejection { kind, message: "no".to_owned() }));
        let full = Problem::from(Refusal::Busy { retry_after_ms: 5 });
        let stopping = Problem::from(Refusal::Unavailable { reason: String::new() });
        for (problem, expected) in [
            (rejected(RejectionKind::NotFound), Code::NotFound),
            (rejected(RejectionKind::InvalidState), Code::FailedPrecondition),
            (rejected(RejectionKind::InvalidArgument), Code::InvalidArgument),
            (rejected(RejectionKind::AlreadyExists), Code::AlreadyExists),
            (full, Code::ResourceExhausted),
            (stopping, Code::Unavailable),
            (Problem::timed_out("late"), Code::DeadlineExceeded),
            (Problem::not_implemented("not yet"), Code::Unimplemented),
            (Problem::too_large("big"), Code::InvalidArgument),
            (Problem::internal("broken"), Code::Internal),
        ] {
            assert_eq!(of(problem.clone()).code(), expected, "{problem:?}");
        }
    }

    #[test]
    fn a_key_is_positive() {
        assert_eq!(key("jobKey", 7).unwrap(), Key(7));
        for number in [0, -1, i64::MIN] {
            assert_eq!(key("jobKey", number).unwrap_err().code(), Code::InvalidArgument);
        }
    }
}
