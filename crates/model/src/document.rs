//! The owned XML tree of one file, with the position of everything in it.
//!
//! Not BPMN's meaning: `structure` resolves flows, `check` judges, the engine reads elements.

use std::ops::Range;
use std::sync::Arc;

use roxmltree::StringStorage;

use crate::namespace::Namespace;
use crate::node::NodeRef;
use crate::problem::Problems;
use crate::structure::Process;
use xml::{LineIndex, Position};

/// One BPMN file: its text as it was, its elements in document order, and its problems.
#[derive(Debug)]
pub struct Document {
    source: Arc<str>,
    lines: LineIndex,
    pub(crate) nodes: Vec<Node>,
    pub(crate) attributes: Vec<Attribute>,
    /// Distinct namespace URIs; nodes and attributes name them by index.
    pub(crate) namespaces: Vec<(Box<str>, Namespace)>,
    /// Nodes with an id, by id; BPMN elements before others of the same id.
    ids: Vec<usize>,
    pub(crate) problems: Problems,
}

/// One element; the elements inside it are those up to `end`.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) start: usize,
    pub(crate) qname: usize,
    pub(crate) prefix: usize,
    pub(crate) namespace: usize,
    pub(crate) parent: Option<usize>,
    pub(crate) end: usize,
    pub(crate) attributes: Range<usize>,
    pub(crate) text: Value,
}

/// One attribute that is not a namespace declaration.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: Range<usize>,
    pub(crate) namespace: usize,
    pub(crate) value: Value,
}

/// Text from the file: a piece of it, or a copy where references had to be resolved.
#[derive(Debug, Default)]
pub(crate) struct Value {
    pub(crate) span: Range<usize>,
    pub(crate) owned: Option<String>,
}

impl Document {
    /// The text of the file, unchanged, diagram included.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text of the file, shared.
    pub fn shared_source(&self) -> Arc<str> {
        Arc::clone(&self.source)
    }

