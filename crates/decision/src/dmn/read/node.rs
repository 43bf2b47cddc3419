//! An element of the XML tree, asked for what DMN files have.
//! It is not the tree itself, which the XML parser owns.

use super::NAMESPACES;
use crate::dmn::tree::{Reference, Text};
use std::ops::Range;
use std::sync::Arc;

/// One element. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Node<'a, 'i>(pub(super) roxmltree::Node<'a, 'i>);

impl<'a, 'i> Node<'a, 'i> {
    pub(super) fn name(self) -> &'a str {
        self.0.tag_name().name()
    }

    pub(super) fn namespace(self) -> &'a str {
        self.0.tag_name().namespace().unwrap_or_default()
    }

    /// Whether the element is of DMN itself and not of an extension.
    pub(super) fn is_dmn(self) -> bool {
        NAMESPACES.iter().any(|known| self.namespace().ends_with(known))
    }

    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        self.0.attribute(name)
    }

    pub(super) fn id(self) -> Option<Arc<str>> {
        self.attribute("id").map(Into::into)
    }

    /// The bytes of its start tag's name.
    pub(super) fn start(self) -> Range<usize> {
        let start = self.0.range().start;
        start..start + 1 + self.name().len()
    }

    pub(super) fn elements(self) -> impl Iterator<Item = Node<'a, 'i>> {
        self.0.children().filter(roxmltree::Node::is_element).map(Node)
    }

    /// The DMN children of this name.
    pub(super) fn children(self, name: &str) -> impl Iterator<Item = Node<'a, 'i>> {
        self.elements().filter(move |child| child.is_dmn() && child.name() == name)
    }

    pub(super) fn child(self, name: &str) -> Option<Node<'a, 'i>> {
        self.children(name).next()
    }

    pub(super) fn references(self, name: &str) -> impl Iterator<Item = Reference> {
        self.children(name).filter_map(|child| {
            let href = child.attribute("href")?.trim().into();
            let is_input = child.name() == "requiredInput";
            Some(Reference { is_input, href, at: child.start() })
        })
    }

    pub(super) fn reference(self, name: &str) -> Option<Reference> {
        self.references(name).next()
    }

    /// The text of a child, with its place; `None` without such a child.
    pub(super) fn text_of(self, name: &str) -> Option<Text> {
        let child = self.child(name)?;
        let pieces = child.0.children().filter(roxmltree::Node::is_text);
        let text: String = pieces.filter_map(|piece| piece.text()).collect();
        let span = child.content();
        let language = self.attribute("expressionLanguage").map(str::to_owned);
        Some(Text { text, span, owner: self.owner(), language })
    }

    /// The bytes between its tags.
    fn content(self) -> Range<usize> {
        let (Some(first), Some(last)) = (self.0.first_child(), self.0.last_child()) else {
            return self.start();
        };
        let source = self.0.document().input_text();
        let start = first.range().start;
        // The parser joins text and CDATA, but gives the range of the first piece only.
        let inside = &source[start..self.0.range().end];
        let end = inside.rfind("</").map_or(last.range().end, |at| start + at);
        start..end
    }

    /// The id of the nearest element that has one.
    fn owner(self) -> Option<Arc<str>> {
        self.0.ancestors().find_map(|node| node.attribute("id")).map(Into::into)
    }
}
