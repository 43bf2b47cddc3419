//! `segue run`: one process to its end in the terminal, without a server and without a disk.
//!
//! Not a simulation: commands are really run, and timers take their time unless --fast lets the
//! clock jump to them.

mod picture;
mod worker;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use access::Actor;
use engine::graph::Graph;
use engine::key::Key;
use engine::record::{Events, decode_sections};
use runtime::clock::Clock;
use runtime::node::{Node, Options};
use runtime::request::{ActivateJobs, Answer, Caller, DefinitionRef, Request, Resource};
use store::memory::Memory;
use tokio::task::JoinSet;

use super::{block_on, variables};
use crate::failure::{Failure, Outcome};
use crate::shell::{About, Done};
use crate::{snippet, terminal};
use picture::Picture;
use worker::{JOB_TIME, Worker, variables_of};

/// How many jobs are being done.
#[derive(Debug, Clone, Default)]
struct Busy(Arc<AtomicUsize>);

/// The tenant of everything that runs here.
const TENANT: u32 = 0;
/// How often the instance is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// With --fast: how long nothing may happen before the clock jumps.
const JUMP: Duration = Duration::from_millis(40);
/// How long nothing may happen before we say that nothing will.
const PATIENCE: Duration = Duration::from_millis(500);
/// History rows read at once.
const ROWS: u32 = 500;
/// How long a message given on the command line is kept, milliseconds (one day).
const MESSAGE_MS: i64 = 86_400_000;

/// Runs one process to its end in the terminal, without a server
///
/// Elements are shown as they begin (>), complete (+), are cancelled (x) or fail (!); the variables
/// at the end are printed as JSON. Timers take real time, unless --fast is given. For example:
///
///   segue run order.bpmn --variables '{"amount": 12}' --worker charge='= {receipt: amount}'
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Run {
    /// BPMN file
    file: PathBuf,
    /// Files to deploy with it: decisions, called processes, forms
    #[arg(value_name = "OTHER FILE")]
    others: Vec<PathBuf>,
    /// Variables to start with, as a JSON object, or @FILE
    #[arg(long, default_value = "{}", value_name = "JSON")]
    variables: String,
    /// The process to run, when the file has several
    #[arg(long, value_name = "ID")]
    process: Option<String>,
    /// Does the jobs of a type: TYPE== FEEL gives the variables; TYPE=COMMAND is a shell command
    /// with variables as JSON on standard input and output
    #[arg(long = "worker", value_name = "TYPE=FEEL|CMD")]
    workers: Vec<Worker>,
    /// Does the user tasks of an element, like --worker
    #[arg(long = "task", value_name = "ELEMENT=FEEL|CMD")]
    tasks: Vec<Worker>,
    /// Publishes a message at the start, kept until somebody waits for it
    #[arg(long = "message", value_name = "NAME=KEY[=JSON]")]
    messages: Vec<String>,
    /// When nothing else is to be done, let the clock jump to the next timer
    #[arg(long)]
    fast: bool,
    /// Print everything at the end as one JSON object
    #[arg(long)]
    json: bool,
}

impl Run {
    /// Runs it.
    pub(crate) fn run(&self) -> Outcome {
        let start = variables(&self.variables)?;
        let source = std::fs::read(&self.file).map_err(|error| {
            Failure::work(format!("Expected to read {}: {error}", self.file.display()))
        })?;
        let graph = self.graph(&source)?;
        let store = Arc::new(Memory::new());
        let clock = if self.fast { Clock::settable() } else { Clock::Machine };
        let options = Options { clock, ..Options::default() };
        let node = Node::start(store, options).map_err(Failure::work)?;
        let ran = block_on(self.play(&node, source, &graph, &start));
        node.stop();
        ran
    }

    /// The process to run; a file with problems prints them.
    fn graph(&self, source: &[u8]) -> Result<Arc<Graph>, Failure> {
        let problems = super::check::problems_of(source);
        let name = self.file.display().to_string();
        if problems.has_errors() {
            for problem in &problems {
                terminal::raw(&snippet::render(&name, source, problem));
            }
            return Err(Failure::Answered);
        }
        let document = model::parse(source).map_err(Failure::work)?;
        let graphs = engine::graph::compile::compile(&document, &mut model::Problems::new());
        let ids: Vec<&str> = graphs.iter().map(|graph| &*graph.process_id).collect();
        let listed = ids.join(", ");
        let wanted = match (&self.process, ids.as_slice()) {
            (Some(id), _) => id.as_str(),
            (None, [only]) => only,
            (None, []) => {
                return Err(Failure::work(format!("Expected a process in {name}, found none.")));
            }
            (None, _) => {
                return Err(Failure::usage(format!("Expected --process with one of: {listed}.")));
            }
        };
        let at = ids.iter().position(|id| *id == wanted).ok_or_else(|| {
            Failure::usage(format!("Expected --process to be one of: {listed}; found {wanted}."))
        })?;
        Ok(Arc::new(graphs.into_iter().nth(at).expect("the position was just found")))
    }

