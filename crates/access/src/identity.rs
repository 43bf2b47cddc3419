//! Who there is: users, clients, groups, roles, who belongs to whom, and who was granted what.
//!
//! Not here: passwords and tokens as people type them (only hashes are held), storage, clocks.

use crate::grant::{Grant, Grants};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// The role whose members may do everything.
pub const ADMINISTRATORS: &str = "admin";

/// A kind of party. The numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartyKind {
    /// A program with a secret of its own.
    Client = 1,
    /// People and programs that belong together.
    Group = 2,
    /// What is granted together.
    Role = 3,
    /// A person.
    User = 4,
}

impl PartyKind {
    /// All kinds.
    pub const ALL: [PartyKind; 4] =
        [PartyKind::Client, PartyKind::Group, PartyKind::Role, PartyKind::User];

    /// Whether such a party can say who it is.
    #[must_use]
    pub fn signs_in(self) -> bool {
        matches!(self, PartyKind::Client | PartyKind::User)
    }

    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            PartyKind::Client => "CLIENT",
            PartyKind::Group => "GROUP",
            PartyKind::Role => "ROLE",
            PartyKind::User => "USER",
        }
    }
}

/// Names a party.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyId {
    /// What it is.
    pub kind: PartyKind,
    /// Its id.
    pub id: Arc<str>,
}

impl PartyId {
    /// A party's name.
    #[must_use]
    pub fn new(kind: PartyKind, id: &str) -> Self {
        PartyId { kind, id: id.into() }
    }
}

/// Hash of a password or secret in PHC form. Not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretHash(pub String);

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

/// A user, client, group or role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Which.
    pub id: PartyId,
    /// What people call it.
    pub name: String,
    /// A user's e-mail address.
    pub email: Option<String>,
    /// What a group or role is for.
    pub description: Option<String>,
    /// How its password or secret is checked; none: it cannot sign in by one.
    pub secret: Option<SecretHash>,
    /// Random, and another one after each change of the secret: sessions and signed tokens name
    /// the one they were made under, and are no good under another.
    pub generation: u64,
}

impl Party {
    /// A party that is called by its id and has no secret.
    #[must_use]
    pub fn new(id: PartyId) -> Self {
        let name = id.id.to_string();
        Party { id, name, email: None, description: None, secret: None, generation: 0 }
    }
}

/// Permissions on a resource for a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Its key.
    pub key: u64,
    /// Who has it.
    pub owner: PartyId,
    /// What was granted.
    pub grant: Grant,
}

/// What a token is for. The numbers are on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// A program sends it with each request.
    Api = 1,
    /// A browser keeps it in a cookie, until its user signs out.
    Session = 2,
}

/// A token that stands for a user or client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of the token, in hexadecimal digits.
    pub digest: String,
    /// Whose it is.
    pub owner: PartyId,
    /// What it is for.
    pub kind: TokenKind,
    /// What its owner calls it.
    pub name: String,
    /// When it was made, Unix milliseconds.
    pub made_ms: i64,
    /// Until when it is good, Unix milliseconds; `None`: until it is deleted.
    pub expires_ms: Option<i64>,
}

impl Token {
    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now_ms: i64) -> bool {
        self.expires_ms.is_some_and(|until| until <= now_ms)
    }
}

/// One change of who there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new party, or another state of a known one. Its sessions end when its generation changes.
    PutParty(Party),
    /// A party and all that belongs to it goes.
    DeleteParty(PartyId),
    /// A member joins a group or role.
    Join {
        /// The group or role.
        to: PartyId,
        /// Who.
        member: PartyId,
    },
    /// A member leaves.
    Leave {
        /// The group or role.
        from: PartyId,
        /// Who.
        member: PartyId,
    },
    /// An authorization is given or changed.
    PutAuthorization(Authorization),
    /// An authorization is taken back.
    DeleteAuthorization(u64),
    /// A token is given out.
    PutToken(Token),
    /// A token is no good any more; by digest.
    DeleteToken(String),
}

