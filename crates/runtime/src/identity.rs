//! Who there is, as the store keeps it: read at the start, changed in one transaction each, with
//! its record in the audit chain.
//!
//! Not here: what the parts mean (`access`), and checking a password (`api`).

mod rows;

use crate::limits::{DENIAL_INTERVAL_MS, DENIALS_KNOWN_MAX, IDENTITY_ROWS_MAX};
use crate::node::{Node, Shared, StartError};
use crate::request::{Caller, Refusal};
use access::identity::{Change, Identity};
use access::{Actor, Permission, Reach, ResourceType};
use engine::command::Rejection;
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use store::Store;
use store::identity::{AccessNote, IdentityChange};

/// Bytes of the key that signs tokens.
pub const SIGNING_KEY_BYTES: usize = 32;

/// Who there is, in memory.
#[derive(Debug)]
pub(crate) struct Identities {
    current: RwLock<Arc<Identity>>,
    /// Held while a change is decided and written.
    changing: Mutex<()>,
    signing_key: RwLock<Option<[u8; SIGNING_KEY_BYTES]>>,
    /// When a refusal was last noted, by who and what.
    noted: Mutex<FxHashMap<(Arc<str>, String), i64>>,
}

impl Identities {
    /// Reads everything.
    pub(crate) fn open(store: &dyn Store) -> Result<Self, StartError> {
        let mut identity = Identity::default();
        let mut signing_key = None;
        for row in store.identity()? {
            match rows::read(&row)? {
                rows::Row::Change(change) => identity.apply(&change),
                rows::Row::SigningKey(key) => signing_key = Some(key),
            }
        }
        Ok(Identities {
            current: RwLock::new(Arc::new(identity)),
            changing: Mutex::default(),
            signing_key: RwLock::new(signing_key),
            noted: Mutex::default(),
        })
    }

    /// Whether a refusal is to be noted now: a client that asks in a loop fills no disk.
    fn notes(&self, actor: &Arc<str>, what: &str, now_ms: i64) -> bool {
        let mut noted = self.noted.lock();
        if noted.len() >= DENIALS_KNOWN_MAX {
            noted.retain(|_, last| now_ms.saturating_sub(*last) < DENIAL_INTERVAL_MS);
        }
        let is_full = noted.len() >= DENIALS_KNOWN_MAX;
        let known = noted.get_mut(&(Arc::clone(actor), what.to_owned()));
        match known {
            Some(last) if now_ms.saturating_sub(*last) < DENIAL_INTERVAL_MS => false,
            Some(last) => {
                *last = now_ms;
                true
            }
            // So many at once are one attack: what is noted of it is enough.
            None if is_full => false,
            None => {
                noted.insert((Arc::clone(actor), what.to_owned()), now_ms);
                true
            }
        }
    }
}

impl Node {
    /// Who there is.
    #[must_use]
    pub fn identity(&self) -> Arc<Identity> {
        Arc::clone(&self.shared().identities.current.read())
    }

    /// Changes who there is: `decide` sees it as it is and says what changes. Changes come one
    /// after another.
    ///
    /// # Errors
    /// What `decide` refuses; when it concerns administrators and the actor is none; when no
    /// administrator would be left; when the store fails.
    pub async fn change_identity(
        &self,
        actor: &Actor,
        decide: impl FnOnce(&Identity) -> Result<Vec<Change>, Rejection> + Send + 'static,
    ) -> Result<(), Refusal> {
        let actor = actor.clone();
        self.read(move |shared| Ok(change(shared, &actor, decide))).await?
    }

