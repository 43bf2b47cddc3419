//! From what a request says to who asks, or 401.
//!
//! Not here: what it may do.

use super::asker::{Asker, Proof};
use super::credentials::Credentials;
use super::password::{self, PasswordCost};
use super::{Authentication, digest_of, new_secret, random, signed};
use crate::limits::{
    PASSWORD_BYTES_MAX, PASSWORD_CHECKS_AT_ONCE, PASSWORD_FAILURES_MAX, PASSWORD_FAILURES_MS,
    PASSWORD_REMEMBERED_MS, PASSWORDS_REMEMBERED_MAX, SESSION_IDLE_MS, SESSION_MS,
    SESSIONS_PER_USER_MAX, TOKEN_SECONDS,
};
use crate::problem::Problem;
use crate::state::ApiState;
use crate::tenant::DEFAULT_TENANT;
use access::identity::{Change, Identity, Party, PartyId, PartyKind, SecretHash, Token, TokenKind};
use access::{Actor, Grants};
use axum::http::{HeaderMap, StatusCode};
use engine::command::Rejection;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OnceCell, Semaphore};

/// An API token of this server begins so; what follows is random.
pub(crate) const TOKEN_PREFIX: &str = "segue_";

/// A name, or a name and a password, under a key of this process: what is kept of them in memory.
type Keyed = [u8; 32];

/// Checks who asks.
pub(crate) struct Authenticator {
    mode: Authentication,
    cost: PasswordCost,
    key: [u8; 32],
    /// Passwords that were right a moment ago, with the generation they were right under: hashing
    /// on each request of a worker would keep a core busy.
    remembered: Mutex<BTreeMap<Keyed, (PartyId, u64, Instant)>>,
    /// Wrong passwords of late, by name, since when.
    failures: Mutex<BTreeMap<Keyed, (u32, Instant)>>,
    checking: Semaphore,
    /// A hash nobody's password has.
    nobodys: OnceLock<SecretHash>,
    actors: Mutex<Actors>,
    /// When a session was last used, by digest; after a restart it is as if it had just been.
    seen: Mutex<BTreeMap<String, Instant>>,
    signing: OnceCell<[u8; 32]>,
}

/// Grants are worked out once for each state of who there is.
#[derive(Default)]
struct Actors {
    of: Option<Arc<Identity>>,
    by_party: BTreeMap<PartyId, Actor>,
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").field("mode", &self.mode).finish_non_exhaustive()
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn actor(id: Arc<str>, tenants: &[u32], grants: Grants) -> Actor {
    Actor { id, acting_for: None, tenants: tenants.into(), grants }
}

impl Authenticator {
    pub(crate) fn new(mode: Authentication, cost: PasswordCost) -> Self {
        Authenticator {
            mode,
            cost,
            key: random(),
            remembered: Mutex::default(),
            failures: Mutex::default(),
            checking: Semaphore::new(PASSWORD_CHECKS_AT_ONCE),
            nobodys: OnceLock::new(),
            actors: Mutex::default(),
            seen: Mutex::default(),
            signing: OnceCell::new(),
        }
    }

    /// Whether callers must say who they are.
    pub(crate) fn asks(&self) -> bool {
        self.mode != Authentication::None
    }

    /// Who everybody is where nobody is asked.
    pub(crate) fn anybody() -> Actor {
        actor("local".into(), &[DEFAULT_TENANT], Grants::All)
    }

    /// Who asks outside of any request: may do nothing.
    pub(crate) fn nobody() -> Actor {
        actor("nobody".into(), &[], Grants::none())
    }

    /// The server itself.
    pub(crate) fn system() -> Actor {
        actor("segue".into(), &[DEFAULT_TENANT], Grants::All)
    }

