//! Who there is survives a restart; what was changed and refused is in the audit chain; what was
//! not granted is not done.

#![allow(clippy::unwrap_used, reason = "only tests are here")]

use access::identity::{ADMINISTRATORS, Change, Identity, Party, PartyId, PartyKind, SecretHash};
use access::{Actor, Grant, Grants, Permission, ResourceType};
use engine::command::{Rejection, RejectionKind};
use engine::key::Key;
use runtime::node::{Node, Options};
use runtime::request::{ActivateJobs, Answer, Caller, DefinitionRef, Refusal, Request, Resource};
use std::sync::Arc;
use store::sqlite::Sqlite;

fn start(folder: &std::path::Path) -> Node {
    let store = Sqlite::open(folder, &store::sqlite::Options::default()).unwrap();
    Node::start(Arc::new(store), Options::default()).unwrap()
}

fn actor(id: &str, grants: Grants) -> Actor {
    Actor { id: id.into(), acting_for: None, tenants: [0].into(), grants }
}

fn system() -> Actor {
    actor("segue", Grants::All)
}

fn caller(grants: Grants) -> Caller {
    Caller { actor: actor("eve", grants), tenant: 0, request_key: None }
}

fn user(name: &str) -> PartyId {
    PartyId::new(PartyKind::User, name)
}

fn administrators() -> PartyId {
    PartyId::new(PartyKind::Role, ADMINISTRATORS)
}

fn put(name: &str) -> Change {
    Change::PutParty(Party { secret: Some(SecretHash("x".to_owned())), ..Party::new(user(name)) })
}

fn make_ada(_: &Identity) -> Result<Vec<Change>, Rejection> {
    let role = Change::PutParty(Party::new(administrators()));
    Ok(vec![put("ada"), role, Change::Join { to: administrators(), member: user("ada") }])
}