    /// The outermost element.
    pub fn root(&self) -> NodeRef<'_> {
        self.node(0)
    }

    /// What the checks found: warnings after [`crate::parse`], errors too after [`crate::open`].
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// The processes in document order; several per file in a collaboration.
    pub fn processes(&self) -> impl Iterator<Item = Process<'_>> {
        self.root().bpmn("process").map(Process::new)
    }

    /// The element with this id; of several the first BPMN element.
    pub fn by_id(&self, id: &str) -> Option<NodeRef<'_>> {
        let first = self.ids.partition_point(|index| self.node(*index).id() < Some(id));
        let node = self.node(*self.ids.get(first)?);
        (node.id() == Some(id)).then_some(node)
    }

    /// The element a reference names; references may carry a namespace prefix (`tns:Message_1`).
    pub fn resolve(&self, reference: &str) -> Option<NodeRef<'_>> {
        let local = || self.by_id(reference.split_once(':')?.1);
        self.by_id(reference).or_else(local)
    }

    /// The messages of the file.
    pub fn messages(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.root().bpmn("message")
    }

    /// The errors of the file.
    pub fn errors(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.root().bpmn("error")
    }

    /// The signals of the file.
    pub fn signals(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.root().bpmn("signal")
    }

    /// The escalations of the file.
    pub fn escalations(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.root().bpmn("escalation")
    }

    /// How many elements the file has.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A file has at least its root, so this is never true.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The line and column of an offset into the source.
    pub fn position(&self, offset: usize) -> Position {
        self.lines.position(&self.source, offset)
    }

    pub(crate) fn node(&self, index: usize) -> NodeRef<'_> {
        NodeRef { document: self, index }
    }

    pub(crate) fn text<'a>(&'a self, value: &'a Value) -> &'a str {
        value.owned.as_deref().unwrap_or_else(|| &self.source[value.span.clone()])
    }

    /// Copies a parsed tree. `source` must be the text the tree was parsed from.
    pub(crate) fn build(source: Arc<str>, tree: &roxmltree::Document<'_>) -> Self {
        let mut document = Self {
            lines: LineIndex::new(&source),
            source,
            nodes: Vec::new(),
            attributes: Vec::new(),
            namespaces: vec![("".into(), Namespace::Other)],
            ids: Vec::new(),
            problems: Problems::new(),
        };
        let mut open: Vec<(roxmltree::NodeId, usize)> = Vec::new();
        for item in tree.root_element().descendants() {
            let parent = item.parent().map(|parent| parent.id());
            while open.last().is_some_and(|(id, _)| Some(*id) != parent) {
                document.close(&mut open);
            }
            let above = open.last().map(|(_, index)| *index);
            if item.is_element() {
                open.push((item.id(), document.add_element(tree, item, above)));
            } else if let (true, Some(above)) = (item.is_text(), above) {
                document.add_text(tree, item, above);
            }
        }
        while !open.is_empty() {
            document.close(&mut open);
        }
        document.index_ids();
        document
    }

    fn close(&mut self, open: &mut Vec<(roxmltree::NodeId, usize)>) {
        let Some((_, index)) = open.pop() else { return };
        self.nodes[index].end = self.nodes.len();
        let source = Arc::clone(&self.source);
        self.nodes[index].text.trim(&source);
    }

    fn add_element(
        &mut self,
        tree: &roxmltree::Document<'_>,
        item: roxmltree::Node<'_, '_>,
        parent: Option<usize>,
    ) -> usize {
        let first = self.attributes.len();
        for attribute in item.attributes() {
            let qname = attribute.range_qname();
            let name = qname.end - attribute.name().len()..qname.end;
            let namespace = self.namespace(attribute.namespace());
            let span = attribute.range_value();
            let value = Value::new(tree, attribute.value_storage(), span);
            self.attributes.push(Attribute { name, namespace, value });
        }
        let start = item.range().start;
        let qname = qname_length(&self.source[start + 1..]);
        let namespace = self.namespace(item.tag_name().namespace());
        self.nodes.push(Node {
            start,
            qname,
            prefix: qname - item.tag_name().name().len(),
            namespace,
            parent,
            end: 0,
            attributes: first..self.attributes.len(),
            text: Value::default(),
        });
        self.nodes.len() - 1
    }

    fn add_text(
        &mut self,
        tree: &roxmltree::Document<'_>,
        item: roxmltree::Node<'_, '_>,
        to: usize,
    ) {
        let Some(storage) = item.text_storage() else { return };
        // The parser joins text and CDATA, but gives the range of the first piece only.
        let next = item.next_sibling().map(|next| next.range().start);
        let closing = || self.source[..item.parent()?.range().end].rfind("</");
        let end = next.or_else(closing).unwrap_or(item.range().end);
        let text = &mut self.nodes[to].text;
        if text.span.is_empty() && text.owned.is_none() {
            if !storage.as_str().trim().is_empty() {
                *text = Value::new(tree, storage, item.range().start..end);
            }
            return;
        }
        let before = &self.source[text.span.clone()];
        text.owned.get_or_insert_with(|| before.to_owned()).push_str(storage.as_str());
        text.span.end = end;
    }

    fn namespace(&mut self, uri: Option<&str>) -> usize {
        let uri = uri.unwrap_or_default();
        // Elements use few namespaces one after the other; files with many are rare and bounded.
        if let Some(known) = self.namespaces.iter().rposition(|(known, _)| **known == *uri) {
            return known;
        }
        self.namespaces.push((uri.into(), Namespace::of(uri)));
        self.namespaces.len() - 1
    }

    fn index_ids(&mut self) {
        let mut ids: Vec<usize> =
            (0..self.nodes.len()).filter(|index| self.node(*index).id().is_some()).collect();
        ids.sort_by_key(|index| {
            let node = self.node(*index);
            (node.id(), node.namespace() != Namespace::Bpmn, *index)
        });
        self.ids = ids;
    }
}

impl Value {
    fn new(tree: &roxmltree::Document<'_>, text: &StringStorage<'_>, span: Range<usize>) -> Self {
        let source = tree.input_text();
        if let StringStorage::Borrowed(piece) = text {
            // A borrowed piece lies in the source, for CDATA somewhat inside its span.
            let at = (piece.as_ptr() as usize).wrapping_sub(source.as_ptr() as usize);
            let inside = at..at.saturating_add(piece.len());
            if source.get(inside.clone()) == Some(*piece) {
                return Self { span: inside, owned: None };
            }
        }
        Self { span, owned: Some(text.as_str().to_owned()) }
    }

    /// Drops white space around it and moves the span accordingly.
    fn trim(&mut self, source: &str) {
        let piece = &source[self.span.clone()];
        let before = piece.len() - piece.trim_start().len();
        let after = piece.len() - piece.trim_end().len();
        if before < piece.len() {
            self.span = self.span.start + before..self.span.end - after;
        }
        if let Some(owned) = &mut self.owned {
            *owned = owned.trim().to_owned();
        }
    }
}

/// Bytes of the name at the beginning of a start tag after its `<`.
fn qname_length(tag: &str) -> usize {
    let ends = |c: char| c.is_ascii_whitespace() || c == '/' || c == '>';
    tag.find(ends).unwrap_or(tag.len())
}