/// Who there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// All parties.
    pub parties: BTreeMap<PartyId, Party>,
    /// (group or role, member).
    pub memberships: BTreeSet<(PartyId, PartyId)>,
    /// By key.
    pub authorizations: BTreeMap<u64, Authorization>,
    /// By digest.
    pub tokens: BTreeMap<String, Token>,
}

impl Identity {
    /// Applies a change. What it refers to need not be there.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::PutParty(party) => {
                let before = self.parties.insert(party.id.clone(), party.clone());
                if before.is_some_and(|before| before.generation != party.generation) {
                    self.tokens.retain(|_, token| {
                        token.owner != party.id || token.kind != TokenKind::Session
                    });
                }
            }
            Change::DeleteParty(id) => {
                self.parties.remove(id);
                self.memberships.retain(|(to, member)| to != id && member != id);
                self.authorizations.retain(|_, held| held.owner != *id);
                self.tokens.retain(|_, token| token.owner != *id);
            }
            Change::Join { to, member } => {
                self.memberships.insert((to.clone(), member.clone()));
            }
            Change::Leave { from, member } => {
                self.memberships.remove(&(from.clone(), member.clone()));
            }
            Change::PutAuthorization(held) => {
                self.authorizations.insert(held.key, held.clone());
            }
            Change::DeleteAuthorization(key) => {
                self.authorizations.remove(key);
            }
            Change::PutToken(token) => {
                self.tokens.insert(token.digest.clone(), token.clone());
            }
            Change::DeleteToken(digest) => {
                self.tokens.remove(digest);
            }
        }
    }

    /// How many things it holds.
    #[must_use]
    pub fn size(&self) -> usize {
        let members = self.memberships.len() + self.authorizations.len();
        self.parties.len() + self.tokens.len() + members
    }

    /// The user or client with this id; no two of them share one.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&Party> {
        let kinds = [PartyKind::User, PartyKind::Client].into_iter();
        kinds.map(|kind| PartyId::new(kind, id)).find_map(|id| self.parties.get(&id))
    }

    /// Members of a group or role, of one kind.
    pub fn members(&self, of: &PartyId, kind: PartyKind) -> impl Iterator<Item = &PartyId> {
        let found = self.memberships.iter().filter(move |(to, _)| to == of);
        found.map(|(_, member)| member).filter(move |member| member.kind == kind)
    }

    /// The party and every group and role it belongs to, directly or through a group.
    #[must_use]
    pub fn hats(&self, party: &PartyId) -> BTreeSet<PartyId> {
        self.reached(party, |(to, member)| (member, to))
    }

    /// A party and everything linked to it, over any number of steps.
    fn reached(
        &self,
        from: &PartyId,
        link: impl Fn(&(PartyId, PartyId)) -> (&PartyId, &PartyId),
    ) -> BTreeSet<PartyId> {
        let mut found = BTreeSet::from([from.clone()]);
        loop {
            let links = self.memberships.iter().map(&link);
            let more: Vec<_> = links
                .filter(|(near, far)| found.contains(*near) && !found.contains(*far))
                .map(|(_, far)| far.clone())
                .collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
        }
    }

    /// All that a party was granted.
    #[must_use]
    pub fn grants_of(&self, party: &PartyId) -> Grants {
        let hats = self.hats(party);
        if hats.contains(&PartyId::new(PartyKind::Role, ADMINISTRATORS)) {
            return Grants::All;
        }
        let own = self.authorizations.values().filter(|held| hats.contains(&held.owner));
        Grants::Listed(own.map(|held| held.grant.clone()).collect())
    }

    /// The role of administrators and all who have it, directly or through a group.
    #[must_use]
    pub fn administration(&self) -> BTreeMap<PartyId, Option<&Party>> {
        let role = PartyId::new(PartyKind::Role, ADMINISTRATORS);
        let all = self.reached(&role, |(to, member)| (to, member));
        all.into_iter().map(|id| (id.clone(), self.parties.get(&id))).collect()
    }

    /// Whether there is a user who may do everything and can sign in.
    #[must_use]
    pub fn has_administrator(&self) -> bool {
        let all = self.administration();
        let mut known = all.values().flatten();
        known.any(|party| party.id.kind == PartyKind::User && party.secret.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::{Permission, ResourceType};

    fn user(name: &str) -> PartyId {
        PartyId::new(PartyKind::User, name)
    }

    fn with_secret(id: PartyId) -> Party {
        Party { secret: Some(SecretHash("$argon2id$ada".to_owned())), ..Party::new(id) }
    }

    fn token(kind: TokenKind) -> Change {
        Change::PutToken(Token {
            digest: format!("{kind:?}"),
            owner: user("ada"),
            kind,
            name: "laptop".to_owned(),
            made_ms: 1,
            expires_ms: Some(9),
        })
    }

    fn with(changes: &[Change]) -> Identity {
        let mut identity = Identity::default();
        changes.iter().for_each(|change| identity.apply(change));
        identity
    }

    #[test]
    fn a_role_comes_through_a_group() {
        let clerks = PartyId::new(PartyKind::Group, "clerks");
        let readers = PartyId::new(PartyKind::Role, "readers");
        let permissions = vec![Permission::ReadProcessInstance];
        let read = Grant { resource: ResourceType::ProcessDefinition, id: None, permissions };
        let mut identity = with(&[
            Change::PutParty(Party::new(user("ada"))),
            Change::Join { to: clerks.clone(), member: user("ada") },
            Change::Join { to: readers.clone(), member: clerks.clone() },
            Change::PutAuthorization(Authorization { key: 1, owner: readers, grant: read.clone() }),
        ]);
        assert_eq!(identity.grants_of(&user("ada")), Grants::Listed([read].into()));
        assert_eq!(identity.grants_of(&user("bob")), Grants::none());
        identity.apply(&Change::Leave { from: clerks, member: user("ada") });
        assert_eq!(identity.grants_of(&user("ada")), Grants::none());
    }

    #[test]
    fn groups_in_a_circle_end() {
        let (one, two) = (PartyId::new(PartyKind::Group, "1"), PartyId::new(PartyKind::Group, "2"));
        let identity = with(&[
            Change::Join { to: one.clone(), member: two.clone() },
            Change::Join { to: two.clone(), member: one.clone() },
        ]);
        assert_eq!(identity.hats(&one), BTreeSet::from([one, two]));
    }

    #[test]
    fn who_goes_takes_everything_along() {
        let admins = PartyId::new(PartyKind::Role, ADMINISTRATORS);
        let mut identity = with(&[
            Change::PutParty(with_secret(user("ada"))),
            Change::Join { to: admins, member: user("ada") },
            token(TokenKind::Api),
            token(TokenKind::Session),
        ]);
        assert!(identity.has_administrator());
        assert_eq!(identity.grants_of(&user("ada")), Grants::All);
        identity.apply(&Change::DeleteParty(user("ada")));
        assert_eq!(identity, Identity::default());
        assert!(!identity.has_administrator());
    }

    #[test]
    fn an_administrator_who_cannot_sign_in_is_none() {
        let admins = PartyId::new(PartyKind::Role, ADMINISTRATORS);
        let nobody = Party::new(user("ada"));
        let identity =
            with(&[Change::PutParty(nobody), Change::Join { to: admins, member: user("ada") }]);
        assert!(!identity.has_administrator());
    }

    #[test]
    fn a_new_secret_ends_sessions_and_leaves_tokens() {
        let ada = with_secret(user("ada"));
        let mut identity = with(&[
            Change::PutParty(ada.clone()),
            token(TokenKind::Api),
            token(TokenKind::Session),
        ]);
        identity.apply(&Change::PutParty(Party { name: "Ada".to_owned(), ..ada.clone() }));
        assert_eq!(identity.tokens.len(), 2, "a new name is no new secret");
        identity.apply(&Change::PutParty(Party { generation: 7, ..ada }));
        assert_eq!(identity.tokens.keys().collect::<Vec<_>>(), ["Api"]);
    }

    #[test]
    fn a_hash_is_not_shown() {
        let shown = format!("{:?}", with_secret(user("ada")));
        assert!(!shown.contains("argon2"), "{shown}");
    }
}