    /// The key that signs tokens; `fresh` becomes it when there is none yet.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn signing_key(
        &self,
        fresh: [u8; SIGNING_KEY_BYTES],
    ) -> Result<[u8; SIGNING_KEY_BYTES], Refusal> {
        self.read(move |shared| {
            let _one_at_a_time = shared.identities.changing.lock();
            if let Some(key) = *shared.identities.signing_key.read() {
                return Ok(key);
            }
            let change = IdentityChange {
                put: vec![rows::signing_key(fresh)],
                delete: Vec::new(),
                what: "make the key that signs tokens".to_owned(),
            };
            shared.store.change_identity("segue", shared.clock.now_ms(), &change)?;
            *shared.identities.signing_key.write() = Some(fresh);
            Ok(fresh)
        })
        .await
    }

    /// Notes in the audit chain that an actor was refused something: the same at most once a
    /// minute.
    pub async fn note_refusal(&self, actor: Arc<str>, what: String) {
        let now_ms = self.now_ms();
        if !self.shared().identities.notes(&actor, &what, now_ms) {
            return;
        }
        tracing::info!(actor = &*actor, what, "refused");
        let note = move |shared: &Shared| shared.store.note_refusal(&actor, now_ms, &what);
        if let Err(error) = self.read(note).await {
            tracing::warn!(%error, "a refusal could not be noted");
        }
    }

    /// Passes an answer on; a refusal for want of a permission is noted in the audit chain.
    pub(crate) async fn note_if_forbidden<T>(
        &self,
        who: Option<Arc<str>>,
        answer: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if let (Some(who), Err(Refusal::Forbidden { reason })) = (who, &answer) {
            self.note_refusal(who, reason.clone()).await;
        }
        answer
    }

    /// Notes of access before one (by id), newest first: who there is was changed, something was
    /// refused.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn access_notes(&self, before: u64, limit: u32) -> Result<Vec<AccessNote>, Refusal> {
        self.read(move |shared| shared.store.access_notes(before, limit)).await
    }
}

/// Who may be refused something: nobody who may do everything.
pub(crate) fn who(caller: &Caller) -> Option<Arc<str>> {
    (!caller.actor.grants.is_all()).then(|| Arc::clone(&caller.actor.id))
}

/// Jobs are handed out by type, whatever process they belong to: only who may work on all
/// processes gets any.
pub(crate) fn permit_work(caller: &Caller) -> Result<(), Refusal> {
    let (kind, permission) = (ResourceType::ProcessDefinition, Permission::UpdateProcessInstance);
    if caller.actor.grants.reach(kind, permission) == Reach::Everything {
        return Ok(());
    }
    Err(Refusal::Forbidden {
        reason: format!(
            "Expected permission {permission} on all of {kind} (resource id `*`) to take jobs, \
             but it was not granted."
        ),
    })
}

fn change(
    shared: &Shared,
    actor: &Actor,
    decide: impl FnOnce(&Identity) -> Result<Vec<Change>, Rejection>,
) -> Result<(), Refusal> {
    let _one_at_a_time = shared.identities.changing.lock();
    let before = Arc::clone(&shared.identities.current.read());
    let changes = decide(&before)?;
    let mut after = Identity::clone(&before);
    changes.iter().for_each(|change| after.apply(change));
    if !actor.grants.is_all() && before.administration() != after.administration() {
        let reason = "Expected an administrator to change who administrates, their names and \
                      their secrets, but you are none.";
        return Err(Refusal::Forbidden { reason: reason.to_owned() });
    }
    if before.has_administrator() && !after.has_administrator() {
        return Err(Refusal::Rejected(Rejection::invalid_state(
            "Expected somebody to be left who may do everything, but this takes the last \
             administrator. Make another one first.",
        )));
    }
    if after.size() > IDENTITY_ROWS_MAX && after.size() > before.size() {
        return Err(Refusal::Rejected(Rejection::invalid_state(format!(
            "Expected at most {IDENTITY_ROWS_MAX} users, groups, roles, memberships, \
             authorizations and tokens together, but this would be more."
        ))));
    }
    let written = rows::difference(&before, &after);
    if written.put.is_empty() && written.delete.is_empty() {
        return Ok(());
    }
    let now_ms = shared.clock.now_ms();
    shared.store.change_identity(&actor.id, now_ms, &written).map_err(|error| match error {
        full @ store::Error::Full { .. } => Refusal::Unavailable { reason: full.to_string() },
        other => Refusal::Internal { reason: other.to_string() },
    })?;
    *shared.identities.current.write() = Arc::new(after);
    Ok(())
}
