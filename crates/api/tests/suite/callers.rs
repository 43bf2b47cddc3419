//! Users, clients, groups, roles, authorizations, tokens and sessions, over REST; and what every
//! route says to whom.

use crate::given::{Heard, Server, basic, text};
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

impl Server {
    async fn put(&self, path: &str, body: Value) -> Heard {
        self.ask(Method::PUT, path, body.to_string()).await
    }

    async fn delete(&self, path: &str) -> Heard {
        self.ask(Method::DELETE, path, "").await
    }

    /// A user made over REST.
    async fn user(&self, name: &str) -> Server {
        let wanted = json!({"username": name, "password": "correct horse", "name": "Ada"});
        let made = self.post("/v2/users", wanted).await;
        assert_eq!(made.status.as_u16(), 201, "{made:?}");
        assert!(!made.text.contains("horse") && !made.text.contains("argon2"), "{made:?}");
        self.by(&basic(name, "correct horse"))
    }

    async fn grant(
        &self,
        owner: (&str, &str),
        resource: (&str, &str),
        permissions: Value,
    ) -> Value {
        let wanted = json!({"ownerType": owner.0, "ownerId": owner.1, "resourceType": resource.0,
            "resourceId": resource.1, "permissionTypes": permissions});
        let given = self.post("/v2/authorizations", wanted).await;
        assert_eq!(given.status.as_u16(), 201, "{given:?}");
        given.json()["authorizationKey"].clone()
    }
}

#[tokio::test]
async fn users_are_made_changed_found_and_deleted() {
    let server = Server::asking().await;
    let ada = server.user("ada").await;
    ada.get("/v2/topology").await.ok();
    let again = json!({"username": "ada", "password": "correct horse"});
    server.post("/v2/users", again).await.refused(409);
    for wrong in [
        json!({"username": "bob", "password": "short"}),
        json!({"username": "bob:x", "password": "correct horse"}),
        json!({"username": "", "password": "correct horse"}),
        json!({"username": "bob"}),
        json!({"username": "bob", "password": "correct horse", "admin": true}),
    ] {
        server.post("/v2/users", wrong).await.refused(400);
    }
    let changed = server.put("/v2/users/ada", json!({"name": "Countess", "email": "a@b.c"})).await;
    let expected = json!({"username": "ada", "name": "Countess", "email": "a@b.c"});
    assert_eq!(changed.ok(), expected);
    ada.get("/v2/topology").await.ok();
    assert_eq!(server.get("/v2/users/ada").await.ok(), expected);
    let found = server.search("users", json!({"username": {"$like": "a*"}})).await;
    assert_eq!(found.len(), 2);
    assert_eq!(server.search("users", json!({"email": "a@b.c"})).await, [expected]);
    server.post("/v2/users/search", json!({"filter": {"shoe": 7}})).await.refused(400);
    server.put("/v2/users/ada", json!({"password": "battery staple"})).await.ok();
    ada.get("/v2/topology").await.refused(401);
    server.by(&basic("ada", "battery staple")).get("/v2/topology").await.ok();
    server.delete("/v2/users/ada").await.done();
    server.delete("/v2/users/ada").await.refused(404);
    server.put("/v2/users/ada", json!({"name": "x"})).await.refused(404);
    assert!(server.delete("/v2/users/admin").await.refused(409).contains("last administrator"));
}

