//! A reference to one element of a [`Document`]: its name, attributes, text, children, position.
//!
//! Not typed: which attributes mean what is the reader's business.

use std::fmt;
use std::ops::Range;

use crate::document::{Attribute, Document, Node};
use crate::namespace::Namespace;
use xml::Position;
use xml::raw_offset;

/// One element of a document. Cheap to copy.
#[derive(Clone, Copy)]
pub struct NodeRef<'a> {
    pub(crate) document: &'a Document,
    pub(crate) index: usize,
}

impl<'a> NodeRef<'a> {
    fn node(self) -> &'a Node {
        &self.document.nodes[self.index]
    }

    /// The file it is in.
    pub fn document(self) -> &'a Document {
        self.document
    }

    /// The place in document order, from 0; a key for look-ups.
    pub fn index(self) -> usize {
        self.index
    }

    /// The index after the last element in it.
    pub(crate) fn end(self) -> usize {
        self.node().end
    }

    /// Bytes before its start tag.
    pub(crate) fn offset(self) -> usize {
        self.node().start
    }

    /// The name without prefix: `serviceTask`.
    pub fn name(self) -> &'a str {
        &self.qname()[self.node().prefix..]
    }

    /// The name as written: `bpmn:serviceTask`.
    pub fn qname(self) -> &'a str {
        let node = self.node();
        &self.document.source()[node.start + 1..node.start + 1 + node.qname]
    }

    /// Whose element it is.
    pub fn namespace(self) -> Namespace {
        self.document.namespaces[self.node().namespace].1
    }

    /// The namespace as declared, empty without one.
    pub fn namespace_uri(self) -> &'a str {
        &self.document.namespaces[self.node().namespace].0
    }

    /// Whether it is the BPMN element of this name.
    pub fn is_bpmn(self, name: &str) -> bool {
        self.namespace() == Namespace::Bpmn && self.name() == name
    }

    /// The value of an attribute without prefix.
    pub fn attr(self, name: &str) -> Option<&'a str> {
        self.attribute(name).map(|found| self.document.text(&found.value))
    }

    /// The value of an attribute of a namespace.
    pub fn attr_ns(self, namespace: Namespace, name: &str) -> Option<&'a str> {
        let (document, of) = (self.document, |index: usize| self.document.namespaces[index].1);
        let found = self.raw_attributes().iter().find(|attribute| {
            attribute.namespace != 0
                && of(attribute.namespace) == namespace
                && document.source()[attribute.name.clone()] == *name
        });
        found.map(|found| document.text(&found.value))
    }

    /// All attributes in the order written: namespace (`None` without prefix), name, value.
    pub fn attributes(self) -> impl Iterator<Item = (Option<Namespace>, &'a str, &'a str)> {
        let document = self.document;
        self.raw_attributes().iter().map(move |attribute| {
            let namespace =
                (attribute.namespace != 0).then(|| document.namespaces[attribute.namespace].1);
            let name = &document.source()[attribute.name.clone()];
            (namespace, name, document.text(&attribute.value))
        })
    }

    /// Its `id`.
    pub fn id(self) -> Option<&'a str> {
        self.attr("id")
    }

    /// The id of the nearest BPMN element: itself or one around it.
    pub fn owner_id(self) -> Option<&'a str> {
        let mut at = Some(self);
        while let Some(node) = at {
            if node.namespace() == Namespace::Bpmn
                && let Some(id) = node.id()
            {
                return Some(id);
            }
            at = node.parent();
        }
        None
    }

    /// The text directly in it, without the white space around it; empty without text.
    pub fn text(self) -> &'a str {
        self.document.text(&self.node().text)
    }

    /// The element around it.
    pub fn parent(self) -> Option<Self> {
        self.node().parent.map(|index| self.document.node(index))
    }

    /// The elements directly in it.
    pub fn children(self) -> impl Iterator<Item = Self> {
        let (document, end) = (self.document, self.node().end);
        let first = (self.index + 1 < end).then_some(self.index + 1);
        std::iter::successors(first, move |at| {
            let next = document.nodes[*at].end;
            (next < end).then_some(next)
        })
        .map(move |index| document.node(index))
    }

    /// The elements in it at any depth, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        let document = self.document;
        (self.index + 1..self.node().end).map(move |index| document.node(index))
    }

    /// The first child of a namespace and name.
    pub fn child(self, namespace: Namespace, name: &str) -> Option<Self> {
        self.children().find(|child| child.namespace() == namespace && child.name() == name)
    }

    /// The BPMN children of this name.
    pub fn bpmn(self, name: &str) -> impl Iterator<Item = Self> + use<'a, '_> {
        self.children().filter(move |child| child.is_bpmn(name))
    }

    /// The first `zeebe:` child of this name in its extension elements.
    pub fn extension(self, name: &str) -> Option<Self> {
        self.extensions(name).next()
    }

    /// The `zeebe:` children of this name in its extension elements.
    pub fn extensions(self, name: &str) -> impl Iterator<Item = Self> + use<'a, '_> {
        self.extensions_of(Namespace::Zeebe, name)
    }

    /// The children of a namespace and name in its extension elements.
    pub fn extensions_of(
        self,
        namespace: Namespace,
        name: &str,
    ) -> impl Iterator<Item = Self> + use<'a, '_> {
        let inside = self.bpmn("extensionElements").flat_map(Self::children);
        inside.filter(move |child| child.namespace() == namespace && child.name() == name)
    }

    /// Where its start tag begins.
    pub fn position(self) -> Position {
        self.document.position(self.node().start)
    }

    /// Where the value of an attribute begins; where the element begins if it has no such one.
    pub fn attr_position(self, name: &str) -> Position {
        let span = self.attr_span(name);
        span.map_or_else(|| self.position(), |span| self.document.position(span.start))
    }

    /// Where byte `offset` of an attribute's value was written, references (`&lt;`) considered.
    pub fn attr_position_at(self, name: &str, offset: usize) -> Position {
        self.attr_span(name).map_or_else(|| self.position(), |span| self.position_in(span, offset))
    }

    /// Where byte `offset` of its text was written, references and CDATA considered.
    pub fn text_position_at(self, offset: usize) -> Position {
        self.text_span().map_or_else(|| self.position(), |span| self.position_in(span, offset))
    }

    fn position_in(self, span: Range<usize>, offset: usize) -> Position {
        let raw = &self.document.source()[span.clone()];
        self.document.position(span.start + raw_offset(raw, offset))
    }

    /// The bytes of the source an attribute's value covers.
    pub fn attr_span(self, name: &str) -> Option<Range<usize>> {
        self.attribute(name).map(|found| found.value.span.clone())
    }

    /// Where its text begins; where the element begins if it has none.
    pub fn text_position(self) -> Position {
        let span = self.text_span();
        span.map_or_else(|| self.position(), |span| self.document.position(span.start))
    }

    /// The bytes of the source its text covers.
    pub fn text_span(self) -> Option<Range<usize>> {
        let span = self.node().text.span.clone();
        (!span.is_empty()).then_some(span)
    }

    fn raw_attributes(self) -> &'a [Attribute] {
        &self.document.attributes[self.node().attributes.clone()]
    }

    fn attribute(self, name: &str) -> Option<&'a Attribute> {
        let source = self.document.source();
        let mut plain = self.raw_attributes().iter().filter(|found| found.namespace == 0);
        plain.find(|found| source[found.name.clone()] == *name)
    }
}

impl PartialEq for NodeRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.index == other.index
    }
}

impl Eq for NodeRef<'_> {}

impl fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.qname())?;
        self.id().map_or(Ok(()), |id| write!(f, " {id}"))?;
        f.write_str(">")
    }
}
