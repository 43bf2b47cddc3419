//! The limits of this crate, in one place.
//! It is not configuration: a caller narrows or widens a run through [`crate::Budget`] only.

/// Longest source of one expression, in bytes.
pub const SOURCE_BYTES: usize = 64 * 1024;

/// Deepest nesting of an expression (brackets, `if`, `for`, unary minus).
pub const SOURCE_DEPTH: u32 = 128;

/// Deepest nesting of a value: JSON documents and values an evaluation builds.
pub const VALUE_DEPTH: u32 = 128;

/// Deepest nesting of evaluation steps, calls of functions included.
pub const EVALUATION_DEPTH: u32 = 400;

/// Work one evaluation may do: steps + bytes / 256 + elements.
pub const FUEL: u64 = 1_000_000;

/// Memory one evaluation may allocate, in bytes, counted without what it frees.
pub const MEMORY_BYTES: u64 = 64 * 1024 * 1024;

/// Most elements of one list.
pub const LIST_ITEMS: usize = 100_000;

/// Bytes of text that cost one unit of fuel.
pub const BYTES_PER_FUEL: usize = 256;

/// Memory charged for each byte of JSON that is decoded: `[1,1,1]` grows about so much.
pub const MEMORY_PER_JSON_BYTE: usize = 12;

/// Most warnings one evaluation keeps; later ones are dropped.
pub const WARNINGS: usize = 100;

/// Longest rendering of a value inside a warning, in bytes.
pub const WARNING_VALUE_BYTES: usize = 200;

/// Errors kept for one DMN file, and as many warnings; later ones are counted only.
pub const PROBLEMS: usize = 1_000;

/// Longest id of an element that a problem carries, in bytes.
pub const PROBLEM_ID_BYTES: usize = 256;

/// Elements of one decision requirements graph, those of imported models included.
pub const GRAPH_NODES: usize = 10_000;

/// Deepest nesting of item definitions in one another.
pub const TYPE_DEPTH: u32 = 32;

/// Deepest nesting of boxed expressions.
pub const BOXED_DEPTH: u32 = 48;

/// Work the analyses of the decision tables of one model may do, in comparisons of cells.
pub const ANALYSIS_WORK: u64 = 5_000_000;

/// Inputs up to which a decision table is analysed.
pub const ANALYSIS_INPUTS: usize = 64;

/// Gaps that are told of one decision table.
pub const ANALYSIS_GAPS: usize = 20;

/// Rules of one decision table of which is told that they overlap, or never decide.
pub const ANALYSIS_RULES: usize = 50;

/// Longest pattern of a regular expression, in bytes.
pub const PATTERN_BYTES: usize = 4 * 1024;

/// Digits of a number's coefficient, as IEEE 754 decimal128 has them.
pub const NUMBER_DIGITS: u32 = 34;

/// Largest exponent of a number in scientific notation, as decimal128 has it.
pub const NUMBER_EXPONENT: i32 = 6_144;

/// Fuel that folding constants may burn at compilation.
pub(crate) const FOLDING_FUEL: u64 = 20_000;

/// Fuel that folding constants may burn in one model.
pub(crate) const MODEL_FOLDING_FUEL: u64 = 2_000_000;
