//! Tokens that this server signs: JSON Web Tokens with HMAC-SHA-256, for clients that speak OAuth
//! 2.0 client credentials (RFC 6749, 4.4; RFC 7519).
//!
//! Not here: tokens of others.

use access::identity::{Party, PartyId, PartyKind};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The header of every token of ours.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
/// Who signs, and for whom: ourselves.
const OURSELVES: &str = "segue";

/// What a token says.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    /// `CLIENT` or `USER`.
    kind: String,
    /// Generation of the secret it was given for, in hexadecimal digits.
    generation: String,
    /// Issued at, Unix seconds.
    iat: i64,
    /// Good until, Unix seconds.
    exp: i64,
}

/// A token for a party.
pub(super) fn sign(key: &[u8], owner: &Party, now_ms: i64, seconds: i64) -> String {
    let now = now_ms / 1_000;
    let claims = Claims {
        iss: OURSELVES.to_owned(),
        aud: OURSELVES.to_owned(),
        sub: owner.id.id.to_string(),
        kind: owner.id.kind.word().to_owned(),
        generation: format!("{:x}", owner.generation),
        iat: now,
        exp: now + seconds,
    };
    let claims = serde_json::to_string(&claims).expect("texts and numbers are valid JSON");
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(mac(key, &signed).finalize().into_bytes());
    format!("{signed}.{signature}")
}

/// Whose token it is and under which generation it was given, if we signed it and it is not over.
pub(super) fn verify(key: &[u8], token: &str, now_ms: i64) -> Option<(PartyId, u64)> {
    let (signed, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(key, signed).verify_slice(&signature).ok()?;
    let (header, claims) = signed.split_once('.')?;
    // Only our own header is ever signed with this key; nothing else chooses how it is checked.
    if URL_SAFE_NO_PAD.decode(header).ok()? != HEADER.as_bytes() {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let kind = PartyKind::ALL.into_iter().find(|it| it.word() == claims.kind)?;
    let is_ours = claims.iss == OURSELVES && claims.aud == OURSELVES;
    let generation = u64::from_str_radix(&claims.generation, 16).ok()?;
    (is_ours && now_ms / 1_000 < claims.exp).then(|| (PartyId::new(kind, &claims.sub), generation))
}

fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    mac.chain_update(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = &[7; 32];

    fn party(kind: PartyKind, id: &str) -> Party {
        Party { generation: 9, ..Party::new(PartyId::new(kind, id)) }
    }

    #[test]
    fn a_token_is_good_until_its_time_and_nobody_can_change_it() {
        let worker = party(PartyKind::Client, "worker");
        let token = sign(KEY, &worker, 1_000_000, 60);
        assert_eq!(verify(KEY, &token, 1_000_000), Some((worker.id, 9)));
        assert_eq!(verify(KEY, &token, 1_060_000), None, "its time is over");
        assert_eq!(verify(&[8; 32], &token, 1_000_000), None, "another key");
        let [header, _, signature] = *token.split('.').collect::<Vec<_>>() else { panic!() };
        let other = sign(KEY, &party(PartyKind::User, "admin"), 1_000_000, 60);
        let claims = other.split('.').nth(1).unwrap();
        assert_eq!(verify(KEY, &format!("{header}.{claims}.{signature}"), 1_000_000), None);
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        assert_eq!(verify(KEY, &format!("{none}.{claims}."), 1_000_000), None);
        for wrong in ["", ".", "a.b.c", "..", &token[..token.len() - 2]] {
            assert_eq!(verify(KEY, wrong, 1_000_000), None, "{wrong}");
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let token = sign(KEY, &party(PartyKind::Client, "worker"), 1_000_000, 60);
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(verify(KEY, &changed, 1_000_000), None, "byte {at}");
        }
    }
}
