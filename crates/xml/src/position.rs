//! Lines and columns of byte offsets.
//!
//! Not a rendering of source excerpts; that is the binary's.

/// A place in the source: line and column count from 1, columns in characters; the offset in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Bytes before it.
    pub offset: usize,
}

/// Finds the position of any offset without walking the file again.
#[derive(Clone, Debug, Default)]
pub struct LineIndex {
    /// Offset of the first byte of each line.
    lines: Vec<usize>,
    /// Characters before each block of `BLOCK` bytes: a file on one line stays cheap.
    blocks: Vec<usize>,
    /// Whether the file begins with a byte order mark, which is no column.
    mark: bool,
}

const BLOCK: usize = 4096;
const BYTE_ORDER_MARK: &str = "\u{feff}";

impl LineIndex {
    /// Reads the file once.
    pub fn new(source: &str) -> Self {
        let bytes = source.as_bytes();
        let breaks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        let mut seen = 0;
        let mut blocks = Vec::with_capacity(bytes.len() / BLOCK + 1);
        for block in bytes.chunks(BLOCK) {
            blocks.push(seen);
            seen += characters(block);
        }
        blocks.push(seen);
        Self { lines, blocks, mark: source.starts_with(BYTE_ORDER_MARK) }
    }

    /// The position of `offset`, which may be the end of the file.
    pub fn position(&self, source: &str, offset: usize) -> Position {
        let offset = offset.min(source.len());
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let before_line = self.characters_before(source, self.lines[line - 1]);
        let mut column = self.characters_before(source, offset) - before_line;
        if line == 1 && self.mark && offset > 0 {
            column -= 1;
        }
        Position { line: narrow(line), column: narrow(column + 1), offset }
    }

    /// The offset of a line and column as counted here.
    pub fn offset(&self, source: &str, line: u32, column: u32) -> usize {
        let line = (line.max(1) as usize).min(self.lines.len());
        let start = self.lines[line - 1];
        let marked = usize::from(line == 1 && self.mark);
        let skip = column.max(1) as usize - 1 + marked;
        let rest = &source[start..];
        let end = rest.find('\n').unwrap_or(rest.len());
        rest[..end].char_indices().nth(skip).map_or(start + end, |(at, _)| start + at)
    }

    fn characters_before(&self, source: &str, offset: usize) -> usize {
        let block = offset / BLOCK;
        let start = (block * BLOCK).min(offset);
        self.blocks.get(block).copied().unwrap_or(0) + characters(&source.as_bytes()[start..offset])
    }
}

/// Counts characters: every byte that does not continue one.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -64).count()
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_columns_in_characters_and_offsets_in_bytes() {
        let source = "ab\näöx\n";
        let index = LineIndex::new(source);
        let at = source.find('x').unwrap();
        assert_eq!(index.position(source, at), Position { line: 2, column: 3, offset: 7 });
        assert_eq!(index.position(source, 8), Position { line: 2, column: 4, offset: 8 });
        assert_eq!(index.position(source, 999).line, 3);
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let source = "\u{feff}<a/>";
        let index = LineIndex::new(source);
        assert_eq!(index.position(source, 3), Position { line: 1, column: 1, offset: 3 });
        assert_eq!(index.offset(source, 1, 1), 3);
    }

    #[test]
    fn line_and_column_lead_back_to_the_offset() {
        let source = "é\n".repeat(3000) + &"ü".repeat(9000) + "\n";
        let index = LineIndex::new(&source);
        for (offset, _) in source.char_indices().step_by(7) {
            let found = index.position(&source, offset);
            assert_eq!(index.offset(&source, found.line, found.column), offset);
        }
    }
}