#[tokio::test]
async fn a_role_comes_through_a_group_and_goes_with_it() {
    let server = Server::asking().await;
    let ada = server.user("ada").await;
    let night = json!({"groupId": "night", "name": "Night shift"});
    assert_eq!(server.post("/v2/groups", night).await.status.as_u16(), 201);
    server.post("/v2/roles", json!({"roleId": "reader", "name": "Reader"})).await;
    server.grant(("ROLE", "reader"), ("USER", "ada"), json!(["READ"])).await;
    server.put("/v2/groups/night/users/ada", Value::Null).await.done();
    server.put("/v2/groups/night/users/ada", Value::Null).await.refused(409);
    server.put("/v2/roles/reader/groups/night", Value::Null).await.done();
    server.put("/v2/groups/nobody/users/ada", Value::Null).await.refused(404);
    let seen = ada.search("users", json!({})).await;
    assert_eq!(seen.len(), 1, "only herself: {seen:?}");
    ada.get("/v2/users/ada").await.ok();
    ada.get("/v2/users/admin").await.refused(404);
    let me = ada.get("/v2/authentication/me").await.ok();
    assert_eq!((&me["groups"], &me["roles"]), (&json!(["night"]), &json!(["reader"])));
    let own = ada.search("authentication/me/authorizations", json!({})).await;
    assert_eq!(own[0]["permissionTypes"], json!(["READ"]));
    assert_eq!(server.search("groups/night/users", json!({})).await, [json!({"username": "ada"})]);
    let roles = server.search("groups/night/roles", json!({})).await;
    assert_eq!(roles[0]["roleId"], "reader");
    assert_eq!(
        server.search("roles/reader/groups", json!({})).await,
        [json!({"groupId": "night"})]
    );
    server.delete("/v2/groups/night").await.done();
    ada.post("/v2/users/search", json!({})).await.refused(403);
}

#[tokio::test]
async fn nobody_makes_himself_an_administrator() {
    let server = Server::asking().await;
    let clerk = server.user("clerk").await;
    for resource in ["USER", "ROLE", "GROUP"] {
        let all = json!(["CREATE", "READ", "UPDATE", "DELETE"]);
        server.grant(("USER", "clerk"), (resource, "*"), all).await;
    }
    clerk.user("bob").await;
    clerk.put("/v2/roles/admin/users/clerk", Value::Null).await.refused(403);
    clerk.put("/v2/users/admin", json!({"password": "mine from now on"})).await.refused(403);
    clerk.delete("/v2/users/admin").await.refused(403);
    server.put("/v2/roles/admin/users/bob", Value::Null).await.done();
    clerk.put("/v2/users/bob", json!({"password": "mine from now on"})).await.refused(403);
}

#[tokio::test]
async fn authorizations_are_checked_changed_and_taken_back() {
    let server = Server::asking().await;
    let ada = server.user("ada").await;
    let key = server.grant(("USER", "ada"), ("SYSTEM", "*"), json!(["READ"])).await;
    ada.get("/api/v1/retention").await.ok();
    let path = format!("/v2/authorizations/{}", text(&key));
    let mut wanted = json!({"ownerType": "USER", "ownerId": "ada", "resourceType": "SYSTEM",
        "resourceId": "*", "permissionTypes": ["UPDATE"]});
    server.put(&path, wanted.clone()).await.done();
    ada.get("/api/v1/retention").await.refused(403);
    assert_eq!(server.get(&path).await.ok()["permissionTypes"], json!(["UPDATE"]));
    for (field, value) in [
        ("ownerType", json!("KING")),
        ("resourceType", json!("MOON")),
        ("permissionTypes", json!(["FLY"])),
        ("permissionTypes", json!([])),
        ("resourceId", json!("")),
    ] {
        let mut wrong = wanted.clone();
        wrong[field] = value;
        server.post("/v2/authorizations", wrong).await.refused(400);
    }
    wanted["ownerId"] = json!("nobody");
    server.post("/v2/authorizations", wanted).await.refused(404);
    server.delete(&path).await.done();
    server.get(&path).await.refused(404);
}

