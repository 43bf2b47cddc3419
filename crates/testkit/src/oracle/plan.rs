//! What the token game is played on: one process as its model says, read anew from the XML.
//!
//! Not the engine's graph: nothing of that is used here.

use decision::{Mode, Program};
use model::{Document, Namespace, NodeRef, Process, Structure};

/// A process.
#[derive(Debug)]
pub(super) struct Plan {
    /// The flow nodes in document order, after the process itself.
    pub(super) nodes: Vec<Node>,
    pub(super) flows: Vec<Flow>,
}

/// A flow node, or the process (0).
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) kind: Kind,
    /// The sub-process or process around it.
    pub(super) scope: usize,
    pub(super) into: Vec<usize>,
    pub(super) out: Vec<usize>,
    /// Boundary events on it.
    pub(super) boundary: Vec<usize>,
    pub(super) interrupts: bool,
    pub(super) inputs: Vec<(Says, String)>,
    pub(super) outputs: Vec<(Says, String)>,
    pub(super) each: Option<Each>,
    /// What its listeners listen to, one for each.
    pub(super) listeners: Vec<Hears>,
    /// Whether its work is a user task.
    pub(super) is_task: bool,
}

/// What a listener listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hears {
    Start,
    End,
    Creating,
    Completing,
    Canceling,
}

#[derive(Debug)]
pub(super) struct Flow {
    pub(super) id: String,
    pub(super) target: usize,
    pub(super) condition: Option<Says>,
    pub(super) is_default: bool,
}

/// What a token does at a node.
#[derive(Debug)]
pub(super) enum Kind {
    /// It passes.
    Pass,
    /// It waits until somebody says the work is done; the job's retries are no matter here.
    Work,
    /// It waits for an event, or a boundary event does.
    Event(Trigger),
    /// A scope with its none start events, and the start events of its event sub-processes.
    Scope {
        starts: Vec<usize>,
        handlers: Vec<usize>,
    },
    /// An event sub-process, with the same.
    Handler {
        start: usize,
        handlers: Vec<usize>,
    },
    /// It waits for one of the events behind it.
    Race,
    /// A message is sent: these must be text.
    Send(Vec<Says>),
    Call {
        everything_back: bool,
    },
    Script {
        formula: Says,
        result: String,
    },
    Exclusive,
    Parallel,
    Inclusive,
    /// A link, and where it leads.
    Link(usize),
    ErrorEnd(String),
    /// It throws an escalation.
    Escalate(Says),
    Terminate,
}

/// What an event waits for.
#[derive(Debug)]
pub(super) enum Trigger {
    /// So many times; `None` is without end.
    Timer(Option<u32>),
    Message {
        name: Says,
        key: Says,
    },
    /// A BPMN signal.
    Signal(Says),
    /// A BPMN error; `None` is any.
    Error(Option<String>),
    /// An escalation; `None` is any.
    Escalation(Option<String>),
}

#[derive(Debug)]
pub(super) struct Each {
    pub(super) in_turn: bool,
    pub(super) items: Says,
    pub(super) item: Option<String>,
    pub(super) outputs: Option<String>,
    pub(super) output: Option<Says>,
    pub(super) until: Option<Says>,
}

/// Text, or a formula after `=`.
#[derive(Debug, Clone)]
pub(super) enum Says {
    Text(String),
    Formula(Program),
}

impl Says {
    fn read(text: &str) -> Option<Says> {
        match text.trim().strip_prefix('=') {
            Some(formula) => decision::compile(formula, Mode::Camunda).ok().map(Says::Formula),
            None => Some(Says::Text(text.to_owned())),
        }
    }

    /// Outputs that are just a variable begin as null in each instance.
    pub(super) fn variable(&self) -> Option<&str> {
        let Says::Formula(program) = self else { return None };
        let source = program.source().trim();
        let is_name = source.chars().all(|c| c.is_alphanumeric() || c == '_');
        (is_name && !source.starts_with(char::is_numeric)).then_some(source)
    }
}

