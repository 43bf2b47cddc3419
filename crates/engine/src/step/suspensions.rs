//! Steps of a tenant's suspensions: suspend and resume a definition or a job type.
//!
//! Not here: holding back what is suspended; the lane does that.

use super::Outcome;
use crate::command::{Rejection, SuspensionCommand};
use crate::limits::SUSPENSIONS_MAX;
use crate::state::suspensions::{SuspensionEvent, Suspensions};

/// One step of the suspensions of a tenant. On `Err` nothing changed.
pub fn step(
    state: &mut Suspensions,
    command: &SuspensionCommand,
) -> Result<Outcome<SuspensionEvent>, Rejection> {
    use SuspensionCommand as C;
    use SuspensionEvent as E;
    let wrong = |what: String, expected: &str, found: &str| {
        Err(Rejection::invalid_state(format!(
            "Expected {what} to be {expected}, but it is {found} already."
        )))
    };
    let event = match command {
        C::SuspendDefinition { tenant, definition } => {
            if state.definitions.binary_search(definition).is_ok() {
                return wrong(format!("definition `{definition}`"), "active", "suspended");
            }
            E::DefinitionSuspended { tenant: *tenant, definition: *definition }
        }
        C::ResumeDefinition { tenant, definition } => {
            if state.definitions.binary_search(definition).is_err() {
                return wrong(format!("definition `{definition}`"), "suspended", "active");
            }
            E::DefinitionResumed { tenant: *tenant, definition: *definition }
        }
        C::SuspendJobType { tenant, job_type } => {
            if state.job_types.binary_search(job_type).is_ok() {
                return wrong(format!("job type `{job_type}`"), "active", "suspended");
            }
            E::JobTypeSuspended { tenant: *tenant, job_type: job_type.clone() }
        }
        C::ResumeJobType { tenant, job_type } => {
            if state.job_types.binary_search(job_type).is_err() {
                return wrong(format!("job type `{job_type}`"), "suspended", "active");
            }
            E::JobTypeResumed { tenant: *tenant, job_type: job_type.clone() }
        }
    };
    let suspends = matches!(event, E::DefinitionSuspended { .. } | E::JobTypeSuspended { .. });
    if suspends && state.definitions.len() + state.job_types.len() >= SUSPENSIONS_MAX {
        return Err(Rejection::invalid_state(format!(
            "Expected at most {SUSPENSIONS_MAX} suspended definitions and job types, but there \
             are as many already. Resume some first."
        )));
    }
    state.apply(&event);
    Ok(Outcome { events: vec![event], ..Outcome::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;

    #[test]
    fn what_is_suspended_is_resumed_once() {
        let mut state = Suspensions::default();
        let (tenant, definition) = (3, Key(7));
        let job_type = || "pay".into();
        let suspend = SuspensionCommand::SuspendDefinition { tenant, definition };
        step(&mut state, &suspend).expect("it is active");
        assert!(step(&mut state, &suspend).is_err());
        let pause = SuspensionCommand::SuspendJobType { tenant, job_type: job_type() };
        step(&mut state, &pause).expect("it is active");
        assert!(step(&mut state, &pause).is_err());
        let resume = SuspensionCommand::ResumeDefinition { tenant, definition };
        step(&mut state, &resume).expect("it is suspended");
        assert!(step(&mut state, &resume).is_err() && !state.is_empty());
        let go_on = SuspensionCommand::ResumeJobType { tenant, job_type: job_type() };
        step(&mut state, &go_on).expect("it is suspended");
        assert!(state.is_empty());
    }
}