#[tokio::test(flavor = "multi_thread")]
async fn who_there_is_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let node = start(folder.path());
    node.change_identity(&system(), make_ada).await.unwrap();
    let key = node.signing_key([7; 32]).await.unwrap();
    let before = node.identity();
    node.stop();
    drop(node);
    let node = start(folder.path());
    assert_eq!(node.identity(), before);
    assert_eq!(node.signing_key([8; 32]).await.unwrap(), key, "tokens stay good");
    node.note_refusal("eve".into(), "GET /v2/users".to_owned()).await;
    node.note_refusal("eve".into(), "GET /v2/users".to_owned()).await;
    let notes = node.access_notes(u64::MAX, 10).await.unwrap();
    let seen: Vec<_> = notes.iter().map(|it| (it.refused, &*it.actor, &*it.what)).collect();
    assert_eq!(seen[0], (true, "eve", "GET /v2/users"));
    assert_eq!(seen[1].1, "segue");
    assert!(seen[2].2.contains("make party USER:ada, USER:ada joins ROLE:admin"), "{seen:?}");
    assert_eq!(seen.len(), 3, "the same refusal is noted once a minute");
    node.stop();
    drop(node);
    let store = Sqlite::open(folder.path(), &store::sqlite::Options::default()).unwrap();
    let report = store.verify(None).unwrap();
    assert!(report.findings.is_empty(), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_are_changed_by_administrators_and_never_all_gone() {
    let folder = tempfile::tempdir().unwrap();
    let node = start(folder.path());
    node.change_identity(&system(), make_ada).await.unwrap();
    let leave =
        |_: &Identity| Ok(vec![Change::Leave { from: administrators(), member: user("ada") }]);
    let refused = node.change_identity(&actor("ada", Grants::All), leave).await.unwrap_err();
    let Refusal::Rejected(rejection) = refused else { panic!("{refused}") };
    assert_eq!(rejection.kind, RejectionKind::InvalidState);
    let bob = actor("bob", Grants::none());
    node.change_identity(&bob, |_: &Identity| Ok(vec![put("cleo")])).await.unwrap();
    let join = |_: &Identity| Ok(vec![Change::Join { to: administrators(), member: user("cleo") }]);
    for change in [join(&Identity::default()), Ok(vec![Change::DeleteParty(user("ada"))])] {
        let refused = node.change_identity(&bob, |_: &Identity| change).await.unwrap_err();
        assert!(matches!(refused, Refusal::Forbidden { .. }), "{refused}");
    }
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_granted_is_forbidden_and_noted() {
    let node = Node::start(Arc::new(store::memory::Memory::new()), Options::default()).unwrap();
    let bpmn = model::short::to_bpmn("process order\nstart -> a:job(a) -> end").unwrap();
    let deploy = || {
        let content = bpmn.clone().into_bytes();
        Request::Deploy { resources: vec![Resource { name: "a.bpmn".to_owned(), content }] }
    };
    let begin = || Request::CreateInstance {
        definition: DefinitionRef::Latest("order".into()),
        variables: Vec::new(),
        business_id: None,
        await_result: false,
        options: Default::default(),
    };
    let on = |kind, id: Option<&str>, permission| {
        let permissions = vec![permission];
        Grants::Listed([Grant { resource: kind, id: id.map(Into::into), permissions }].into())
    };
    let forbidden = async |grants: Grants, request: Request| {
        let refused = node.submit(caller(grants), request).await.unwrap_err();
        let Refusal::Forbidden { reason } = refused else { panic!("{refused}") };
        reason
    };
    forbidden(Grants::none(), deploy()).await;
    let may_deploy = on(ResourceType::Resource, None, Permission::Create);
    node.submit(caller(may_deploy), deploy()).await.unwrap();
    let other =
        on(ResourceType::ProcessDefinition, Some("claim"), Permission::CreateProcessInstance);
    let reason = forbidden(other, begin()).await;
    assert!(reason.contains("CREATE_PROCESS_INSTANCE on PROCESS_DEFINITION `order`"), "{reason}");
    let may_start =
        on(ResourceType::ProcessDefinition, Some("order"), Permission::CreateProcessInstance);
    let answer = node.submit(caller(may_start.clone()), begin()).await.unwrap();
    let Answer::InstanceCreated(created) = answer else { panic!("{answer:?}") };
    let cancel = || Request::CancelInstance { instance: created.instance };
    forbidden(may_start.clone(), cancel()).await;
    let nobody = Request::CancelInstance { instance: Key(7) };
    let missing = node.submit(caller(may_start.clone()), nobody).await.unwrap_err();
    assert!(matches!(missing, Refusal::Rejected(_)), "what is not there is not found: {missing}");
    let jobs = || ActivateJobs {
        job_type: "a".into(),
        worker: "w".into(),
        timeout_ms: 1_000,
        limit: 1,
        fetch: Vec::new(),
        wait_ms: 0,
        tenants: vec![0],
    };
    let some =
        on(ResourceType::ProcessDefinition, Some("order"), Permission::UpdateProcessInstance);
    let refused = node.activate(caller(some), jobs()).await.unwrap_err();
    assert!(matches!(refused, Refusal::Forbidden { .. }), "{refused}");
    let may_cancel =
        on(ResourceType::ProcessDefinition, Some("order"), Permission::CancelProcessInstance);
    node.submit(caller(may_cancel), cancel()).await.unwrap();
    let notes = node.access_notes(u64::MAX, 10).await.unwrap();
    assert_eq!(notes.len(), 4, "{notes:?}");
    assert!(notes.iter().all(|note| note.refused && note.actor == "eve"), "{notes:?}");
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_answer_is_for_who_got_it() {
    let node = Node::start(Arc::new(store::memory::Memory::new()), Options::default()).unwrap();
    let grant = |permissions| {
        let resource = ResourceType::Message;
        Grants::Listed([Grant { resource, id: None, permissions }].into())
    };
    let publish = || Request::PublishMessage {
        name: "paid".into(),
        correlation_key: "7".into(),
        id: None,
        ttl_ms: 60_000,
        variables: Vec::new(),
    };
    let ask = async |who: &str, key: &str, permissions: Vec<Permission>| {
        let actor = actor(who, grant(permissions));
        let caller = Caller { actor, tenant: 0, request_key: Some(key.into()) };
        node.submit(caller, publish()).await
    };
    let first = ask("ada", "same", vec![Permission::Create]).await.unwrap();
    assert_eq!(ask("ada", "same", vec![Permission::Create]).await.unwrap(), first);
    assert!(matches!(ask("eve", "same", Vec::new()).await, Err(Refusal::Forbidden { .. })));
    // Slashes in names and keys do not make two callers one.
    let ours = ask("ops/ada", "1", vec![Permission::Create]).await.unwrap();
    let theirs = ask("ops", "ada/1", vec![Permission::Create]).await.unwrap();
    assert_ne!(ours, theirs);
    node.stop();
}
