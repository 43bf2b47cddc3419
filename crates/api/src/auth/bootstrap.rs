//! The first administrator: made when callers must say who they are and nobody could.
//!
//! Not here: any other user.

use super::password::{self, PasswordCost};
use super::{Authenticator, new_secret, random};
use crate::problem::Problem;
use access::identity::{ADMINISTRATORS, Change, Identity, Party, PartyId, PartyKind};
use runtime::node::Node;
use std::fmt;

/// How the first administrator is called.
const NAME: &str = "admin";

/// The first administrator, told once. `Debug` does not show the password.
pub struct FirstAdministrator {
    /// The user.
    pub username: String,
    /// The password; only its hash is kept.
    pub password: String,
}

impl fmt::Debug for FirstAdministrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstAdministrator").field("username", &self.username).finish()
    }
}

/// Makes the role of administrators and, when no user who has it can sign in, one who can. A user
/// `admin` that is there gets the new password.
///
/// # Errors
/// When the store fails.
pub async fn first_administrator(
    node: &Node,
    cost: PasswordCost,
) -> Result<Option<FirstAdministrator>, String> {
    if node.identity().has_administrator() {
        return Ok(None);
    }
    let password = new_secret();
    let hashed = password.clone();
    let hash = tokio::task::spawn_blocking(move || password::hash(&hashed, cost)).await;
    let secret = Some(hash.map_err(|error| error.to_string())?);
    let generation = u64::from_be_bytes(random());
    let decide = move |identity: &Identity| {
        let role = PartyId::new(PartyKind::Role, ADMINISTRATORS);
        let user = PartyId::new(PartyKind::User, NAME);
        let named = |id: &PartyId, name: &str| {
            let fresh = || Party { name: name.to_owned(), ..Party::new(id.clone()) };
            identity.parties.get(id).cloned().unwrap_or_else(fresh)
        };
        let administrator = Party { secret, generation, ..named(&user, "Administrator") };
        Ok(vec![
            Change::PutParty(named(&role, "Administrators")),
            Change::PutParty(administrator),
            Change::Join { to: role, member: user },
        ])
    };
    let made = node.change_identity(&Authenticator::system(), decide).await;
    made.map_err(|refusal| Problem::from(refusal).detail)?;
    Ok(Some(FirstAdministrator { username: NAME.to_owned(), password }))
}
