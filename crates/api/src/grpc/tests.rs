//! A gRPC client in front of a real node: what workers and clients rely on.
//!
//! Not here: the clients that other people wrote; `clients/` runs them.

use super::health_wire::HealthCheckRequest;
use super::health_wire::health_client::HealthClient;
use super::wire::deployment::Metadata;
use super::wire::gateway_client::GatewayClient;
use super::wire::migrate_process_instance_request::{MappingInstruction, MigrationPlan};
use super::wire::modify_process_instance_request::{
    ActivateInstruction, TerminateInstruction, VariableInstruction,
};
use super::wire::{
    ActivateJobsRequest, ActivatedJob, BroadcastSignalRequest, CancelProcessInstanceRequest,
    CompleteJobRequest, CreateProcessInstanceRequest, CreateProcessInstanceWithResultRequest,
    DeleteResourceRequest, DeployResourceRequest, EvaluateDecisionRequest, FailJobRequest,
    JobResult, JobResultActivateElement, MigrateProcessInstanceRequest,
    ModifyProcessInstanceRequest, PublishMessageRequest, Resource, SetVariablesRequest,
    StreamActivatedJobsRequest, ThrowErrorRequest, TopologyRequest,
};
use crate::auth::{Authenticator, password};
use crate::{Authentication, Config, Listeners, PasswordCost};
use access::identity::{Authorization, Change, Identity, Party, PartyId, PartyKind};
use access::{Grant, Permission, ResourceType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use runtime::node::{Node, Options};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tonic::codec::CompressionEncoding;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Streaming};

struct Server {
    node: Node,
    address: String,
    _stop: oneshot::Sender<()>,
}

impl Server {
    async fn with(process: &str) -> (Self, GatewayClient<Channel>) {
        let server = Self::start(Authentication::None).await;
        let mut client = server.client().await;
        client.deploy_resource(deployment(process)).await.unwrap();
        (server, client)
    }

    async fn start(authentication: Authentication) -> Self {
        let store = Arc::new(store::memory::Memory::new());
        let node = Node::start(store, Options::default()).unwrap();
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let grpc = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", grpc.local_addr().unwrap());
        let config = Config { authentication, ..Config::at(http.local_addr().unwrap()) };
        let (stop, stopped) = oneshot::channel::<()>();
        let listeners = Listeners { http, grpc: Some(grpc) };
        let serving = crate::serve(listeners, node.clone(), config, async {
            drop(stopped.await);
        });
        tokio::spawn(async { serving.await.unwrap() });
        Server { node, address, _stop: stop }
    }

    async fn channel(&self) -> Channel {
        Endpoint::from_shared(self.address.clone()).unwrap().connect().await.unwrap()
    }

    /// Another client, on a connection of its own.
    async fn client(&self) -> GatewayClient<Channel> {
        GatewayClient::new(self.channel().await)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.node.stop();
    }
}

fn deployment(process: &str) -> DeployResourceRequest {
    let content = model::short::to_bpmn(process).unwrap().into_bytes();
    let resources = vec![Resource { name: "a.bpmn".to_owned(), content }];
    DeployResourceRequest { resources, tenant_id: "<default>".to_owned() }
}

fn creation(variables: &str) -> CreateProcessInstanceRequest {
    CreateProcessInstanceRequest {
        bpmn_process_id: "process".to_owned(),
        version: -1,
        variables: variables.to_owned(),
        tenant_id: "<default>".to_owned(),
        ..Default::default()
    }
}

async fn start(client: &mut GatewayClient<Channel>, variables: &str) -> i64 {
    let created = client.create_process_instance(creation(variables)).await.unwrap().into_inner();
    assert_eq!((created.version, &*created.tenant_id), (1, "<default>"));
    created.process_instance_key
}

fn asked(request_timeout: i64) -> ActivateJobsRequest {
    ActivateJobsRequest {
        r#type: "pay".to_owned(),
        worker: "w".to_owned(),
        timeout: 60_000,
        max_jobs_to_activate: 32,
        request_timeout,
        ..Default::default()
    }
}

async fn all(mut answer: Streaming<super::wire::ActivateJobsResponse>) -> Vec<ActivatedJob> {
    let mut jobs = Vec::new();
    while let Some(message) = answer.message().await.unwrap() {
        jobs.extend(message.jobs);
    }
    jobs
}

