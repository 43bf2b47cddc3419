//! BPMN 2.0 XML with exact source positions, structural problems, and the short notation.
//!
//! Not a description of what elements mean or which of them can be executed: that belongs to the
//! engine, which reads each element from a [`NodeRef`].
//!
//! ```
//! let xml = model::short::to_bpmn("start -> charge:job(charge-card) -> done:end").unwrap();
//! let document = model::parse(xml.as_bytes()).unwrap();
//! let process = document.processes().next().unwrap();
//! assert_eq!(process.structure().nodes.len(), 3);
//! ```

pub mod check;
mod document;
mod limits;
mod namespace;
mod node;
mod parse;
mod problem;
pub mod short;
mod structure;
mod vocabulary;

pub use document::Document;
pub use limits::*;
pub use namespace::Namespace;
pub use node::NodeRef;
pub use parse::{open, parse};
pub use problem::{Draft, Problems};
pub use structure::{Flow, FlowNode, Process, Scope, Structure};
pub use vocabulary::{is_flow_node, is_scope};
pub use xml::{
    MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_NAMESPACE_DECLARATIONS, MAX_NAMESPACES,
    MAX_QUOTED_BYTES, MAX_SOURCE_BYTES, Position, Problem, Severity,
};
