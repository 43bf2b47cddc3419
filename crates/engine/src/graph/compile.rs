//! From a BPMN document to executable graphs, with a problem for whatever cannot run.
//!
//! Not here: what the elements mean (`element`), and structural rules (`model::check`).

use super::keep::history_ttl_ms;
use super::{Flow, Graph, Node, Reach};
use crate::element::process::ProcessScope;
use crate::element::{Kind, multiple_part};
use crate::event::ElementIndex;
use crate::limits::REACH_BITS_MAX;
use crate::part::listener::ListenerSpec;
use crate::part::mapping::Mapping;
use crate::part::message::MessageSpec;
use crate::part::multi_instance::MultiInstance;
use crate::part::standard_loop::StandardLoop;
use crate::part::text::{Text, Written, compile_condition};
use model::{Document, NodeRef, Problems, Structure};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The executable processes of a file, in document order. Problems with severity *error* mean
/// that the file cannot be deployed; the graphs are then incomplete.
pub fn compile(document: &Document, problems: &mut Problems) -> Vec<Graph> {
    document
        .processes()
        .filter(|process| process.is_executable())
        .map(|process| {
            let structure = process.structure();
            let mut graph = Graph {
                process_id: process.id().into(),
                name: process.name().unwrap_or_default().into(),
                version_tag: version_tag(process.node),
                history_ttl_ms: history_ttl_ms(process.node, problems),
                nodes: vec![process_node(process.node, problems)],
                flows: Vec::new(),
                by_id: BTreeMap::new(),
                reach: Reach::default(),
            };
            for at in 0..structure.nodes.len() {
                let node = compile_node(&structure, at, problems);
                graph.by_id.insert(node.id.clone(), index(at));
                graph.nodes.push(node);
            }
            add_parts(&mut graph, &structure, problems);
            graph.flows = compile_flows(&structure, problems);
            graph.link();
            graph.reach = reach(&graph, process.node, problems);
            refuse_duplicate_message_starts(&graph, process.node, problems);
            graph
        })
        .collect()
}

/// Events with several definitions get a part for each, behind the elements of the model.
fn add_parts(graph: &mut Graph, structure: &Structure<'_>, problems: &mut Problems) {
    for at in 0..structure.nodes.len() {
        let event = index(at);
        for kind in multiple_part::of(&graph.node(event).kind, structure.nodes[at].node, problems) {
            let part = ElementIndex::try_from(graph.nodes.len()).expect("element counts are small");
            let whole = graph.node(event);
            let node = Node {
                scope: whole.scope,
                part_of: Some(event),
                attached_to: whole.attached_to,
                interrupting: whole.interrupting,
                happened: true,
                ..Node::plain(whole.id.clone(), whole.name.clone(), kind)
            };
            graph.nodes.push(node);
            graph.nodes[event as usize].parts.push(part);
        }
    }
}

/// The element of a structure's flow node: the process itself is element 0.
fn index(at: usize) -> ElementIndex {
    ElementIndex::try_from(at + 1).expect("the model's limits keep element counts small")
}

fn version_tag(process: NodeRef<'_>) -> Arc<str> {
    let tag = process.extension("versionTag");
    tag.and_then(|tag| tag.attr("value")).unwrap_or_default().into()
}

fn process_node(process: NodeRef<'_>, problems: &mut Problems) -> Node {
    let name = process.attr("name").unwrap_or_default().into();
    let kind = Kind::ProcessScope(ProcessScope);
    let listeners = ListenerSpec::read_all(process, problems);
    let job_priority = job_priority(process, problems);
    let node = Node::plain(process.id().unwrap_or_default().into(), name, kind);
    Node { listeners, job_priority, ..node }
}

fn job_priority(node: NodeRef<'_>, problems: &mut Problems) -> Option<Text> {
    Text::read(node.extension("jobPriorityDefinition")?, "priority", problems)
}

