//! Who asks, and what they may: a server that wants to know.

use crate::given::{CHEAP, Server, basic, text};
use access::identity::{
    Authorization, Change, Identity, Party, PartyId, PartyKind, SecretHash, Token, TokenKind,
};
use access::{Actor, Grant, Grants, Permission, ResourceType};
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use axum::http::Method;
use serde_json::json;

/// What the suite changes without asking the server, as the server does itself.
async fn change(server: &Server, changes: Vec<Change>) {
    let grants = Grants::All;
    let actor = Actor { id: "test".into(), acting_for: None, tenants: [0].into(), grants };
    server.node.change_identity(&actor, |_: &Identity| Ok(changes)).await.unwrap();
}

fn user(name: &str) -> PartyId {
    PartyId::new(PartyKind::User, name)
}

/// A user with a password; nothing is granted.
async fn make(server: &Server, name: &str, password: &str) -> Server {
    let params = Params::new(CHEAP.memory_kib, CHEAP.passes, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = argon2.hash_password(password.as_bytes()).unwrap();
    let secret = Some(SecretHash(hash.to_string()));
    let generation = password.len() as u64;
    let party = Party { secret, generation, ..Party::new(user(name)) };
    change(server, vec![Change::PutParty(party)]).await;
    server.by(&basic(name, password))
}

async fn grant(server: &Server, name: &str, process: &str, permissions: Vec<Permission>) {
    let id = (process != "*").then(|| process.into());
    let grant = Grant { resource: ResourceType::ProcessDefinition, id, permissions };
    let key = server.node.identity().authorizations.len() as u64 + 1;
    let given = Authorization { key, owner: user(name), grant };
    change(server, vec![Change::PutAuthorization(given)]).await;
}

#[tokio::test]
async fn a_stranger_hears_401_and_the_health() {
    let server = Server::asking().await;
    for who in ["", "Bearer x.y.z", "Bearer segue_guess", "Basic !", "Negotiate x"] {
        let heard = server.by(who).get("/v2/topology").await;
        assert_eq!(heard.headers["www-authenticate"], "Bearer realm=\"segue\"");
        heard.refused(401);
    }
    let (wrong, nobody) = (basic("admin", "wrong"), basic("nobody", "wrong"));
    let heard = [server.by(&wrong), server.by(&nobody)];
    let [wrong, nobody] = [heard[0].get("/v2/topology").await, heard[1].get("/v2/topology").await];
    assert_eq!(wrong.refused(401), nobody.refused(401), "nobody learns which names there are");
    assert!(server.by("").get("/health/live").await.status.is_success());
    for path in
        ["//v2/topology", "/v2/topology/", "/V2/topology", "/v2/%74opology", "/v2;/topology"]
    {
        assert!(!server.by("").get(path).await.status.is_success(), "{path}");
    }
    let notes = server.node.access_notes(u64::MAX, 10).await.unwrap();
    let refused: Vec<_> = notes.iter().filter(|note| note.refused).map(|it| &*it.actor).collect();
    assert_eq!(refused, ["admin"], "a wrong password is noted, a wrong name is not");
}

#[tokio::test]
async fn the_first_administrator_may_do_everything() {
    let server = Server::asking().await;
    let me = server.get("/v2/authentication/me").await.ok();
    assert_eq!((&me["username"], &me["roles"]), (&json!("admin"), &json!(["admin"])));
    assert_eq!((&me["displayName"], &me["canLogout"]), (&json!("Administrator"), &json!(true)));
    server.post("/v2/process-instances/search", json!({})).await.ok();
    let again = api::first_administrator(&server.node, CHEAP).await.unwrap();
    assert!(again.is_none(), "there is one already");
}

#[tokio::test]
async fn a_password_that_changed_or_went_is_no_good_at_once() {
    let server = Server::asking().await;
    let ada = make(&server, "ada", "correct horse").await;
    ada.get("/v2/topology").await.ok();
    ada.get("/v2/topology").await.ok();
    let changed = make(&server, "ada", "battery staple").await;
    ada.get("/v2/topology").await.refused(401);
    changed.get("/v2/topology").await.ok();
    change(&server, vec![Change::DeleteParty(user("ada"))]).await;
    changed.get("/v2/topology").await.refused(401);
}

#[tokio::test]
async fn guessing_passwords_has_an_end() {
    let server = Server::asking().await;
    let right = make(&server, "ada", "correct horse").await;
    right.get("/v2/topology").await.ok();
    let guess = server.by(&basic("ada", "password"));
    for _ in 0..api::limits::PASSWORD_FAILURES_MAX {
        guess.get("/v2/topology").await.refused(401);
    }
    let heard = guess.get("/v2/topology").await;
    assert_eq!(heard.headers["retry-after"], "60");
    heard.refused(429);
    right.get("/v2/topology").await.ok();
    let others = make(&server, "bob", "correct horse").await;
    others.get("/v2/topology").await.ok();
}

#[tokio::test]
async fn a_token_is_good_until_it_is_over_or_gone() {
    let server = Server::asking().await;
    make(&server, "ada", "correct horse").await;
    let token = |name: &str, digest: &str, expires_ms| Token {
        digest: digest.to_owned(),
        owner: user("ada"),
        kind: TokenKind::Api,
        name: name.to_owned(),
        made_ms: 0,
        expires_ms,
    };
    // SHA-256 of `segue_good` and `segue_over`, by sha256sum.
    let good = "4b225ea7a00d90e5d0cd084de058e86101144ff4e5509c8c84da908bed9d4c36";
    let over = "270d80d498cff3db029a431f3177323130a2fabf89c6f44246059219a396ebd2";
    let tokens = [token("good", good, None), token("over", over, Some(1))];
    change(&server, tokens.into_iter().map(Change::PutToken).collect()).await;
    server.by("Bearer segue_good").get("/v2/topology").await.ok();
    server.by("Bearer segue_over").get("/v2/topology").await.refused(401);
    change(&server, vec![Change::DeleteToken(good.to_owned())]).await;
    server.by("Bearer segue_good").get("/v2/topology").await.refused(401);
}

#[tokio::test]
async fn a_user_sees_and_does_what_was_granted_and_nothing_else() {
    let server = Server::asking().await;
    let mut claim = String::new();
    for process in ["order", "claim"] {
        server.deploy(&format!("process {process}\nstart -> a:user -> end")).await.ok();
        let start = json!({"processDefinitionId": process, "variables": {"of": process}});
        let started = server.post("/v2/process-instances", start).await.ok();
        claim = text(&started["processInstanceKey"]);
    }
    let ada = make(&server, "ada", "correct horse").await;
    ada.post("/v2/process-instances/search", json!({})).await.refused(403);
    use Permission as P;
    let may = vec![P::ReadProcessInstance, P::CreateProcessInstance, P::ReadProcessDefinition];
    grant(&server, "ada", "order", may).await;
    for (what, field) in [
        ("process-definitions", "processDefinitionId"),
        ("process-instances", "processDefinitionId"),
        ("element-instances", "processDefinitionId"),
        ("variables", "value"),
    ] {
        let found = ada.post(&format!("/v2/{what}/search"), json!({})).await.ok();
        let items = found["items"].as_array().unwrap();
        assert!(!items.is_empty(), "{what}");
        let of = |item: &serde_json::Value| text(&item[field]).trim_matches('"') == "order";
        assert!(items.iter().all(of), "{what}: {found}");
    }
    let path = format!("/v2/process-instances/{claim}");
    ada.get(&path).await.refused(404);
    let all = server.post("/v2/process-definitions/search", json!({})).await.ok();
    for definition in all["items"].as_array().unwrap() {
        let path =
            format!("/v2/process-definitions/{}/xml", text(&definition["processDefinitionKey"]));
        let status = ada.get(&path).await.status.as_u16();
        let mine = definition["processDefinitionId"] == "order";
        assert_eq!(status, if mine { 200 } else { 404 });
    }
    let start = |process: &str| json!({"processDefinitionId": process});
    let mine = ada.post("/v2/process-instances", start("order")).await.ok();
    let denied = ada.post("/v2/process-instances", start("claim")).await.refused(403);
    assert!(denied.contains("CREATE_PROCESS_INSTANCE on PROCESS_DEFINITION `claim`"), "{denied}");
    for key in [&claim, &text(&mine["processInstanceKey"])] {
        ada.post(&format!("/v2/process-instances/{key}/cancellation"), json!({}))
            .await
            .refused(403);
    }
    let activation = json!({"type": "x", "timeout": 1000, "maxJobsToActivate": 1,
        "requestTimeout": -1});
    ada.post("/v2/jobs/activation", activation).await.refused(403);
    ada.post("/v2/user-tasks/search", json!({})).await.refused(403);
    ada.get("/api/v1/backups").await.refused(403);
    ada.ask(Method::PUT, "/v2/clock", json!({"timestamp": 1}).to_string()).await.refused(403);
    let notes = server.node.access_notes(u64::MAX, 100).await.unwrap();
    let noted = |what: &str| notes.iter().any(|it| it.actor == "ada" && it.what.contains(what));
    for what in
        ["POST /v2/process-instances/search", "CANCEL_PROCESS_INSTANCE on", "GET /api/v1/backups"]
    {
        assert!(noted(what), "{what}: {notes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_delete_learns_nothing_by_trying() {
    let server = Server::asking().await;
    let deployed = server.deploy("start -> a:job(a) -> end").await.ok();
    let key = text(&deployed["deployments"][0]["processDefinition"]["processDefinitionKey"]);
    server.create(json!({})).await;
    let bob = make(&server, "bob", "a long password").await;
    let path = format!("/v2/resources/{key}/deletion");
    let detail = bob.post(&path, json!({})).await.refused(403);
    assert!(detail.contains("DELETE_PROCESS") && !detail.contains("to run"), "{detail}");
    let detail = server.post(&path, json!({})).await.refused(409);
    assert!(detail.contains("to run"), "{detail}");
}
