//! Every limit of this crate, by name; the documents list them.
//!
//! Not a place for defaults: each of these is refused when exceeded, before the XML parser runs.

/// Bytes a BPMN or DMN file may have (4 MiB).
pub const MAX_SOURCE_BYTES: usize = 4 * 1024 * 1024;
/// Elements inside elements.
pub const MAX_DEPTH: usize = 128;
/// Elements in one file.
pub const MAX_ELEMENTS: usize = 50_000;
/// Attributes of one element.
pub const MAX_ATTRIBUTES: usize = 256;
/// Namespace declarations (`xmlns`, `xmlns:prefix`) in force at one element.
pub const MAX_NAMESPACES: usize = 64;
/// Namespace declarations in one file; some tools repeat them at every element.
pub const MAX_NAMESPACE_DECLARATIONS: usize = 4_096;
/// Bytes of a value from the file quoted in a message.
pub const MAX_QUOTED_BYTES: usize = 80;
