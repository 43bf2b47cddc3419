//! Who is there at a start: the first administrator, when callers must say who they are and nobody
//! could; and the users and clients a demo brings along.
//!
//! Not here: any other user.

use super::password::{self, PasswordCost};
use super::{Authenticator, new_secret, random};
use crate::problem::Problem;
use access::Grant;
use access::identity::{
    ADMINISTRATORS, Authorization, Change, Identity, Party, PartyId, PartyKind, SecretHash,
};
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
    let secret = Some(hash(&password, cost).await?);
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

async fn hash(secret: &str, cost: PasswordCost) -> Result<SecretHash, String> {
    let secret = secret.to_owned();
    let hashed = tokio::task::spawn_blocking(move || password::hash(&secret, cost)).await;
    hashed.map_err(|error| error.to_string())
}

/// A user or client a demo brings along.
#[derive(Debug, Clone)]
pub struct Guest {
    /// The user or client.
    pub id: PartyId,
    /// What people call it.
    pub name: &'static str,
    /// Whether it may do everything.
    pub is_administrator: bool,
    /// What it may do by itself.
    pub grants: Vec<Grant>,
}

/// Characters of a guest's password: 96 bits, and short enough to be copied by hand.
const GUEST_PASSWORD_CHARACTERS: usize = 16;

/// Makes users and clients that are not there yet, and gives each a new password, which is told in
/// the same order; only hashes are kept. What was granted to one that is there stays.
///
/// # Errors
/// When the store fails, or a name is taken by the other kind.
pub async fn invite(
    node: &Node,
    cost: PasswordCost,
    guests: Vec<Guest>,
) -> Result<Vec<String>, String> {
    let (mut passwords, mut invited) = (Vec::new(), Vec::new());
    for guest in guests {
        let mut password = new_secret();
        password.truncate(GUEST_PASSWORD_CHARACTERS);
        invited.push((guest, hash(&password, cost).await?));
        passwords.push(password);
    }
    let decide = move |identity: &Identity| {
        let role = PartyId::new(PartyKind::Role, ADMINISTRATORS);
        let mut changes = Vec::new();
        if !identity.parties.contains_key(&role) {
            let name = "Administrators".to_owned();
            changes.push(Change::PutParty(Party { name, ..Party::new(role.clone()) }));
        }
        for (guest, secret) in invited {
            let known = identity.parties.get(&guest.id);
            let fresh = || Party { name: guest.name.to_owned(), ..Party::new(guest.id.clone()) };
            let mut party = known.cloned().unwrap_or_else(fresh);
            party.secret = Some(secret);
            party.generation = u64::from_be_bytes(random());
            changes.push(Change::PutParty(party));
            if known.is_some() {
                continue;
            }
            let owner = guest.id;
            if guest.is_administrator {
                changes.push(Change::Join { to: role.clone(), member: owner.clone() });
            }
            changes.extend(guest.grants.into_iter().map(|grant| {
                let key = (u64::from_be_bytes(random()) >> 2).max(1);
                Change::PutAuthorization(Authorization { key, owner: owner.clone(), grant })
            }));
        }
        Ok(changes)
    };
    let made = node.change_identity(&Authenticator::system(), decide).await;
    made.map_err(|refusal| Problem::from(refusal).detail)?;
    Ok(passwords)
}