fn compile_node(structure: &Structure<'_>, at: usize, problems: &mut Problems) -> Node {
    let node = &structure.nodes[at];
    let xml = node.node;
    let kind = Kind::read(xml, problems);
    let numbers = |flows: &[usize]| flows.iter().map(|flow| *flow as u32).collect();
    let owner = structure.scopes[node.scope].owner;
    let mappings = |name: &'static str, problems: &mut Problems| -> Vec<Mapping> {
        let found = xml.extension("ioMapping").into_iter().flat_map(NodeRef::children);
        let found: Vec<_> = found.filter(|child| child.name() == name).collect();
        found.into_iter().filter_map(|child| Mapping::read(child, problems)).collect()
    };
    Node {
        id: node.id.into(),
        name: xml.attr("name").unwrap_or_default().into(),
        kind,
        scope: owner.map_or(0, index),
        outgoing: numbers(&node.outgoing),
        incoming: numbers(&node.incoming),
        boundary: node.boundary.iter().map(|held| index(*held)).collect(),
        attached_to: node.attached_to.map(index),
        interrupting: is_interrupting(xml),
        happened: false,
        awaits: Vec::new(),
        inputs: mappings("input", problems),
        outputs: mappings("output", problems),
        multi_instance: MultiInstance::read(xml, problems),
        standard_loop: StandardLoop::read(xml, problems),
        parts: Vec::new(),
        part_of: None,
        listeners: ListenerSpec::read_all(xml, problems),
        job_priority: job_priority(xml, problems),
        starts: Vec::new(),
        link: None,
        handler: None,
    }
}

/// Boundary events and starts of event sub-processes interrupt unless they say otherwise.
fn is_interrupting(xml: NodeRef<'_>) -> bool {
    let denies = |name: &str| matches!(xml.attr(name).map(str::trim), Some("false" | "0"));
    !denies("cancelActivity") && !denies("isInterrupting")
}

/// Where the tokens of inclusive joins can come from.
fn reach(graph: &Graph, process: NodeRef<'_>, problems: &mut Problems) -> Reach {
    Reach::of(graph).unwrap_or_else(|| {
        problems
            .error(
                process,
                "inclusive-joins-too-many",
                format!(
                    "Expected at most {REACH_BITS_MAX} pairs of an element and a flow into a \
                     joining inclusive gateway, but found more."
                ),
            )
            .hint("Split the process: call a part of it by a call activity.");
        Reach::default()
    })
}

fn compile_flows(structure: &Structure<'_>, problems: &mut Problems) -> Vec<Flow> {
    let mut flows = Vec::with_capacity(structure.flows.len());
    for flow in &structure.flows {
        let source = structure.nodes[flow.source].node;
        let chooses =
            matches!(source.name(), "complexGateway" | "exclusiveGateway" | "inclusiveGateway");
        if let (Some(condition), false) = (flow.condition, chooses) {
            problems
                .warning(
                    flow.node,
                    "condition-without-choice",
                    format!(
                        "Expected a condition only after an exclusive, inclusive or complex \
                         gateway, but found one on a flow out of {} `{}`.",
                        source.name(),
                        source.id().unwrap_or_default()
                    ),
                )
                .move_to(condition.position(), 1)
                .hint("The condition is not evaluated: put a gateway before it.");
        }
        let condition = flow
            .condition
            .filter(|_| chooses)
            .and_then(|condition| compile_condition(condition, Written::Text, problems));
        flows.push(Flow {
            id: flow.id.into(),
            source: index(flow.source),
            target: index(flow.target),
            condition,
            is_default: flow.is_default,
        });
    }
    flows
}

fn refuse_duplicate_message_starts(graph: &Graph, process: NodeRef<'_>, problems: &mut Problems) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    let starts = graph.node(0).starts.iter();
    for trigger in starts.flat_map(|start| graph.triggers(*start)) {
        let node = graph.node(trigger);
        let Some(name) = node.kind.message().and_then(MessageSpec::fixed_name) else { continue };
        if let Some(first) = seen.insert(name, &node.id) {
            let found = process.document().by_id(&node.id).unwrap_or(process);
            problems.error(
                found,
                "message-start-twice",
                format!(
                    "Expected each message to start a process once, but found `{name}` at both \
                     `{first}` and `{}`.",
                    node.id
                ),
            );
        }
    }
}
