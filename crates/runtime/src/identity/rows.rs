//! Parties, memberships, authorizations and tokens as rows on disk. Kinds and field orders are for
//! ever.
//!
//! Not the wire.

use crate::identity::SIGNING_KEY_BYTES;
use access::grant::{Grant, Permission, ResourceType};
use access::identity::{
    Authorization, Change, Identity, Party, PartyId, PartyKind, SecretHash, Token, TokenKind,
};
use engine::key::Key;
use engine::record::codec::{Bad, Reader, Wire, Writer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::identity::{IdentityChange, IdentityRow};

const PARTY: u8 = 1;
const MEMBERSHIP: u8 = 2;
const AUTHORIZATION: u8 = 3;
const TOKEN: u8 = 4;
const SIGNING_KEY: u8 = 5;

const FORMAT: u8 = 1;

/// What a row says.
pub(super) enum Row {
    Change(Change),
    SigningKey([u8; SIGNING_KEY_BYTES]),
}

/// What a kind of row is called in the audit chain.
fn word(kind: u8) -> &'static str {
    match kind {
        PARTY => "party",
        MEMBERSHIP => "membership",
        AUTHORIZATION => "authorization",
        TOKEN => "token",
        _ => "key",
    }
}

pub(super) fn signing_key(key: [u8; SIGNING_KEY_BYTES]) -> IdentityRow {
    let mut writer = Writer::new(Key(0), FORMAT);
    key.put(&mut writer);
    IdentityRow { kind: SIGNING_KEY, id: String::new(), body: writer.finish() }
}

/// Rows that differ: a party that goes takes others along.
pub(super) fn difference(before: &Identity, after: &Identity) -> IdentityChange {
    let mut change = IdentityChange::default();
    let mut words = Vec::new();
    compare(&mut change, &mut words, (PARTY, &before.parties, &after.parties), name, party_body);
    let pairs = |all: &BTreeSet<(PartyId, PartyId)>| -> BTreeMap<(PartyId, PartyId), ()> {
        all.iter().map(|pair| (pair.clone(), ())).collect()
    };
    let (old, new) = (pairs(&before.memberships), pairs(&after.memberships));
    for pair in old.keys().filter(|pair| !new.contains_key(*pair)) {
        words.push(format!("{} leaves {}", name(&pair.1), name(&pair.0)));
        change.delete.push((MEMBERSHIP, membership(pair)));
    }
    for pair in new.keys().filter(|pair| !old.contains_key(*pair)) {
        words.push(format!("{} joins {}", name(&pair.1), name(&pair.0)));
        change.put.push(row(MEMBERSHIP, membership(pair), membership_body(pair)));
    }
    let authorizations = (AUTHORIZATION, &before.authorizations, &after.authorizations);
    compare(&mut change, &mut words, authorizations, u64::to_string, authorization_body);
    let tokens = (TOKEN, &before.tokens, &after.tokens);
    compare(&mut change, &mut words, tokens, String::clone, token_body);
    change.what = words.join(", ");
    change
}

fn compare<K: Ord, V: PartialEq>(
    change: &mut IdentityChange,
    words: &mut Vec<String>,
    (kind, before, after): (u8, &BTreeMap<K, V>, &BTreeMap<K, V>),
    id: impl Fn(&K) -> String,
    body: impl Fn(&V) -> Vec<u8>,
) {
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        words.push(format!("delete {} {}", word(kind), id(key)));
        change.delete.push((kind, id(key)));
    }
    for (key, value) in after.iter().filter(|(key, value)| before.get(*key) != Some(*value)) {
        let verb = if before.contains_key(key) { "change" } else { "make" };
        words.push(format!("{verb} {} {}", word(kind), id(key)));
        change.put.push(row(kind, id(key), body(value)));
    }
}

fn row(kind: u8, id: String, body: Vec<u8>) -> IdentityRow {
    IdentityRow { kind, id, body }
}

fn membership(pair: &(PartyId, PartyId)) -> String {
    format!("{} {}", name(&pair.0), name(&pair.1))
}

fn membership_body((to, member): &(PartyId, PartyId)) -> Vec<u8> {
    let mut writer = Writer::new(Key(0), FORMAT);
    put_id(&mut writer, to);
    put_id(&mut writer, member);
    writer.finish()
}

fn token_body(token: &Token) -> Vec<u8> {
    let mut writer = Writer::new(Key(0), FORMAT);
    put_id(&mut writer, &token.owner);
    writer.varint(token.kind as u64);
    text(&token.name).put(&mut writer);
    token.made_ms.put(&mut writer);
    token.expires_ms.put(&mut writer);
    writer.finish()
}

/// A party in words: no word of a kind has a colon.
fn name(id: &PartyId) -> String {
    format!("{}:{}", id.kind.word(), id.id)
}

fn party_body(party: &Party) -> Vec<u8> {
    let mut writer = Writer::new(Key(0), FORMAT);
    put_id(&mut writer, &party.id);
    text(&party.name).put(&mut writer);
    let secret = party.secret.as_ref().map(|hash| &hash.0);
    for optional in [party.email.as_ref(), party.description.as_ref(), secret] {
        optional.map(|it| text(it)).put(&mut writer);
    }
    party.generation.put(&mut writer);
    writer.finish()
}

fn authorization_body(held: &Authorization) -> Vec<u8> {
    let mut writer = Writer::new(Key(0), FORMAT);
    put_id(&mut writer, &held.owner);
    text(held.grant.resource.word()).put(&mut writer);
    held.grant.id.put(&mut writer);
    let words: Vec<Arc<str>> = held.grant.permissions.iter().map(|it| text(it.word())).collect();
    words.put(&mut writer);
    writer.finish()
}