async fn jobs(client: &mut GatewayClient<Channel>) -> Vec<ActivatedJob> {
    all(client.activate_jobs(asked(2_000)).await.unwrap().into_inner()).await
}

const PAY: &str = "start -> pay:job(pay) -> end";

#[tokio::test]
async fn a_worker_polls_and_completes() {
    let (_server, mut client) = Server::with(PAY).await;
    let instance = start(&mut client, r#"{"amount": 7.50, "note": "x"}"#).await;
    let wanted = ActivateJobsRequest { fetch_variable: vec!["amount".to_owned()], ..asked(2_000) };
    let found = all(client.activate_jobs(wanted).await.unwrap().into_inner()).await;
    let [job] = &found[..] else { panic!("{found:?}") };
    assert_eq!(job.process_instance_key, instance);
    assert_eq!((&*job.variables, &*job.custom_headers), (r#"{"amount":7.50}"#, "{}"));
    assert_eq!((&*job.worker, job.retries, &*job.tenant_id), ("w", 3, "<default>"));
    let variables = r#"{"paid": true}"#.to_owned();
    let completion = CompleteJobRequest { job_key: job.key, variables, result: None };
    client.complete_job(completion.clone()).await.unwrap();
    let again = client.complete_job(completion).await.unwrap_err();
    assert_eq!(again.code(), Code::NotFound, "{again}");
}

#[tokio::test]
async fn a_worker_decides_what_an_ad_hoc_sub_process_does() {
    let process = "start -> care:ad-hoc type=pay { call:job(pay) } -> end";
    let (server, mut client) = Server::with(process).await;
    start(&mut client, "{}").await;
    let decided = |job: &ActivatedJob, result: JobResult| CompleteJobRequest {
        job_key: job.key,
        variables: "{}".to_owned(),
        result: Some(JobResult { r#type: Some("adHocSubProcess".to_owned()), ..result }),
    };
    let activates = |id: &str| {
        let variables = r#"{"who": "ada"}"#.to_owned();
        let activate = JobResultActivateElement { element_id: id.to_owned(), variables };
        JobResult { activate_elements: vec![activate], ..JobResult::default() }
    };
    let found = jobs(&mut client).await;
    let [job] = &found[..] else { panic!("{found:?}") };
    let refused = client.complete_job(decided(job, activates("nothing"))).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "{refused}");
    client.complete_job(decided(job, activates("call"))).await.unwrap();
    let found = jobs(&mut client).await;
    let [call] = &found[..] else { panic!("{found:?}") };
    assert_eq!((&*call.element_id, call.variables.contains("ada")), ("call", true));
    let done = CompleteJobRequest { job_key: call.key, variables: "{}".to_owned(), result: None };
    client.complete_job(done).await.unwrap();
    let found = jobs(&mut client).await;
    let [job] = &found[..] else { panic!("{found:?}") };
    assert_eq!(&*job.element_id, "care");
    let is_done =
        JobResult { is_completion_condition_fulfilled: Some(true), ..JobResult::default() };
    client.complete_job(decided(job, is_done)).await.unwrap();
    assert_eq!(jobs(&mut server.client().await).await, []);
}

#[tokio::test]
async fn a_negative_request_timeout_answers_at_once() {
    let (_server, mut client) = Server::with(PAY).await;
    let answer = client.activate_jobs(asked(-1));
    let answer = tokio::time::timeout(Duration::from_secs(5), answer).await.unwrap();
    assert_eq!(all(answer.unwrap().into_inner()).await, []);
}

#[tokio::test]
async fn jobs_are_pushed_to_a_stream_as_they_come() {
    let (_server, mut client) = Server::with(PAY).await;
    start(&mut client, "").await;
    let request = StreamActivatedJobsRequest {
        r#type: "pay".to_owned(),
        worker: "w".to_owned(),
        timeout: 60_000,
        ..Default::default()
    };
    let mut stream = client.stream_activated_jobs(request).await.unwrap().into_inner();
    let first = stream.message().await.unwrap().unwrap();
    let second_instance = start(&mut client, r#"{"n": 2}"#).await;
    let second = stream.message().await.unwrap().unwrap();
    assert_eq!((second.process_instance_key, &*second.variables), (second_instance, r#"{"n":2}"#));
    assert_ne!(first.key, second.key);
}

#[tokio::test]
async fn jobs_of_a_client_that_went_are_handed_out_again_at_once() {
    let (server, mut client) = Server::with(PAY).await;
    let request = StreamActivatedJobsRequest {
        r#type: "pay".to_owned(),
        worker: "gone".to_owned(),
        timeout: 3_600_000,
        ..Default::default()
    };
    let mut gone = server.client().await;
    let stream = gone.stream_activated_jobs(request).await.unwrap().into_inner();
    let mut waits = server.client().await;
    let waiting = tokio::spawn(async move { jobs(&mut waits).await });
    drop((stream, gone));
    start(&mut client, "").await;
    let mut found = waiting.await.unwrap();
    // The stream may have taken it first; then it is given back and found by the next poll.
    if found.is_empty() {
        found = jobs(&mut client).await;
    }
    assert_eq!(found.len(), 1, "within the hour that the stream would have held it");
}

#[tokio::test]
async fn a_stream_that_is_not_read_holds_nobody_up() {
    let (server, mut client) = Server::with(PAY).await;
    let request = StreamActivatedJobsRequest {
        r#type: "pay".to_owned(),
        worker: "slow".to_owned(),
        timeout: 3_600_000,
        ..Default::default()
    };
    let endpoint = Endpoint::from_shared(server.address.clone()).unwrap();
    let narrow = endpoint.initial_stream_window_size(2_048).connect().await.unwrap();
    let slow = GatewayClient::new(narrow).stream_activated_jobs(request).await.unwrap();
    for _ in 0..60 {
        start(&mut client, &format!("{{\"text\": \"{}\"}}", "x".repeat(1_000))).await;
    }
    let mut taken = 0;
    loop {
        let found = jobs(&mut client).await;
        if found.is_empty() {
            break;
        }
        taken += found.len();
    }
    assert!(taken >= 30, "the slow stream holds a few, others get the rest: {taken}");
    drop(slow);
    while taken < 60 {
        let found = jobs(&mut client).await;
        assert!(!found.is_empty(), "{taken}: what it held and did not take comes back");
        taken += found.len();
        if taken >= 56 {
            // What lay in its window had left.
            break;
        }
    }
}

#[tokio::test]
async fn the_result_of_a_process_is_awaited() {
    let (_server, mut client) = Server::with("start -> twice:script(= n * 2, twice) -> end").await;
    let request = CreateProcessInstanceWithResultRequest {
        request: Some(creation(r#"{"n": 21}"#)),
        request_timeout: 10_000,
        fetch_variables: vec!["twice".to_owned()],
    };
    let ended = client.create_process_instance_with_result(request).await.unwrap().into_inner();
    assert_eq!(ended.variables, r#"{"twice":42}"#);
}

#[tokio::test]
async fn an_end_that_does_not_come_is_a_deadline() {
    let (_server, mut client) = Server::with(PAY).await;
    let request = CreateProcessInstanceWithResultRequest {
        request: Some(creation("")),
        request_timeout: 1,
        fetch_variables: Vec::new(),
    };
    let status = client.create_process_instance_with_result(request).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
}

#[tokio::test]
async fn clients_hear_the_codes_they_know() {
    let (_server, mut client) = Server::with(PAY).await;
    let unknown =
        CreateProcessInstanceRequest { bpmn_process_id: "nothing".to_owned(), ..creation("") };
    let status = client.create_process_instance(unknown).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound, "{status}");
    let status = client.create_process_instance(creation("[1]")).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let status = client.activate_jobs(ActivateJobsRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let wrong = vec![Resource { name: "a.bpmn".to_owned(), content: b"<a/>".to_vec() }];
    let request = DeployResourceRequest { resources: wrong, ..Default::default() };
    let status = client.deploy_resource(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let request = FailJobRequest { job_key: 7, retries: 1, ..Default::default() };
    let status = client.fail_job(request).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound, "{status}");
    let request = CreateProcessInstanceRequest { tenant_id: "acme".to_owned(), ..creation("") };
    let status = client.create_process_instance(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
}

#[tokio::test]
async fn a_message_id_is_taken_once() {
    let (_server, mut client) = Server::with(PAY).await;
    let message = PublishMessageRequest {
        name: "paid".to_owned(),
        correlation_key: "A-1".to_owned(),
        time_to_live: 60_000,
        message_id: "m-1".to_owned(),
        ..Default::default()
    };
    assert!(client.publish_message(message.clone()).await.unwrap().into_inner().key > 0);
    let status = client.publish_message(message).await.unwrap_err();
    assert_eq!(status.code(), Code::AlreadyExists, "{status}");
}

#[tokio::test]
async fn a_worker_fails_throws_and_sets_variables() {
    let (_server, mut client) =
        Server::with("start -> pay:job(pay) -> end\npay ! refused:error(REFUSED) -> sorry:end")
            .await;
    let instance = start(&mut client, "").await;
    let job = jobs(&mut client).await.remove(0);
    let failure = FailJobRequest { job_key: job.key, retries: 1, ..Default::default() };
    client.fail_job(failure).await.unwrap();
    let variables = SetVariablesRequest {
        element_instance_key: instance,
        variables: r#"{"limit": 5}"#.to_owned(),
        ..Default::default()
    };
    client.set_variables(variables).await.unwrap();
    let again = jobs(&mut client).await.remove(0);
    assert_eq!((again.key, again.retries, &*again.variables), (job.key, 1, r#"{"limit":5}"#));
    let error = ThrowErrorRequest {
        job_key: job.key,
        error_code: "REFUSED".to_owned(),
        ..Default::default()
    };
    client.throw_error(error).await.unwrap();
    assert_eq!(jobs(&mut client).await, []);
}

#[tokio::test]
async fn packed_requests_and_empty_authorization_are_taken() {
    let (server, _) = Server::with(PAY).await;
    let mut client = server.client().await.send_compressed(CompressionEncoding::Gzip);
    let mut request = Request::new(TopologyRequest {});
    request.metadata_mut().insert("authorization", "".parse().unwrap());
    let topology = client.topology(request).await.unwrap().into_inner();
    assert_eq!((topology.cluster_size, topology.brokers.len()), (1, 1));
    assert!(topology.gateway_version.starts_with("8."));
    start(&mut client, &format!("{{\"text\": \"{}\"}}", "x".repeat(10_000))).await;
}

#[tokio::test]
async fn health_is_told_by_service() {
    let (server, _) = Server::with(PAY).await;
    let mut client = HealthClient::new(server.channel().await);
    let asked = |service: &str| HealthCheckRequest { service: service.to_owned() };
    for service in ["", "gateway_protocol.Gateway"] {
        let found = client.check(asked(service)).await.unwrap().into_inner();
        assert_eq!(found.status, 1, "{service}: SERVING");
    }
    assert_eq!(client.check(asked("other")).await.unwrap_err().code(), Code::NotFound);
    let mut watched = client.watch(asked("")).await.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap().status, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_answers_with_its_rules() {
    let (_server, mut client) = Server::with("start -> end").await;
    let dmn = r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
        xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" name="D" namespace="n">
        <decision id="rate" name="Rate"><decisionTable>
        <input id="i" label="Amount"><inputExpression><text>amount</text></inputExpression></input>
        <output id="o" name="rate" />
        <rule id="r"><inputEntry><text>[1..10]</text></inputEntry>
        <outputEntry><text>0.5</text></outputEntry></rule>
        </decisionTable></decision></definitions>"#;
    let resources = vec![Resource { name: "d.dmn".to_owned(), content: dmn.into() }];
    let deploy = DeployResourceRequest { resources, tenant_id: String::new() };
    let deployed = client.deploy_resource(deploy).await.unwrap().into_inner();
    assert_eq!(deployed.deployments.len(), 2);
    let ask = |id: &str| EvaluateDecisionRequest {
        decision_id: id.to_owned(),
        variables: r#"{"amount": 7}"#.to_owned(),
        ..Default::default()
    };
    let said = client.evaluate_decision(ask("rate")).await.unwrap().into_inner();
    assert_eq!((&*said.decision_output, &*said.decision_name), ("0.5", "Rate"));
    let decided = &said.evaluated_decisions[0];
    assert_eq!(decided.evaluated_inputs[0].input_value, "7");
    let rule = &decided.matched_rules[0];
    assert_eq!((&*rule.rule_id, rule.rule_index), ("r", 1));
    assert_eq!(rule.evaluated_outputs[0].output_value, "0.5");
    let refused = client.evaluate_decision(ask("none")).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let refused = client.evaluate_decision(ask("")).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_signal_reaches_who_waits_for_it() {
    let (_server, mut client) =
        Server::with("start -> hear:catch-signal(alarm) -> pay:job(pay) -> end").await;
    let instance = start(&mut client, "").await;
    let request = BroadcastSignalRequest {
        signal_name: "alarm".to_owned(),
        variables: r#"{"level": 3}"#.to_owned(),
        tenant_id: String::new(),
    };
    assert!(client.broadcast_signal(request).await.unwrap().into_inner().key > 0);
    let job = jobs(&mut client).await.remove(0);
    assert_eq!((job.process_instance_key, &*job.variables), (instance, r#"{"level":3}"#));
    let nameless = client.broadcast_signal(BroadcastSignalRequest::default()).await.unwrap_err();
    assert_eq!(nameless.code(), Code::InvalidArgument, "{nameless}");
}

#[tokio::test]
async fn an_instance_is_modified_and_migrated() {
    let (_server, mut client) =
        Server::with("start -> pay:job(pay) -> other:job(pay) -> end").await;
    let instance = start(&mut client, "").await;
    let job = jobs(&mut client).await.remove(0);
    let modification = ModifyProcessInstanceRequest {
        process_instance_key: instance,
        activate_instructions: vec![ActivateInstruction {
            element_id: "other".to_owned(),
            ancestor_element_instance_key: -1,
            variable_instructions: vec![VariableInstruction {
                variables: r#"{"n": 1}"#.to_owned(),
                scope_id: String::new(),
            }],
        }],
        terminate_instructions: vec![TerminateInstruction {
            element_instance_key: job.element_instance_key,
        }],
        operation_reference: None,
    };
    client.modify_process_instance(modification.clone()).await.unwrap();
    let moved = jobs(&mut client).await.remove(0);
    assert_eq!((&*moved.element_id, &*moved.variables), ("other", r#"{"n":1}"#));
    let twice = client.modify_process_instance(modification).await.unwrap_err();
    assert_eq!(twice.code(), Code::InvalidArgument, "{twice}");

    let content = model::short::to_bpmn("start -> pay:job(pay) -> new:job(new) -> end").unwrap();
    let resources = vec![Resource { name: "a.bpmn".to_owned(), content: content.into_bytes() }];
    let deploy = DeployResourceRequest { resources, tenant_id: String::new() };
    let deployed = client.deploy_resource(deploy).await.unwrap().into_inner();
    let Some(Metadata::Process(process)) = &deployed.deployments[0].metadata else {
        panic!("{deployed:?}")
    };
    let mut migration = MigrateProcessInstanceRequest {
        process_instance_key: instance,
        migration_plan: None,
        operation_reference: None,
    };
    let planless = client.migrate_process_instance(migration.clone()).await.unwrap_err();
    assert_eq!(planless.code(), Code::InvalidArgument, "{planless}");
    migration.migration_plan = Some(MigrationPlan {
        target_process_definition_key: process.process_definition_key,
        mapping_instructions: vec![MappingInstruction {
            source_element_id: "other".to_owned(),
            target_element_id: "new".to_owned(),
        }],
    });
    client.migrate_process_instance(migration).await.unwrap();
    let completion =
        CompleteJobRequest { job_key: moved.key, variables: String::new(), result: None };
    client.complete_job(completion).await.unwrap();
    let gone = client
        .cancel_process_instance(CancelProcessInstanceRequest {
            process_instance_key: instance,
            operation_reference: None,
        })
        .await
        .unwrap_err();
    assert_eq!(gone.code(), Code::NotFound, "its only task is done: {gone}");
}

/// A request as somebody.
fn as_user<T>(who: &str, request: T) -> Request<T> {
    let mut request = Request::new(request);
    request.metadata_mut().insert("authorization", who.parse().unwrap());
    request
}

#[tokio::test]
async fn callers_say_who_they_are_as_in_rest() {
    let server = Server::start(Authentication::Local).await;
    let cost = PasswordCost { memory_kib: 64, passes: 1 };
    let first = crate::first_administrator(&server.node, cost).await.unwrap().unwrap();
    let encoded = STANDARD.encode(format!("{}:{}", first.username, first.password));
    let admin = format!("Basic {encoded}");
    let mut client = server.client().await;
    let anonymous = client.topology(TopologyRequest {}).await.unwrap_err();
    assert_eq!(anonymous.code(), Code::Unauthenticated);
    let empty = client.topology(as_user("", TopologyRequest {})).await.unwrap_err();
    assert_eq!(empty.code(), Code::Unauthenticated);
    let wrong = client.topology(as_user("Basic YTpi", TopologyRequest {})).await.unwrap_err();
    assert_eq!(wrong.code(), Code::Unauthenticated);
    let mut health = HealthClient::new(server.channel().await);
    health.check(HealthCheckRequest::default()).await.unwrap();
    client.topology(as_user(&admin, TopologyRequest {})).await.unwrap();
    client.deploy_resource(as_user(&admin, deployment(PAY))).await.unwrap();
    client.create_process_instance(as_user(&admin, creation("{}"))).await.unwrap();
}

#[tokio::test]
async fn a_stream_of_jobs_ends_with_its_caller() {
    let server = Server::start(Authentication::Local).await;
    let cost = PasswordCost { memory_kib: 64, passes: 1 };
    crate::first_administrator(&server.node, cost).await.unwrap().unwrap();
    let worker = PartyId::new(PartyKind::Client, "worker");
    let change = async |changes: Vec<Change>| {
        let actor = Authenticator::system();
        server.node.change_identity(&actor, |_: &Identity| Ok(changes)).await.unwrap();
    };
    let secret = Some(password::hash("secret", cost));
    let permissions = vec![Permission::UpdateProcessInstance, Permission::CreateProcessInstance];
    let grant = Grant { resource: ResourceType::ProcessDefinition, id: None, permissions };
    let deploys =
        Grant { resource: ResourceType::Resource, id: None, permissions: vec![Permission::Create] };
    let given =
        |key, grant| Change::PutAuthorization(Authorization { key, owner: worker.clone(), grant });
    let party = Party { secret, ..Party::new(worker.clone()) };
    change(vec![Change::PutParty(party), given(1, grant), given(2, deploys)]).await;
    let who = format!("Basic {}", STANDARD.encode("worker:secret"));
    let mut client = server.client().await;
    client.deploy_resource(as_user(&who, deployment(PAY))).await.unwrap();
    client.create_process_instance(as_user(&who, creation("{}"))).await.unwrap();
    let wanted = StreamActivatedJobsRequest {
        r#type: "pay".to_owned(),
        worker: "w".to_owned(),
        timeout: 60_000,
        ..Default::default()
    };
    let mut pushed =
        client.stream_activated_jobs(as_user(&who, wanted)).await.unwrap().into_inner();
    assert!(pushed.message().await.unwrap().is_some());
    change(vec![Change::DeleteParty(worker.clone())]).await;
    assert_eq!(pushed.message().await.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_client_deletes_a_process_that_does_not_run() {
    let (_server, mut client) = Server::with(PAY).await;
    let instance = start(&mut client, "{}").await;
    let deployed = client.deploy_resource(deployment(PAY)).await.unwrap().into_inner();
    let Some(Metadata::Process(process)) = &deployed.deployments[0].metadata else {
        panic!("{deployed:?}")
    };
    let request = DeleteResourceRequest {
        resource_key: process.process_definition_key,
        operation_reference: None,
    };
    let refused = client.delete_resource(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
    let cancel =
        CancelProcessInstanceRequest { process_instance_key: instance, ..Default::default() };
    client.cancel_process_instance(cancel).await.unwrap();
    client.delete_resource(request).await.unwrap();
    assert_eq!(client.delete_resource(request).await.unwrap_err().code(), Code::NotFound);
    let gone = client.create_process_instance(creation("{}")).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
}
