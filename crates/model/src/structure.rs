//! The flow structure of one process: scopes, flow nodes and sequence flows, resolved to indices.
//!
//! Not a judgement: what does not resolve is left out here and reported by `check`.

use std::collections::BTreeMap;

use crate::namespace::Namespace;
use crate::node::NodeRef;
use crate::vocabulary::{is_flow_node, is_scope};

/// One process of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process<'a> {
    /// Its element.
    pub node: NodeRef<'a>,
}

impl<'a> Process<'a> {
    pub(crate) fn new(node: NodeRef<'a>) -> Self {
        Self { node }
    }

    /// Its id; empty only in a file with errors.
    pub fn id(self) -> &'a str {
        self.node.id().unwrap_or_default()
    }

    /// Its name, where it has one.
    pub fn name(self) -> Option<&'a str> {
        self.node.attr("name")
    }

    /// Whether it is meant to be executed; a process that does not say so is not.
    pub fn is_executable(self) -> bool {
        matches!(self.node.attr("isExecutable").map(str::trim), Some("true" | "1"))
    }

    /// Resolves its scopes, flow nodes and flows.
    pub fn structure(self) -> Structure<'a> {
        Structure::new(self.node)
    }
}

/// Scopes, flow nodes and flows of one process, each in document order.
#[derive(Clone, Debug, Default)]
pub struct Structure<'a> {
    /// The process itself (index 0) and every sub-process in it.
    pub scopes: Vec<Scope<'a>>,
    /// Every flow node at any depth; a sub-process comes before what is in it.
    pub nodes: Vec<FlowNode<'a>>,
    /// Every sequence flow whose source and target are in its scope.
    pub flows: Vec<Flow<'a>>,
    ids: BTreeMap<&'a str, usize>,
}

/// The process or a sub-process: what holds flow nodes.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// `process`, `subProcess`, `adHocSubProcess` or `transaction`.
    pub node: NodeRef<'a>,
    /// The scope around it; none for the process.
    pub parent: Option<usize>,
    /// The flow node that is this sub-process; none for the process.
    pub owner: Option<usize>,
    /// The flow nodes directly in it.
    pub nodes: Vec<usize>,
    /// The flows directly in it.
    pub flows: Vec<usize>,
}

/// An activity, event or gateway.
#[derive(Clone, Debug)]
pub struct FlowNode<'a> {
    /// Its element.
    pub node: NodeRef<'a>,
    /// Its id; empty only in a file with errors.
    pub id: &'a str,
    /// The scope it is in.
    pub scope: usize,
    /// The scope it is, if it is a sub-process.
    pub opens: Option<usize>,
    /// Flows that start here, in document order.
    pub outgoing: Vec<usize>,
    /// Flows that end here, in document order.
    pub incoming: Vec<usize>,
    /// The activity a boundary event is attached to, in the same scope.
    pub attached_to: Option<usize>,
    /// The boundary events attached to this activity, in document order.
    pub boundary: Vec<usize>,
}

/// A sequence flow.
#[derive(Clone, Debug)]
pub struct Flow<'a> {
    /// Its element.
    pub node: NodeRef<'a>,
    /// Its id; empty only in a file with errors.
    pub id: &'a str,
    /// The scope it is in, which is the scope of its ends.
    pub scope: usize,
    /// The flow node it starts at.
    pub source: usize,
    /// The flow node it ends at.
    pub target: usize,
    /// Its `conditionExpression`.
    pub condition: Option<NodeRef<'a>>,
    /// Whether its source names it as the default.
    pub is_default: bool,
}

impl<'a> Structure<'a> {
    fn new(process: NodeRef<'a>) -> Self {
        let mut structure = Self::default();
        structure.scopes.push(Scope::new(process, None, None));
        // Which scope an element is, by document order; elements in no scope are not in it.
        let mut scope_of = BTreeMap::from([(process.index(), 0)]);
        let mut flows = Vec::new();
        for node in process.descendants() {
            let parent = node.parent().and_then(|parent| scope_of.get(&parent.index()));
            let (Namespace::Bpmn, Some(&scope)) = (node.namespace(), parent) else {
                continue;
            };
            if is_flow_node(node.name()) {
                let opens = structure.add_node(node, scope);
                opens.map(|opened| scope_of.insert(node.index(), opened));
            } else if node.name() == "sequenceFlow" {
                flows.push((node, scope));
            }
        }
        let by_id = structure.ids();
        structure.attach(&by_id);
        for (node, scope) in flows {
            structure.add_flow(&by_id, node, scope);
        }
        structure.ids = by_id;
        structure
    }

    /// The flow node with this id.
    pub fn by_id(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }

    fn add_node(&mut self, node: NodeRef<'a>, scope: usize) -> Option<usize> {
        let index = self.nodes.len();
        let opens = is_scope(node.name()).then_some(self.scopes.len());
        if opens.is_some() {
            self.scopes.push(Scope::new(node, Some(scope), Some(index)));
        }
        self.scopes[scope].nodes.push(index);
        self.nodes.push(FlowNode {
            node,
            id: node.id().unwrap_or_default(),
            scope,
            opens,
            outgoing: Vec::new(),
            incoming: Vec::new(),
            attached_to: None,
            boundary: Vec::new(),
        });
        opens
    }

    /// Flow nodes by id; of several with the same id the first.
    fn ids(&self) -> BTreeMap<&'a str, usize> {
        let named = self.nodes.iter().enumerate().filter(|(_, node)| !node.id.is_empty());
        named.rev().map(|(index, node)| (node.id, index)).collect()
    }

    fn attach(&mut self, by_id: &BTreeMap<&'a str, usize>) {
        for index in 0..self.nodes.len() {
            let node = self.nodes[index].node;
            if node.name() != "boundaryEvent" {
                continue;
            }
            let host = node.attr("attachedToRef").and_then(|id| by_id.get(id)).copied();
            let same_scope = |host: &usize| self.nodes[*host].scope == self.nodes[index].scope;
            if let Some(host) = host.filter(same_scope) {
                self.nodes[index].attached_to = Some(host);
                self.nodes[host].boundary.push(index);
            }
        }
    }

    fn add_flow(&mut self, by_id: &BTreeMap<&'a str, usize>, node: NodeRef<'a>, scope: usize) {
        let end = |name| {
            let found = node.attr(name).and_then(|id| by_id.get(id)).copied();
            found.filter(|index| self.nodes[*index].scope == scope)
        };
        let (Some(source), Some(target)) = (end("sourceRef"), end("targetRef")) else {
            return;
        };
        let index = self.flows.len();
        let default = self.nodes[source].node.attr("default");
        self.flows.push(Flow {
            node,
            id: node.id().unwrap_or_default(),
            scope,
            source,
            target,
            condition: node.bpmn("conditionExpression").next(),
            is_default: node.id().is_some() && default == node.id(),
        });
        self.nodes[source].outgoing.push(index);
        self.nodes[target].incoming.push(index);
        self.scopes[scope].flows.push(index);
    }
}

impl<'a> Scope<'a> {
    fn new(node: NodeRef<'a>, parent: Option<usize>, owner: Option<usize>) -> Self {
        Self { node, parent, owner, nodes: Vec::new(), flows: Vec::new() }
    }
}

impl Flow<'_> {
    /// Whether it ends where it starts.
    pub fn is_loop(&self) -> bool {
        self.source == self.target
    }
}
