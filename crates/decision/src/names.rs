//! Names that only a model tells from words and operators: `loan term`, `debt-to-income ratio`.
//! It is not a scope: it says where a name ends, not what it means.

use crate::lexer::{continues_name, name_length};
use std::sync::Arc;

/// The names an expression may use, beyond those of one word.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// Variables and functions.
    pub(crate) variables: Names,
    /// What may follow a `.` or name an argument.
    pub(crate) members: Names,
    /// Types.
    pub(crate) types: Names,
}

/// Names of several words or symbols, sorted by them. One name may be in it more than once.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<(Vec<Box<str>>, Arc<str>)>);

impl Names {
    /// Adds a name, unless it is one word, which needs no help to be read.
    pub(crate) fn insert(&mut self, name: &Arc<str>) {
        if let Some(tokens) = tokens(name) {
            let at = self.0.partition_point(|(known, _)| *known < tokens);
            self.0.insert(at, (tokens, Arc::clone(name)));
        }
    }

    /// Takes a name out as often as it was put in.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(tokens) = tokens(name)
            && let Ok(at) = self.0.binary_search_by(|(known, _)| known.cmp(&tokens))
        {
            self.0.remove(at);
        }
    }

    /// The longest name that `text` begins with, and its length there.
    pub(crate) fn longest(&self, text: &str) -> Option<(Arc<str>, usize)> {
        let (mut start, mut end) = (0, self.0.len());
        let (mut at, mut longest) = (0, None);
        for depth in 0.. {
            if start == end {
                break;
            }
            let Some((token, length)) = token(&text[at..]) else { break };
            let all = &self.0[start..end];
            let skipped = all
                .partition_point(|(name, _)| name.get(depth).is_none_or(|known| **known < *token));
            let kept = all
                .partition_point(|(name, _)| name.get(depth).is_none_or(|known| **known <= *token));
            (start, end, at) = (start + skipped, start + kept, at + length);
            if start < end && self.0[start].0.len() == depth + 1 {
                longest = Some((Arc::clone(&self.0[start].1), at));
            }
        }
        longest
    }
}

/// The words and symbols of a name that has several.
fn tokens(name: &str) -> Option<Vec<Box<str>>> {
    let mut tokens = Vec::new();
    let mut rest = name;
    while let Some((token, length)) = token(rest) {
        tokens.push(token.into());
        rest = &rest[length..];
    }
    (tokens.len() > 1).then_some(tokens)
}

/// The first word or symbol, and the bytes up to its end, blanks before it included.
fn token(text: &str) -> Option<(&str, usize)> {
    let rest = text.trim_start();
    let blanks = text.len() - rest.len();
    let first = rest.chars().next()?;
    let length = if continues_name(first) { name_length(rest) } else { first.len_utf8() };
    Some((&rest[..length], blanks + length))
}

/// Whether a name is made of words only.
pub(crate) fn is_words(name: &str) -> bool {
    name.chars().all(|c| continues_name(c) || c == ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_longest_name_whatever_the_blanks() {
        let mut names = Names::default();
        for name in ["loan", "loan term", "loan term - years", "Person's age", "loan term"] {
            names.insert(&name.into());
        }
        let found =
            |text: &str| names.longest(text).map(|(name, length)| (name.to_string(), length));
        assert_eq!(found("loan"), None);
        assert_eq!(found("loan  term+1"), Some(("loan term".to_owned(), 10)));
        assert_eq!(found("loan term-years"), Some(("loan term - years".to_owned(), 15)));
        assert_eq!(found("loan terms"), None);
        assert_eq!(found("Person's age > 3"), Some(("Person's age".to_owned(), 12)));
        names.remove("loan term");
        assert!(names.longest("loan term").is_some());
        names.remove("loan term");
        assert!(names.longest("loan term").is_none());
    }
}