impl Plan {
    /// Reads a process. `None`: it has something the game does not know.
    pub(super) fn read(document: &Document, process: Process<'_>) -> Option<Plan> {
        if process.node.extension("executionListeners").is_some() {
            return None;
        }
        let structure = process.structure();
        let (starts, handlers) = (none_starts(&structure, 0), handlers(&structure, 0));
        let kind_of_whole = Kind::Scope { starts, handlers };
        let whole = Node { kind: kind_of_whole, ..Node::empty(process.id().to_owned()) };
        let mut nodes = vec![whole];
        for node in &structure.nodes {
            let owner = structure.scopes[node.scope].owner;
            let definitions = node.node.children();
            let definitions = definitions.filter(|it| it.name().ends_with("EventDefinition"));
            let loops = node.node.bpmn("standardLoopCharacteristics").next().is_some();
            if loops || definitions.count() > 1 {
                return None;
            }
            nodes.push(Node {
                kind: kind(document, &structure, node)?,
                scope: owner.map_or(0, |owner| owner + 1),
                into: node.incoming.clone(),
                out: node.outgoing.clone(),
                boundary: node.boundary.iter().map(|at| at + 1).collect(),
                interrupts: ["cancelActivity", "isInterrupting"]
                    .iter()
                    .all(|name| node.node.attr(name) != Some("false")),
                inputs: mappings(node.node, "input")?,
                outputs: mappings(node.node, "output")?,
                each: each(node.node)?,
                listeners: listeners(node.node)?,
                is_task: node.node.extension("userTask").is_some(),
                ..Node::empty(node.id.to_owned())
            });
        }
        let flow = |flow: &model::Flow<'_>| {
            let condition = flow.condition.map(|node| Says::read(node.text()));
            Some(Flow {
                id: flow.id.to_owned(),
                target: flow.target + 1,
                condition: match condition {
                    Some(None) => return None,
                    Some(said) => said,
                    None => None,
                },
                is_default: flow.is_default,
            })
        };
        let flows = structure.flows.iter().map(flow).collect::<Option<_>>()?;
        Some(Plan { nodes, flows })
    }

    pub(super) fn find(&self, id: &str) -> usize {
        let found = self.nodes.iter().skip(1).position(|node| node.id == id);
        found.map_or(0, |at| at + 1)
    }
}

impl Node {
    fn empty(id: String) -> Node {
        Node {
            id,
            kind: Kind::Pass,
            scope: 0,
            into: Vec::new(),
            out: Vec::new(),
            boundary: Vec::new(),
            interrupts: true,
            inputs: Vec::new(),
            outputs: Vec::new(),
            each: None,
            listeners: Vec::new(),
            is_task: false,
        }
    }
}

fn none_starts(structure: &Structure<'_>, scope: usize) -> Vec<usize> {
    let is_start = |at: &&usize| {
        let node = structure.nodes[**at].node;
        node.name() == "startEvent" && definition(node).is_none()
    };
    structure.scopes[scope].nodes.iter().filter(is_start).map(|at| at + 1).collect()
}

/// Start events of the event sub-processes in a scope.
fn handlers(structure: &Structure<'_>, scope: usize) -> Vec<usize> {
    let opened = structure.scopes[scope]
        .nodes
        .iter()
        .filter(|at| structure.nodes[**at].node.attr("triggeredByEvent") == Some("true"));
    let starts = opened.filter_map(|at| handler_start(structure, structure.nodes[*at].opens?));
    starts.collect()
}

fn handler_start(structure: &Structure<'_>, scope: usize) -> Option<usize> {
    let mut inside = structure.scopes[scope].nodes.iter();
    inside.find(|at| structure.nodes[**at].node.name() == "startEvent").map(|at| at + 1)
}

/// What makes an event special.
fn definition(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    node.children().find(|child| child.name().ends_with("EventDefinition"))
}