    /// Who asks with these headers.
    pub(crate) async fn identify(
        &self,
        state: &ApiState,
        headers: &HeaderMap,
    ) -> Result<Asker, Problem> {
        let found = match Credentials::of(headers)? {
            Credentials::None => {
                return Err(unknown(
                    "Expected credentials, but found none. docs/security.md tells how.",
                ));
            }
            Credentials::Unreadable => None,
            Credentials::Basic(name, password) => self.check(state, &name, password).await?,
            Credentials::Bearer(token) => self.bearer(state, &token).await?,
            Credentials::Session(secret) => self.session(state, &secret),
        };
        let (party, proof) = found.ok_or_else(wrong)?;
        let actor = self.actor(&state.node().identity(), &party).ok_or_else(wrong)?;
        Ok(Asker { actor, party, proof, reading: None })
    }

    /// Who asked, as it is now: for what lasts longer than a request.
    pub(crate) fn again(&self, state: &ApiState, asker: &Asker) -> Result<Actor, Problem> {
        let identity = state.node().identity();
        let good = match &asker.proof {
            Proof::Secret(generation) => {
                let party = identity.parties.get(&asker.party);
                party.is_some_and(|party| party.generation == *generation)
            }
            Proof::Token(digest) | Proof::Session(digest) => {
                let now_ms = state.node().now_ms();
                identity.tokens.get(digest).is_some_and(|token| !token.is_over(now_ms))
            }
        };
        if !good {
            return Err(wrong());
        }
        self.actor(&identity, &asker.party).ok_or_else(wrong)
    }