    async fn play(
        &self,
        node: &Node,
        source: Vec<u8>,
        graph: &Arc<Graph>,
        start: &serde_json::Value,
    ) -> Outcome {
        let name = self.file.display().to_string();
        let mut resources = vec![Resource { name, content: source }];
        for path in &self.others {
            let content = std::fs::read(path).map_err(|error| {
                Failure::work(format!("Expected to read {}: {error}", path.display()))
            })?;
            resources.push(Resource { name: path.display().to_string(), content });
        }
        submit(node, Request::Deploy { resources }).await?;
        let instance = begin(node, graph, start).await?;
        for message in &self.messages {
            submit(node, publication(message)?).await?;
        }
        let busy = Busy::default();
        let workers: Vec<_> = self
            .workers
            .iter()
            .map(|worker| tokio::spawn(work(node.clone(), worker.clone(), busy.clone())))
            .collect();
        let ended = self.watch(node, instance, graph.clone(), &busy).await;
        workers.iter().for_each(tokio::task::JoinHandle::abort);
        let picture = ended?;
        if self.json {
            terminal::json(&picture.as_json());
        } else {
            terminal::json(&picture::object_of(&picture.variables()));
        }
        match picture.ended {
            Some(true) => Ok(()),
            _ => Err(Failure::work("Expected the instance to complete, but it was cancelled.")),
        }
    }