#[tokio::test]
async fn a_client_gets_a_token_for_its_secret_until_it_has_another() {
    let server = Server::asking().await;
    let made = server.post("/api/v1/clients", json!({"clientId": "worker"})).await;
    assert_eq!(made.headers["cache-control"], "no-store");
    let secret = text(&made.json()["clientSecret"]);
    server.user("ada").await;
    server.post("/api/v1/clients", json!({"clientId": "ada"})).await.refused(409);
    let form = |body: String| {
        let request = Request::post("/api/v1/oauth/token").header("host", "localhost:8080");
        let kind = "application/x-www-form-urlencoded";
        request.header("content-type", kind).body(Body::from(body)).unwrap()
    };
    let wanted = |id: &str, secret: &str| {
        format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&audience=x")
    };
    let stranger = server.by("");
    for (body, status, error) in [
        (wanted("worker", "wrong"), 401, "invalid_client"),
        (wanted("ada", "correct+horse"), 401, "invalid_client"),
        (
            wanted("worker", &secret).replace("client_credentials", "password"),
            400,
            "unsupported_grant_type",
        ),
        ("client_id=worker".to_owned(), 400, "invalid_request"),
    ] {
        let refused = stranger.send(form(body)).await;
        let told = (refused.status.as_u16(), refused.json()["error"].clone());
        assert_eq!(told, (status, json!(error)));
    }
    let token = stranger.send(form(wanted("worker", &secret))).await.ok();
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let worker = server.by(&format!("Bearer {}", text(&token["access_token"])));
    assert_eq!(worker.get("/v2/authentication/me").await.ok()["username"], "worker");
    server.by(&basic("worker", &secret)).get("/v2/topology").await.ok();
    let found = server.post("/api/v1/clients/search", json!({"filter": {"clientId": "work*"}}));
    let found = found.await;
    assert_eq!(found.ok()["items"], json!([]), "no pattern without $like");
    let found = server.post("/api/v1/clients/search", json!({"filter": {"clientId": "worker"}}));
    assert_eq!(found.await.ok()["page"]["totalItems"], 1);
    server.post("/api/v1/clients/worker/secret", Value::Null).await.ok();
    worker.get("/v2/topology").await.refused(401);
    server.by(&basic("worker", &secret)).get("/v2/topology").await.refused(401);
    server.delete("/api/v1/clients/worker").await.done();
}

#[tokio::test]
async fn a_token_stands_for_its_owner_until_it_is_deleted() {
    let server = Server::asking().await;
    let ada = server.user("ada").await;
    let made = ada.post("/api/v1/tokens", json!({"name": "laptop"})).await.json();
    let laptop = server.by(&format!("Bearer {}", text(&made["token"])));
    laptop.get("/v2/topology").await.ok();
    let listed = laptop.get("/api/v1/tokens").await;
    assert!(!listed.text.contains(&text(&made["token"])), "{listed:?}");
    assert_eq!(listed.ok()["items"][0]["name"], "laptop");
    let past = json!({"name": "x", "expiresAt": "2020-01-01T00:00:00Z"});
    ada.post("/api/v1/tokens", past).await.refused(400);
    let path = format!("/api/v1/tokens/{}", text(&made["tokenId"]));
    server.delete(&path).await.refused(404);
    laptop.delete(&path).await.done();
    laptop.get("/v2/topology").await.refused(401);
    Server::start().post("/api/v1/tokens", json!({"name": "x"})).await.refused(409);
}

