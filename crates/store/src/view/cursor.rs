//! Cursors: where a page begins or ends, as a text that means nothing to the client.
//!
//! Not here: which rows follow; drivers compare cells.

use super::{Cell, Column, View};
use crate::Error;
use crate::limits::CURSOR_BYTES_MAX;

/// The first byte: the form of what follows.
const FORM: u8 = 1;

/// The cells of a row in the columns a query is ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) cells: Vec<Cell>,
}

impl Cursor {
    /// The cursor of a row.
    pub(crate) fn of(row: &[Cell], order: &[(Column, bool)]) -> Self {
        Self { cells: order.iter().map(|(column, _)| row[*column as usize].clone()).collect() }
    }

    /// As text, bound to the view and the order it was made for.
    pub(crate) fn encode(&self, view: View, order: &[(Column, bool)]) -> String {
        let mut bytes = vec![FORM, view as u8];
        bytes.extend_from_slice(&signature(order).to_be_bytes());
        for cell in &self.cells {
            match cell {
                Cell::Null => bytes.push(0),
                Cell::Int(int) => {
                    bytes.push(1);
                    bytes.extend_from_slice(&int.to_be_bytes());
                }
                Cell::Text(text) => {
                    bytes.push(2);
                    bytes.extend_from_slice(&(text.len() as u32).to_be_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
            }
        }
        base64(&bytes)
    }

    /// Reads a cursor made for this view and order.
    pub(crate) fn decode(text: &str, view: View, order: &[(Column, bool)]) -> Result<Self, Error> {
        let refused = |reason: &str| Error::Query { reason: format!("a cursor that {reason}") };
        if text.len() > CURSOR_BYTES_MAX {
            return Err(refused("is too long"));
        }
        let bytes = from_base64(text).ok_or_else(|| refused("is not one of ours"))?;
        let bad = || refused("is damaged");
        let (head, mut rest) = bytes.split_first_chunk::<6>().ok_or_else(bad)?;
        let [form, of_view, signed @ ..] = *head;
        if form != FORM {
            return Err(refused("is of another release"));
        }
        if of_view != view as u8 || u32::from_be_bytes(signed) != signature(order) {
            return Err(refused("belongs to another query; keep view and sort while paging"));
        }
        let mut cells = Vec::with_capacity(order.len());
        for (column, _) in order {
            let (cell, after) = read_cell(rest).ok_or_else(bad)?;
            let is_text = view.columns()[*column as usize].kind.is_text();
            if matches!(cell, Cell::Text(_)) && !is_text || matches!(cell, Cell::Int(_)) && is_text
            {
                return Err(bad());
            }
            cells.push(cell);
            rest = after;
        }
        if rest.is_empty() { Ok(Self { cells }) } else { Err(bad()) }
    }
}

fn read_cell(bytes: &[u8]) -> Option<(Cell, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    match tag {
        0 => Some((Cell::Null, rest)),
        1 => {
            let (int, rest) = rest.split_first_chunk()?;
            Some((Cell::Int(i64::from_be_bytes(*int)), rest))
        }
        2 => {
            let (length, rest) = rest.split_first_chunk()?;
            let (text, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
            Some((Cell::Text(std::str::from_utf8(text).ok()?.into()), rest))
        }
        _ => None,
    }
}

/// FNV-1a over columns and directions.
fn signature(order: &[(Column, bool)]) -> u32 {
    let bytes = order.iter().flat_map(|(column, ascending)| {
        let [high, low] = column.to_be_bytes();
        [high, low, u8::from(*ascending)]
    });
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// RFC 4648 section 5, without padding.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut word = [0; 4];
        word[1..=chunk.len()].copy_from_slice(chunk);
        let word = u32::from_be_bytes(word);
        for place in 0..=chunk.len() {
            out.push(char::from(ALPHABET[(word >> (18 - 6 * place) & 63) as usize]));
        }
    }
    out
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        if chunk.len() == 1 {
            return None;
        }
        let mut word = 0_u32;
        for (place, byte) in chunk.iter().enumerate() {
            let six = ALPHABET.iter().position(|letter| letter == byte)? as u32;
            word |= six << (18 - 6 * place);
        }
        out.extend_from_slice(&word.to_be_bytes()[1..chunk.len()]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::instances::{KEY, NAME, STARTED_MS};

    const ORDER: &[(Column, bool)] = &[(NAME, false), (STARTED_MS, true), (KEY, true)];

    fn cursor() -> Cursor {
        Cursor { cells: vec![Cell::Text("größe".into()), Cell::Null, Cell::Int(-5)] }
    }

    #[test]
    fn a_cursor_comes_back_as_it_went_out() {
        let text = cursor().encode(View::Instances, ORDER);
        assert!(text.bytes().all(|byte| ALPHABET.contains(&byte)), "{text}");
        assert_eq!(Cursor::decode(&text, View::Instances, ORDER).unwrap(), cursor());
    }

    #[test]
    fn a_cursor_of_another_query_is_refused() {
        let text = cursor().encode(View::Instances, ORDER);
        let other = [(NAME, true), (STARTED_MS, true), (KEY, true)];
        assert!(Cursor::decode(&text, View::Instances, &other).is_err());
        assert!(Cursor::decode(&text, View::Jobs, ORDER).is_err());
    }

    #[test]
    fn no_text_makes_decoding_panic() {
        let text = cursor().encode(View::Instances, ORDER);
        for end in 0..text.len() {
            assert!(Cursor::decode(&text[..end], View::Instances, ORDER).is_err(), "{end}");
        }
        for text in ["!", "ä", "AAAA", "====", " "] {
            assert!(Cursor::decode(text, View::Instances, ORDER).is_err(), "{text}");
        }
    }

    #[test]
    fn base64_keeps_every_length() {
        for length in 0..20_u8 {
            let bytes: Vec<u8> = (0..length).map(|n| n.wrapping_mul(37)).collect();
            assert_eq!(from_base64(&base64(&bytes)), Some(bytes));
        }
        assert_eq!(base64(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw");
    }
}
