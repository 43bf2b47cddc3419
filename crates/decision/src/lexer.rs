//! Text into tokens, one at a time and from any position.
//! It does not know keywords or names with blanks: whether `date and time` is one name depends on
//! where it stands, so the parser decides.

use crate::error::{CompileError, Refused};
use std::ops::Range;

/// One token; words and texts are slices of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    End,
    /// A keyword or a name without blanks.
    Word(&'a str),
    /// A name in back-ticks, without them.
    Quoted(&'a str),
    Number(&'a str),
    /// A text in quotes, without them, escapes untouched.
    Text(&'a str),
    /// An operator or bracket.
    Symbol(&'static str),
}

/// Longest first, so that `**` is not two `*`.
const SYMBOLS: &[&str] = &[
    "**", "..", "!=", "<=", ">=", "->", "(", ")", "[", "]", "{", "}", ",", ":", ".", "+", "-", "*",
    "/", "=", "<", ">", "?", "@",
];

/// A position in a source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lexer<'a> {
    pub(crate) source: &'a str,
    pub(crate) at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    /// Passes over blanks and comments.
    pub(crate) fn skip_blanks(&mut self) -> Result<(), Refused> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            self.at += rest.len() - trimmed.len();
            let length = if trimmed.starts_with("//") {
                trimmed.find('\n').unwrap_or(trimmed.len())
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                let Some(end) = comment.find("*/") else {
                    let found = "the end of the expression";
                    return Err(error("'*/' to end the comment", found, self.at..self.at + 2));
                };
                end + 4
            } else {
                return Ok(());
            };
            self.at += length;
        }
    }

    /// The next token and where it stands.
    pub(crate) fn next(&mut self) -> Result<(Token<'a>, Range<usize>), Refused> {
        self.skip_blanks()?;
        let (start, rest) = (self.at, self.rest());
        let Some(first) = rest.chars().next() else {
            return Ok((Token::End, start..start));
        };
        let (token, length) = match first {
            '"' => self.text(rest)?,
            '`' => match rest[1..].find('`') {
                Some(length) if length > 0 => (Token::Quoted(&rest[1..=length]), length + 2),
                _ => {
                    return Err(error("a name in back-ticks", "no closing '`'", start..start + 1));
                }
            },
            '0'..='9' => number(rest),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => number(rest),
            _ if starts_name(first) => {
                let length = name_length(rest);
                (Token::Word(&rest[..length]), length)
            }
            _ => match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
                Some(symbol) => (Token::Symbol(symbol), symbol.len()),
                None => {
                    let span = start..start + first.len_utf8();
                    return Err(error("an expression", &format!("'{first}'"), span));
                }
            },
        };
        self.at += length;
        Ok((token, start..self.at))
    }

    fn text(&self, rest: &'a str) -> Result<(Token<'a>, usize), Refused> {
        let bytes = rest.as_bytes();
        let mut at = 1;
        loop {
            match bytes.get(at) {
                Some(b'"') => return Ok((Token::Text(&rest[1..at]), at + 1)),
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
                None => {
                    let found = "the end of the expression";
                    return Err(error("'\"' to end the text", found, self.at..self.at + 1));
                }
            }
        }
    }
}

/// "Expected ..., but found ...".
#[cold]
pub(crate) fn error(expected: &str, found: &str, span: Range<usize>) -> Refused {
    let message = format!("Expected {expected}, but found {found}");
    Box::new(CompileError { message, span, hint: None })
}

fn number(rest: &str) -> (Token<'_>, usize) {
    let bytes = rest.as_bytes();
    let digits =
        |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    if bytes.get(length) == Some(&b'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let from = (length + 1 + sign).min(bytes.len());
        if digits(from) > 0 {
            length = from + digits(from);
        }
    }
    (Token::Number(&rest[..length]), length)
}

/// Whether a name may start with `c` (DMN's name start characters without '?', and '$').
pub(crate) fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | 'a'..='z' | '_' | '$'
        | '\u{a2}'..='\u{a5}' | '\u{aa}' | '\u{b5}' | '\u{ba}'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{167f}' | '\u{1681}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{203f}'..='\u{2040}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

/// Whether a name may go on with `c`.
pub(crate) fn continues_name(c: char) -> bool {
    starts_name(c) || matches!(c, '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}')
}

/// Bytes of the name `rest` starts with.
pub(crate) fn name_length(rest: &str) -> usize {
    rest.find(|c| !continues_name(c)).unwrap_or(rest.len())
}

/// A text with its escapes replaced; an unknown escape stays as it is, for regular expressions.
pub(crate) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let plain = match rest.chars().next() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(c @ ('\'' | '"' | '\\')) => c,
            Some('u' | 'U') => match unicode_escape(rest) {
                Some((c, length)) => {
                    text.push(c);
                    rest = &rest[length..];
                    continue;
                }
                None => {
                    text.push('\\');
                    continue;
                }
            },
            _ => {
                text.push('\\');
                continue;
            }
        };
        text.push(plain);
        rest = &rest[1..];
    }
    text.push_str(rest);
    text
}

/// `uXXXX` (with a second one for a surrogate pair) or `UXXXXXX`; the character and its length.
fn unicode_escape(rest: &str) -> Option<(char, usize)> {
    let hex = |from: usize, to: usize| {
        let digits = rest.get(from..to)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.then(|| u32::from_str_radix(digits, 16).ok())?
    };
    if rest.starts_with('U') {
        return Some((char::from_u32(hex(1, 7)?)?, 7));
    }
    let high = hex(1, 5)?;
    if !(0xD800..0xDC00).contains(&high) {
        return Some((char::from_u32(high)?, 5));
    }
    if rest.get(5..7) != Some("\\u") {
        return None;
    }
    let low = hex(7, 11)?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    Some((char::from_u32(0x10000 + ((high - 0xD800) << 10) + low)?, 11))
}