/// A request of a browser.
fn browser(cookie: &str, method: Method, path: &str, origin: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("host", "localhost:8080").header("cookie", cookie);
    if !origin.is_empty() {
        request = request.header("origin", origin);
    }
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_browser_has_a_session_until_it_signs_out() {
    let server = Server::asking().await;
    let admin = server.user("ada").await;
    let everything = ("SYSTEM", "*");
    server.grant(("USER", "ada"), everything, json!(["READ", "UPDATE"])).await;
    let stranger = server.by("");
    let who = json!({"username": "ada", "password": "correct horse"});
    let wrong = json!({"username": "ada", "password": "wrong horse"});
    stranger.post("/api/v1/session", wrong).await.refused(401);
    let begin = async || {
        let begun = stranger.post("/api/v1/session", who.clone()).await;
        let cookie = begun.headers["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    };
    let (cookie, other) = (begin().await, begin().await);
    let ask = async |cookie: &str, method: Method, path: &str, origin: &str| {
        stranger.send(browser(cookie, method, path, origin)).await
    };
    let (ours, pause) = ("http://localhost:8080", "/api/v1/retention/pause");
    ask(&cookie, Method::GET, "/v2/topology", "").await.ok();
    let session = ask(&cookie, Method::GET, "/api/v1/session", "").await.ok();
    assert_eq!(session, json!({"authentication": true, "username": "ada"}));
    ask(&cookie, Method::POST, pause, "").await.refused(403);
    ask(&cookie, Method::POST, pause, "http://evil.example").await.refused(403);
    ask(&cookie, Method::POST, pause, ours).await.done();
    admin.send(browser(&cookie, Method::GET, "/v2/topology", "")).await.refused(400);
    ask(&cookie, Method::DELETE, "/api/v1/session", ours).await.done();
    ask(&cookie, Method::GET, "/v2/topology", "").await.refused(401);
    let nobody = ask(&cookie, Method::GET, "/api/v1/session", "").await.ok();
    assert_eq!(nobody["username"], Value::Null);
    ask(&other, Method::GET, "/v2/topology", "").await.ok();
    let change = json!({"currentPassword": "correct horse", "newPassword": "battery staple"});
    admin.put("/api/v1/password", change.clone()).await.done();
    ask(&other, Method::GET, "/v2/topology", "").await.refused(401);
    server.by(&basic("ada", "battery staple")).put("/api/v1/password", change).await.refused(400);
}

#[tokio::test]
async fn where_nobody_is_asked_everybody_is_signed_in() {
    let server = Server::start();
    let session = server.get("/api/v1/session").await.ok();
    assert_eq!(session, json!({"authentication": false, "username": "local"}));
    let who = json!({"username": "local", "password": ""});
    server.post("/api/v1/session", who).await.refused(409);
}

/// What answers whoever is known.
const KNOWN: &[(&str, &str)] = &[
    ("GET", "/api/v1/tokens"),
    ("GET", "/v2/authentication/me"),
    ("GET", "/v2/license"),
    ("GET", "/v2/topology"),
    ("POST", "/api/v1/check"),
    ("POST", "/v2/authentication/me/authorizations/search"),
];

/// Routes that ask nobody who they are.
const OPEN: &[&str] = &[
    "/api/v1/docs",
    "/api/v1/oauth/token",
    "/api/v1/openapi.json",
    "/api/v1/session",
    "/health/live",
    "/health/ready",
];

/// A route with something in its places.
fn path_of(route: &str) -> String {
    let parts = route.split('/').map(|part| if part.starts_with('{') { "7" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_route_asks_who_calls_and_whether_they_may() {
    let server = Server::asking().await;
    let nobody = server.user("nobody-in-particular").await;
    let expired = "Bearer segue_expired";
    let description: Value = serde_json::from_str(&api::openapi()).unwrap();
    let mut asked = 0;
    for (route, methods) in description["paths"].as_object().unwrap() {
        if OPEN.contains(&route.as_str()) {
            continue;
        }
        for method in methods.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let path = path_of(route);
            for stranger in ["", expired, "Basic YTpi"] {
                let heard = server.by(stranger).ask(method.clone(), &path, "{}").await;
                let status = heard.status.as_u16();
                // A name that was guessed at too often waits, and is no more let in for it.
                assert!(
                    status == 401 || status == 429,
                    "{method} {route} as `{stranger}`: {status}"
                );
            }
            let heard = nobody.ask(method.clone(), &path, "{}").await;
            let passed = heard.status.is_success();
            let may = KNOWN.contains(&(method.as_str(), route));
            assert_eq!(passed, may, "{method} {route} to who was granted nothing: {heard:?}");
            assert!(heard.status.as_u16() < 500, "{method} {route}: {heard:?}");
            // The administrator gets as far as the handler.
            if method == Method::GET && route != "/api/v1/events" {
                let heard = server.ask(method.clone(), &path, "").await;
                let status = heard.status.as_u16();
                assert!(status != 401 && status != 403, "{method} {route}: {heard:?}");
            }
            asked += 1;
        }
    }
    assert!(asked > 120, "{asked}");
}