fn kind(
    document: &Document,
    structure: &Structure<'_>,
    node: &model::FlowNode<'_>,
) -> Option<Kind> {
    let (element, event) = (node.node, definition(node.node));
    let of = event.map_or("", |event| event.name());
    let around = structure.scopes[node.scope].node;
    let handles = around.attr("triggeredByEvent") == Some("true");
    Some(match (element.name(), of) {
        ("startEvent", _) if !handles => Kind::Pass,
        ("sendTask", _) | ("endEvent" | "intermediateThrowEvent", "messageEventDefinition") => {
            sent(document, element, event.unwrap_or(element))?
        }
        ("endEvent" | "intermediateThrowEvent", "")
        | ("manualTask" | "task", _)
        | ("intermediateCatchEvent", "linkEventDefinition") => Kind::Pass,
        ("endEvent", "terminateEventDefinition") => Kind::Terminate,
        ("endEvent", "errorEventDefinition") => Kind::ErrorEnd(code(document, event?)?),
        ("intermediateThrowEvent", "linkEventDefinition") => {
            let name = event?.attr("name")?;
            let catches = |at: &&usize| {
                let catch = structure.nodes[**at].node;
                let link = definition(catch).and_then(|event| event.attr("name"));
                catch.name() == "intermediateCatchEvent" && link == Some(name)
            };
            Kind::Link(structure.scopes[node.scope].nodes.iter().find(catches)? + 1)
        }
        ("boundaryEvent" | "startEvent", "errorEventDefinition") => {
            let code = event?.attr("errorRef").map(|_| code(document, event?));
            Kind::Event(Trigger::Error(code.flatten()))
        }
        ("intermediateCatchEvent" | "boundaryEvent" | "startEvent", "timerEventDefinition") => {
            Kind::Event(Trigger::Timer(firings(event?)?))
        }
        ("intermediateCatchEvent" | "boundaryEvent" | "startEvent", "messageEventDefinition") => {
            Kind::Event(message(document, event?)?)
        }
        (_, "signalEventDefinition" | "escalationEventDefinition") => {
            told(document, element, event?)?
        }
        ("receiveTask", _) => Kind::Event(message(document, element)?),
        ("eventBasedGateway", _) => Kind::Race,
        ("serviceTask" | "userTask", _) => Kind::Work,
        ("scriptTask", _) => {
            let script = element.extension("script")?;
            let formula = Says::read(script.attr("expression")?)?;
            Kind::Script { formula, result: script.attr("resultVariable")?.to_owned() }
        }
        ("subProcess", _) => {
            let (scope, handlers) = (node.opens?, handlers(structure, node.opens?));
            match element.attr("triggeredByEvent") {
                Some("true") => Kind::Handler { start: handler_start(structure, scope)?, handlers },
                _ => Kind::Scope { starts: none_starts(structure, scope), handlers },
            }
        }
        ("callActivity", _) => {
            let called = element.extension("calledElement")?;
            let everything_back = called.attr("propagateAllChildVariables") != Some("false");
            Kind::Call { everything_back }
        }
        ("exclusiveGateway", _) => Kind::Exclusive,
        ("parallelGateway", _) => Kind::Parallel,
        ("inclusiveGateway", _) => Kind::Inclusive,
        _ => return None,
    })
}

fn code(document: &Document, event: NodeRef<'_>) -> Option<String> {
    let error = document.resolve(event.attr("errorRef")?)?;
    Some(error.attr("errorCode")?.to_owned()).filter(|code| !code.starts_with('='))
}

/// BPMN signals and escalations.
fn told(document: &Document, element: NodeRef<'_>, event: NodeRef<'_>) -> Option<Kind> {
    Some(match (element.name(), event.name()) {
        ("endEvent" | "intermediateThrowEvent", "signalEventDefinition") => {
            Kind::Send(vec![named(document, event, "signalRef", "name")?])
        }
        (_, "signalEventDefinition") => {
            Kind::Event(Trigger::Signal(named(document, event, "signalRef", "name")?))
        }
        ("endEvent" | "intermediateThrowEvent", "escalationEventDefinition") => {
            Kind::Escalate(named(document, event, "escalationRef", "escalationCode")?)
        }
        (_, "escalationEventDefinition") => {
            let code = named(document, event, "escalationRef", "escalationCode");
            Kind::Event(Trigger::Escalation(match code {
                Some(Says::Text(code)) => Some(code),
                Some(Says::Formula(_)) => return None,
                None => None,
            }))
        }
        _ => return None,
    })
}

