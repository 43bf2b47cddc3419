//! Cursors on the wire: the store's text in the base64 that Camunda's clients insist on.
//!
//! Not here: what is in a cursor (`store`).

/// A cursor as clients want it: the standard alphabet, padded.
pub(crate) fn padded(cursor: &str) -> String {
    let mut text = cursor.replace('-', "+").replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// A cursor as the store wants it: the URL alphabet, not padded.
pub(crate) fn plain(cursor: &str) -> String {
    cursor.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        for cursor in ["", "ab", "abc", "abcd", "a-b_c-"] {
            let sent = padded(cursor);
            assert!(sent.len().is_multiple_of(4) && !sent.contains(['-', '_']), "{sent}");
            assert_eq!(plain(&sent), cursor);
            assert_eq!(plain(cursor), cursor);
        }
    }
}