    /// Follows the instance to its end, or to where nobody can wake it.
    async fn watch(
        &self,
        node: &Node,
        key: Key,
        graph: Arc<Graph>,
        busy: &Busy,
    ) -> Result<Picture, Failure> {
        let mut picture = Picture::of(graph);
        let mut position = 0;
        let mut begun = BTreeSet::new();
        let mut doing = JoinSet::new();
        let mut quiet_since = Instant::now();
        loop {
            let rows = node.history(key, position, ROWS).await.map_err(Failure::work)?;
            for row in &rows {
                position = row.position;
                let sections = decode_sections(key, &row.body).map_err(Failure::work)?;
                for section in sections {
                    if let Events::Instance(events) = &section.events {
                        picture.fold(events).iter().for_each(terminal::note);
                    }
                }
            }
            if picture.ended.is_some() {
                return Ok(picture);
            }
            let works = |job_type: &str| self.workers.iter().any(|it| &*it.of == job_type);
            if let Some(job_type) = picture.job_without(works) {
                return Err(Failure::work(format!(
                    "no worker for type {job_type}: add --worker {job_type}='= {{}}', or a command"
                )));
            }
            self.do_tasks(node, key, &picture, (&mut begun, &mut doing)).await?;
            while let Some(done) = doing.try_join_next() {
                done.map_err(Failure::work)??;
            }
            let quiet = quiet_since.elapsed();
            if !rows.is_empty() || busy.0.load(Ordering::Acquire) > 0 {
                quiet_since = Instant::now();
            } else if let Some(due_ms) = picture.next_ms().filter(|_| self.fast && quiet > JUMP) {
                // A clock that stood past it already only wakes the lane.
                node.set_clock(Some(due_ms.max(node.now_ms()))).map_err(Failure::work)?;
                quiet_since = Instant::now();
            } else if quiet > PATIENCE {
                let does = |element: &str| self.tasks.iter().any(|it| &*it.of == element);
                if let Some(waits) = picture.stuck(does) {
                    return Err(Failure::work(format!("nobody will wake the instance:\n{waits}")));
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Does the user tasks that somebody was named for.
    async fn do_tasks(
        &self,
        node: &Node,
        instance: Key,
        picture: &Picture,
        (begun, doing): (&mut BTreeSet<Key>, &mut JoinSet<Outcome>),
    ) -> Outcome {
        for task in picture.tasks() {
            let worker = self.tasks.iter().find(|it| it.of == task.element_id);
            let Some(worker) = worker.filter(|_| begun.insert(task.key)) else { continue };
            let key = task.key.to_string();
            let about = About { job_type: &task.element_id, key: &key, retries: "0" };
            match worker.work(&picture.variables(), about).await {
                Done::Completed(output) => {
                    let variables = variables_of(&output);
                    let action = Arc::from("complete");
                    let task = task.key;
                    let request = Request::CompleteUserTask { instance, task, variables, action };
                    let node = node.clone();
                    // Its listeners are workers too: they are not waited for here.
                    doing.spawn(async move { submit(&node, request).await.map(drop) });
                }
                Done::Failed(reason) | Done::Threw { message: reason, .. } => {
                    return Err(Failure::work(format!("task {}: {reason}", task.element_id)));
                }
            }
        }
        Ok(())
    }
}

fn caller() -> Caller {
    let actor = Actor {
        id: "local".into(),
        acting_for: None,
        tenants: Arc::new([TENANT]),
        grants: access::Grants::All,
    };
    Caller { actor, tenant: TENANT, request_key: None }
}

async fn submit(node: &Node, request: Request) -> Result<Answer, Failure> {
    node.submit(caller(), request).await.map_err(Failure::work)
}

/// Starts the instance; a process that only a message starts gets its message.
async fn begin(node: &Node, graph: &Graph, start: &serde_json::Value) -> Result<Key, Failure> {
    let variables = variables_of(start);
    let starts = graph.node(0).starts.iter().map(|start| &graph.node(*start).kind);
    let message = starts.into_iter().find_map(|kind| match kind {
        engine::element::Kind::MessageStart(start) => start.message.fixed_name(),
        _ => None,
    });
    let request = match (graph.none_start(), message) {
        (None, Some(name)) => {
            Request::CorrelateMessage { name: name.into(), correlation_key: "".into(), variables }
        }
        _ => Request::CreateInstance {
            definition: DefinitionRef::Latest(graph.process_id.clone()),
            variables,
            business_id: None,
            await_result: false,
            options: Default::default(),
        },
    };
    match submit(node, request).await? {
        Answer::InstanceCreated(created) => Ok(created.instance),
        Answer::MessageCorrelated { instance, .. } => Ok(instance),
        other => Err(Failure::work(format!("Expected a new instance, but found {other:?}."))),
    }
}

fn publication(text: &str) -> Result<Request, Failure> {
    let mut parts = text.splitn(3, '=');
    let (Some(name), Some(key)) = (parts.next(), parts.next()) else {
        return Err(Failure::usage(format!(
            "Expected --message NAME=KEY, or NAME=KEY=JSON, but found `{text}`."
        )));
    };
    let given = parts.next().map_or(Ok(serde_json::json!({})), variables)?;
    Ok(Request::PublishMessage {
        name: name.into(),
        correlation_key: key.into(),
        id: None,
        ttl_ms: MESSAGE_MS,
        variables: variables_of(&given),
    })
}

/// Does the jobs of one type until the node stops.
async fn work(node: Node, worker: Worker, busy: Busy) {
    loop {
        let wanted = ActivateJobs {
            job_type: worker.of.clone(),
            worker: "run".into(),
            timeout_ms: i64::try_from(JOB_TIME.as_millis()).unwrap_or(i64::MAX),
            limit: 1,
            fetch: Vec::new(),
            wait_ms: 1_000,
            tenants: vec![TENANT],
        };
        let Ok(jobs) = node.activate(caller(), wanted).await else { return };
        for job in jobs {
            busy.0.fetch_add(1, Ordering::AcqRel);
            let (key, retries) = (job.key.to_string(), job.retries.to_string());
            let about = About { job_type: &worker.of, key: &key, retries: &retries };
            let done = worker.work(&job.variables, about).await;
            let job_key = job.key;
            let request = match done {
                Done::Completed(output) => Request::CompleteJob {
                    job: job_key,
                    variables: variables_of(&output),
                    result: None,
                },
                Done::Failed(reason) => Request::FailJob {
                    job: job_key,
                    retries: (job.retries - 1).max(0),
                    back_off_ms: 0,
                    message: reason.into(),
                    variables: Vec::new(),
                },
                Done::Threw { code, message } => Request::ThrowJobError {
                    job: job_key,
                    code: code.into(),
                    message: message.into(),
                    variables: Vec::new(),
                },
            };
            if let Err(refusal) = node.submit(caller(), request).await {
                terminal::note(format_args!("job {key}: {refusal}"));
            }
            busy.0.fetch_sub(1, Ordering::AcqRel);
        }
    }
}