fn text(text: &str) -> Arc<str> {
    text.into()
}

fn put_id(writer: &mut Writer, id: &PartyId) {
    writer.varint(id.kind as u64);
    id.id.put(writer);
}

fn take_id(reader: &mut Reader<'_>) -> Result<PartyId, Bad> {
    let number = reader.varint()?;
    let kind = PartyKind::ALL.into_iter().find(|kind| *kind as u64 == number);
    let kind = kind.ok_or_else(|| reader.bad(format!("unknown kind of party {number}")))?;
    Ok(PartyId { kind, id: Wire::take(reader)? })
}

/// Reads a row.
pub(super) fn read(row: &IdentityRow) -> Result<Row, Bad> {
    let mut reader = Reader::new(Key(0), FORMAT, &row.body)?;
    let reader = &mut reader;
    Ok(Row::Change(match row.kind {
        PARTY => {
            let id = take_id(reader)?;
            let name: Arc<str> = Wire::take(reader)?;
            let mut optional = || -> Result<Option<String>, Bad> {
                let text: Option<Arc<str>> = Wire::take(reader)?;
                Ok(text.map(|text| text.to_string()))
            };
            let (email, description, secret) = (optional()?, optional()?, optional()?);
            let (name, secret) = (name.to_string(), secret.map(SecretHash));
            let generation = Wire::take(reader)?;
            Change::PutParty(Party { id, name, email, description, secret, generation })
        }
        MEMBERSHIP => Change::Join { to: take_id(reader)?, member: take_id(reader)? },
        AUTHORIZATION => {
            let owner = take_id(reader)?;
            let resource: Arc<str> = Wire::take(reader)?;
            let resource = ResourceType::of(&resource)
                .ok_or_else(|| reader.bad(format!("unknown resource type {resource}")))?;
            let id = Wire::take(reader)?;
            let words: Vec<Arc<str>> = Wire::take(reader)?;
            // A permission of a newer release grants nothing here.
            let permissions = words.iter().filter_map(|word| Permission::of(word)).collect();
            let key = row.id.parse().map_err(|_| reader.bad(format!("key {}", row.id)))?;
            let grant = Grant { resource, id, permissions };
            Change::PutAuthorization(Authorization { key, owner, grant })
        }
        TOKEN => {
            let owner = take_id(reader)?;
            let kind = match reader.varint()? {
                1 => TokenKind::Api,
                2 => TokenKind::Session,
                other => return Err(reader.bad(format!("unknown kind of token {other}"))),
            };
            let name: Arc<str> = Wire::take(reader)?;
            let (made_ms, expires_ms) = (Wire::take(reader)?, Wire::take(reader)?);
            let (digest, name) = (row.id.clone(), name.to_string());
            Change::PutToken(Token { digest, owner, kind, name, made_ms, expires_ms })
        }
        SIGNING_KEY => return Ok(Row::SigningKey(Wire::take(reader)?)),
        other => return Err(reader.bad(format!("unknown row of identity {other}"))),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    fn sample() -> Identity {
        let ada = PartyId::new(PartyKind::User, "ada");
        let clerks = PartyId::new(PartyKind::Group, "clerks");
        let party = Party {
            id: ada.clone(),
            name: "Ada".to_owned(),
            email: Some("ada@example.org".to_owned()),
            description: None,
            secret: Some(SecretHash("$argon2id$x".to_owned())),
            generation: 3,
        };
        let permissions = vec![Permission::ReadProcessInstance, Permission::UpdateUserTask];
        let (resource, id) = (ResourceType::ProcessDefinition, Some("order".into()));
        let held = Authorization {
            key: 7,
            owner: ada.clone(),
            grant: Grant { resource, id, permissions },
        };
        let token = Token {
            digest: "ab".to_owned(),
            owner: ada.clone(),
            kind: TokenKind::Session,
            name: "laptop".to_owned(),
            made_ms: 3,
            expires_ms: Some(9),
        };
        let mut identity = Identity::default();
        for change in [
            Change::PutParty(party),
            Change::Join { to: clerks, member: ada },
            Change::PutAuthorization(held),
            Change::PutToken(token),
        ] {
            identity.apply(&change);
        }
        identity
    }

    #[test]
    fn what_was_written_reads_back() {
        let mut read_back = Identity::default();
        for row in difference(&Identity::default(), &sample()).put {
            match read(&row).unwrap() {
                Row::Change(change) => read_back.apply(&change),
                Row::SigningKey(_) => panic!("there is none"),
            }
        }
        assert_eq!(read_back, sample());
        let Ok(Row::SigningKey(key)) = read(&signing_key([7; 32])) else { panic!() };
        assert_eq!(key, [7; 32]);
    }

    #[test]
    fn a_party_that_goes_takes_its_rows_along() {
        let mut after = sample();
        after.apply(&Change::DeleteParty(PartyId::new(PartyKind::User, "ada")));
        let change = difference(&sample(), &after);
        assert_eq!((change.put.len(), change.delete.len()), (0, 4));
        let what = "delete party USER:ada, USER:ada leaves GROUP:clerks, delete authorization 7, \
                    delete token ab";
        assert_eq!(change.what, what);
        let made = difference(&after, &sample());
        assert!(!made.what.contains("argon2"), "{}", made.what);
    }

    #[test]
    fn a_row_of_another_kind_is_refused() {
        let row = IdentityRow { kind: 99, ..signing_key([0; 32]) };
        assert!(read(&row).is_err());
    }
}