/// What something a definition refers to is called.
fn named(document: &Document, event: NodeRef<'_>, reference: &str, name: &str) -> Option<Says> {
    Says::read(document.resolve(event.attr(reference)?)?.attr(name)?)
}

fn message(document: &Document, holder: NodeRef<'_>) -> Option<Trigger> {
    let message = document.resolve(holder.attr("messageRef")?)?;
    let key = message.extension("subscription")?.attr("correlationKey")?;
    Some(Trigger::Message { name: Says::read(message.attr("name")?)?, key: Says::read(key)? })
}

/// A message that is sent by a worker, or published.
fn sent(document: &Document, element: NodeRef<'_>, holder: NodeRef<'_>) -> Option<Kind> {
    let Some(publish) = element.extensions_of(Namespace::Segue, "publishMessage").next() else {
        return Some(Kind::Work);
    };
    let name = document.resolve(holder.attr("messageRef")?)?.attr("name")?;
    let given = [Some(name), publish.attr("correlationKey"), publish.attr("messageId")];
    given.into_iter().flatten().map(Says::read).collect::<Option<_>>().map(Kind::Send)
}

/// How often a fixed timer fires; what is an expression is not known.
fn firings(event: NodeRef<'_>) -> Option<Option<u32>> {
    let time = event.children().find(|child| child.name().starts_with("time"))?;
    if time.text().starts_with('=') {
        return None;
    }
    match time.text().strip_prefix('R').and_then(|rest| rest.split_once('/')) {
        _ if time.name() != "timeCycle" => Some(Some(1)),
        Some(("", _)) => Some(None),
        Some((times, _)) => times.parse().ok().map(Some),
        None => Some(None),
    }
}

fn mappings(node: NodeRef<'_>, side: &str) -> Option<Vec<(Says, String)>> {
    let Some(mapping) = node.extension("ioMapping") else { return Some(Vec::new()) };
    let sides = mapping.children().filter(|child| child.name() == side);
    let read = |child: NodeRef<'_>| {
        let target = child.attr("target")?.to_owned();
        Some((Says::read(child.attr("source")?)?, target)).filter(|(_, to)| !to.contains('.'))
    };
    sides.map(read).collect()
}

fn listeners(node: NodeRef<'_>) -> Option<Vec<Hears>> {
    let lists = ["executionListeners", "taskListeners"].into_iter();
    let all = lists.filter_map(|list| node.extension(list)).flat_map(NodeRef::children);
    let read = |listener: NodeRef<'_>| {
        Some(match listener.attr("eventType")? {
            "start" => Hears::Start,
            "end" => Hears::End,
            "creating" => Hears::Creating,
            "completing" => Hears::Completing,
            "canceling" => Hears::Canceling,
            _ => return None,
        })
    };
    all.map(read).collect()
}

fn each(node: NodeRef<'_>) -> Option<Option<Each>> {
    let marker = node.children().find(|child| child.name() == "multiInstanceLoopCharacteristics");
    let Some(marker) = marker else { return Some(None) };
    let loops = marker.extension("loopCharacteristics")?;
    let output = loops.attr("outputElement").map(Says::read);
    let until = marker.children().find(|child| child.name() == "completionCondition");
    let until = until.map(|until| Says::read(until.text()));
    Some(Some(Each {
        in_turn: marker.attr("isSequential") == Some("true"),
        items: Says::read(loops.attr("inputCollection")?)?,
        item: loops.attr("inputElement").map(str::to_owned),
        outputs: loops.attr("outputCollection").map(str::to_owned),
        output: output.flatten(),
        until: until.flatten(),
    }))
}
