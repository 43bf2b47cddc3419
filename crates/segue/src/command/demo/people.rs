//! Who one can be in the demo: users with different rights, and the client of its own workers.
//!
//! Not here: what the workers do, and how a server checks passwords.

use std::fmt::Write;

use access::identity::{PartyId, PartyKind};
use access::{Grant, Permission, ResourceType};
use api::Guest;

use crate::credentials::basic;

use Permission as P;
use ResourceType as R;

/// A user of the demo: name, what people call it, what it is for.
type User = (&'static str, &'static str, &'static str);

const ADMIN: User = ("demo-admin", "Dana (administrator)", "may do everything");
const OPERATOR: User =
    ("demo-operator", "Lee (operator)", "watches, repairs and changes what runs");
const CLERK: User = ("demo-clerk", "Mia (clerk)", "works on tasks, and sees nothing else");
const AUDITOR: User = ("demo-auditor", "Kim (auditor)", "sees everything and changes nothing");

/// In the order in which they are told.
const USERS: [User; 4] = [ADMIN, OPERATOR, CLERK, AUDITOR];
/// Who the demo's workers, clerk and customers are.
const WORKERS: (&str, &str) = ("demo-workers", "The demo's workers and customers");

fn all(resource: ResourceType, permissions: &[Permission]) -> Grant {
    Grant { resource, id: None, permissions: permissions.to_vec() }
}

/// What an operator sees and changes.
fn operating() -> Vec<Grant> {
    vec![
        all(
            R::ProcessDefinition,
            &[
                P::CancelProcessInstance,
                P::CreateProcessInstance,
                P::ModifyProcessInstance,
                P::ReadProcessDefinition,
                P::ReadProcessInstance,
                P::ReadUserTask,
                P::UpdateProcessInstance,
                P::UpdateUserTask,
            ],
        ),
        all(
            R::DecisionDefinition,
            &[P::CreateDecisionInstance, P::ReadDecisionDefinition, P::ReadDecisionInstance],
        ),
        all(R::Message, &[P::Create, P::Read]),
        all(R::Signal, &[P::Create, P::Read]),
        all(R::Alert, &[P::Read, P::Update]),
        all(R::Case, &[P::Create, P::Read, P::Update]),
        all(R::Resource, &[P::Create, P::Read]),
        all(R::System, &[P::Read]),
    ]
}

/// What an auditor sees.
fn auditing() -> Vec<Grant> {
    let reading = [P::Read];
    let mut grants = vec![
        all(
            R::ProcessDefinition,
            &[P::ReadProcessDefinition, P::ReadProcessInstance, P::ReadUserTask],
        ),
        all(R::DecisionDefinition, &[P::ReadDecisionDefinition, P::ReadDecisionInstance]),
    ];
    let seen = [
        R::Alert,
        R::AuditLog,
        R::Authorization,
        R::Case,
        R::Group,
        R::Message,
        R::Resource,
        R::Role,
        R::Signal,
        R::System,
        R::User,
    ];
    grants.extend(seen.into_iter().map(|resource| all(resource, &reading)));
    grants
}

/// Everybody who is to be there; the workers come last.
pub(super) fn guests() -> Vec<Guest> {
    let user = |(name, called, _): User, grants: Vec<Grant>| Guest {
        id: PartyId::new(PartyKind::User, name),
        name: called,
        is_administrator: name == ADMIN.0,
        grants,
    };
    let tasks = all(R::ProcessDefinition, &[P::ReadUserTask, P::UpdateUserTask]);
    vec![
        user(ADMIN, Vec::new()),
        user(OPERATOR, operating()),
        user(CLERK, vec![tasks]),
        user(AUDITOR, auditing()),
        Guest {
            id: PartyId::new(PartyKind::Client, WORKERS.0),
            name: WORKERS.1,
            is_administrator: false,
            grants: operating(),
        },
    ]
}

/// How the workers say who they are; nothing for a server that does not ask.
pub(super) fn authorization(passwords: &[String]) -> Option<&'static str> {
    let password = passwords.get(USERS.len())?;
    // Once for the life of the process: every connection has it.
    Some(basic(WORKERS.0, password).leak())
}

/// Who one can be, in words, and the words of `curl` that say so; empty where nobody is asked.
pub(super) fn told(passwords: &[String]) -> (String, String) {
    let [administrator, ..] = passwords else { return Default::default() };
    let mut who = "Sign in as one of these; the passwords are new at every start:\n\n".to_owned();
    for ((name, _, does), password) in USERS.iter().zip(passwords) {
        let _ = writeln!(who, "  {name:<14} {password}   {does}");
    }
    let _ = write!(who, "\n  export SEGUE_USERNAME={} SEGUE_PASSWORD={administrator}\n\n", ADMIN.0);
    (who, format!("-u {}:{administrator} ", ADMIN.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workers_come_after_the_users() {
        let guests = guests();
        assert_eq!(guests.len(), USERS.len() + 1);
        assert_eq!(guests[USERS.len()].id.kind, PartyKind::Client);
        assert!(authorization(&[]).is_none(), "nobody asks");
    }

    #[test]
    fn an_auditor_changes_nothing() {
        let reading = |permission: &Permission| permission.word().starts_with("READ");
        assert!(auditing().iter().all(|grant| grant.permissions.iter().all(reading)));
    }
}