    fn actor(&self, identity: &Arc<Identity>, party: &PartyId) -> Option<Actor> {
        let mut actors = held(&self.actors);
        if !actors.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, identity)) {
            *actors = Actors { of: Some(Arc::clone(identity)), by_party: BTreeMap::new() };
        }
        if let Some(actor) = actors.by_party.get(party) {
            return Some(actor.clone());
        }
        identity.parties.get(party)?;
        let made = actor(Arc::clone(&party.id), &[DEFAULT_TENANT], identity.grants_of(party));
        actors.by_party.insert(party.clone(), made.clone());
        Some(made)
    }

    async fn bearer(
        &self,
        state: &ApiState,
        token: &str,
    ) -> Result<Option<(PartyId, Proof)>, Problem> {
        if token.starts_with(TOKEN_PREFIX) {
            let held = owner_of(state, token, TokenKind::Api);
            return Ok(held.map(|(owner, digest)| (owner, Proof::Token(digest))));
        }
        let key = self.signing_key(state).await?;
        let signed = signed::verify(&key, token, state.node().now_ms());
        let identity = state.node().identity();
        let good = signed.filter(|(party, generation)| {
            identity.parties.get(party).is_some_and(|party| party.generation == *generation)
        });
        Ok(good.map(|(party, generation)| (party, Proof::Secret(generation))))
    }

    async fn signing_key(&self, state: &ApiState) -> Result<[u8; 32], Problem> {
        let key = self.signing.get_or_try_init(|| state.node().signing_key(random()));
        Ok(*key.await?)
    }

    /// A signed token for a client that has just said who it is, and for how many seconds it is
    /// good; none when it is gone by now.
    pub(crate) async fn token_for(
        &self,
        state: &ApiState,
        client: &PartyId,
    ) -> Result<Option<(String, i64)>, Problem> {
        let key = self.signing_key(state).await?;
        let identity = state.node().identity();
        let now_ms = state.node().now_ms();
        let party = identity.parties.get(client);
        Ok(party.map(|it| (signed::sign(&key, it, now_ms, TOKEN_SECONDS), TOKEN_SECONDS)))
    }

    fn session(&self, state: &ApiState, secret: &str) -> Option<(PartyId, Proof)> {
        let (owner, digest) = owner_of(state, secret, TokenKind::Session)?;
        let idle = Duration::from_millis(SESSION_IDLE_MS);
        let mut seen = held(&self.seen);
        if seen.get(&digest).is_some_and(|last| last.elapsed() > idle) {
            return None;
        }
        seen.insert(digest.clone(), Instant::now());
        Some((owner, Proof::Session(digest)))
    }

    /// Begins a session for a user; its secret.
    pub(crate) async fn begin_session(
        &self,
        state: &ApiState,
        username: &str,
        password: String,
    ) -> Result<String, Problem> {
        if !self.asks() {
            return Err(Problem::from(Rejection::invalid_state(
                "Expected a server that asks who calls, but this one does not: everybody is signed \
                 in.",
            )));
        }
        let checked = self.check(state, username, password).await?;
        let user = checked.filter(|(party, _)| party.kind == PartyKind::User);
        let (owner, _) = user.ok_or_else(wrong)?;
        let actor = self.actor(&state.node().identity(), &owner).ok_or_else(wrong)?;
        let (secret, made_ms) = (new_secret(), state.node().now_ms());
        let expires_ms = Some(made_ms.saturating_add_unsigned(SESSION_MS));
        let (digest, name) = (digest_of(&secret), "browser".to_owned());
        let kind = TokenKind::Session;
        let decide = move |identity: &Identity| {
            if !identity.parties.contains_key(&owner) {
                return Err(Rejection::not_found("Expected a user who is there, but it is gone."));
            }
            let sessions = identity.tokens.values().filter(|it| it.kind == TokenKind::Session);
            let (over, good): (Vec<&Token>, Vec<&Token>) =
                sessions.partition(|it| it.is_over(made_ms));
            let mut own: Vec<&Token> = good.into_iter().filter(|it| it.owner == owner).collect();
            own.sort_by_key(|it| std::cmp::Reverse(it.made_ms));
            let oldest = own.into_iter().skip(SESSIONS_PER_USER_MAX - 1);
            let gone = over.into_iter().chain(oldest);
            let gone = gone.map(|it| Change::DeleteToken(it.digest.clone())).collect::<Vec<_>>();
            let token = Token { digest, owner, kind, name, made_ms, expires_ms };
            Ok(gone.into_iter().chain([Change::PutToken(token)]).collect())
        };
        state.node().change_identity(&actor, decide).await?;
        let identity = state.node().identity();
        held(&self.seen).retain(|digest, _| identity.tokens.contains_key(digest));
        Ok(secret)
    }

    /// Ends the session of a request, if it has one.
    pub(crate) async fn end_session(
        &self,
        state: &ApiState,
        headers: &HeaderMap,
    ) -> Result<(), Problem> {
        let Credentials::Session(secret) = Credentials::of(headers)? else { return Ok(()) };
        let Some((owner, digest)) = owner_of(state, &secret, TokenKind::Session) else {
            return Ok(());
        };
        let actor = self.actor(&state.node().identity(), &owner).ok_or_else(wrong)?;
        let decide = |_: &Identity| Ok(vec![Change::DeleteToken(digest)]);
        Ok(state.node().change_identity(&actor, decide).await?)
    }

    /// What a password's hash costs here.
    pub(crate) fn cost(&self) -> PasswordCost {
        self.cost
    }

    /// The user or client with this name and password or secret.
    pub(crate) async fn check(
        &self,
        state: &ApiState,
        name: &str,
        password: String,
    ) -> Result<Option<(PartyId, Proof)>, Problem> {
        if password.len() > PASSWORD_BYTES_MAX || name.len() > PASSWORD_BYTES_MAX {
            return Ok(None);
        }
        let (key, by_name) = (self.keyed(&[name, &password]), self.keyed(&[name]));
        if let Some((party, generation)) = self.remembers(&state.node().identity(), &key) {
            return Ok(Some((party, Proof::Secret(generation))));
        }
        self.fewer_failures(&by_name)?;
        let _slot = self.checking.acquire().await.expect("nobody closes the slots");
        let identity = state.node().identity();
        let party = identity.named(name).filter(|party| party.secret.is_some()).cloned();
        // An unknown name takes as long as a wrong password: nobody learns which names there are.
        let hash = match party.as_ref().and_then(|party| party.secret.clone()) {
            Some(hash) => hash,
            None => self.nobodys(state).await?,
        };
        let fits = state.compute(move || password::fits(&password, &hash)).await?;
        match party {
            Some(party) if fits => {
                self.remember(key, &party);
                Ok(Some((party.id, Proof::Secret(party.generation))))
            }
            party => {
                self.failed(by_name);
                if let Some(Party { id, .. }) = party {
                    let what = "sign in: wrong password or secret".to_owned();
                    state.node().note_refusal(id.id, what).await;
                }
                Ok(None)
            }
        }
    }

    async fn nobodys(&self, state: &ApiState) -> Result<SecretHash, Problem> {
        if let Some(hash) = self.nobodys.get() {
            return Ok(hash.clone());
        }
        let cost = self.cost;
        let hash = state.compute(move || password::hash(&super::new_secret(), cost)).await?;
        Ok(self.nobodys.get_or_init(|| hash).clone())
    }

    fn keyed(&self, parts: &[&str]) -> Keyed {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("any key will do");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    fn remembers(&self, identity: &Identity, key: &Keyed) -> Option<(PartyId, u64)> {
        let held = held(&self.remembered);
        let (party, generation, until) = held.get(key)?;
        let now = identity.parties.get(party)?;
        // A changed password is asked for at once.
        (Instant::now() < *until && now.generation == *generation)
            .then(|| (party.clone(), *generation))
    }

    fn remember(&self, key: Keyed, party: &Party) {
        let mut held = held(&self.remembered);
        let now = Instant::now();
        if held.len() >= PASSWORDS_REMEMBERED_MAX {
            held.retain(|_, (_, _, until)| now < *until);
        }
        if held.len() < PASSWORDS_REMEMBERED_MAX {
            let until = now + Duration::from_millis(PASSWORD_REMEMBERED_MS);
            held.insert(key, (party.id.clone(), party.generation, until));
        }
    }

    fn fewer_failures(&self, name: &Keyed) -> Result<(), Problem> {
        let failures = held(&self.failures);
        let window = Duration::from_millis(PASSWORD_FAILURES_MS);
        let many = |(count, since): &(u32, Instant)| {
            *count >= PASSWORD_FAILURES_MAX && since.elapsed() < window
        };
        if failures.get(name).is_some_and(many) {
            return Err(Problem::too_many(
                "Expected fewer wrong passwords, but there were too many for this name of late. \
                 Wait a minute.",
                window.as_secs(),
            ));
        }
        Ok(())
    }

    fn failed(&self, name: Keyed) {
        let mut failures = held(&self.failures);
        let window = Duration::from_millis(PASSWORD_FAILURES_MS);
        if failures.len() >= PASSWORDS_REMEMBERED_MAX {
            failures.retain(|_, (_, since)| since.elapsed() < window);
        }
        if failures.len() >= PASSWORDS_REMEMBERED_MAX {
            return;
        }
        let (count, since) = failures.entry(name).or_insert((0, Instant::now()));
        if since.elapsed() >= window {
            (*count, *since) = (0, Instant::now());
        }
        *count = count.saturating_add(1);
    }
}

/// Whose token of a kind this is, if it is good, and its digest.
fn owner_of(state: &ApiState, token: &str, kind: TokenKind) -> Option<(PartyId, String)> {
    let (identity, digest) = (state.node().identity(), digest_of(token));
    let held = identity.tokens.get(&digest)?;
    let good = held.kind == kind && !held.is_over(state.node().now_ms());
    good.then(|| (held.owner.clone(), digest))
}

/// 401: who are you?
pub(crate) fn unknown(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", detail)
}

fn wrong() -> Problem {
    unknown("Expected credentials that are good, but found others. They may be wrong, or over.")
}
