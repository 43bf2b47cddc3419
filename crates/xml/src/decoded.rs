//! From an offset in text as read to the place in the file it came from.
//!
//! Not decoding itself, which the XML parser did; this walks along the same pieces again.

/// Bytes of `raw`, as written in the file, before the byte `offset` of the text read from it.
pub fn raw_offset(raw: &str, offset: usize) -> usize {
    let (mut at, mut seen, mut verbatim) = (0, 0, false);
    while at < raw.len() {
        let rest = &raw[at..];
        let markup = markup(rest, verbatim);
        if let Some((length, inside)) = markup {
            (at, verbatim) = (at + length, inside);
            continue;
        }
        let (written, read) = piece(rest, verbatim);
        if seen + read > offset {
            break;
        }
        (at, seen) = (at + written, seen + read);
    }
    at.min(raw.len())
}

/// Bytes of markup at the beginning that are no text, and whether CDATA goes on behind.
fn markup(rest: &str, verbatim: bool) -> Option<(usize, bool)> {
    if verbatim {
        return rest.starts_with("]]>").then_some((3, false));
    }
    let past = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    match rest {
        _ if rest.starts_with("<![CDATA[") => Some((9, true)),
        _ if rest.starts_with("<!--") => Some((past("-->"), false)),
        _ if rest.starts_with('<') => Some((past(">"), false)),
        _ => None,
    }
}

/// Bytes written and bytes read of the next character.
fn piece(rest: &str, verbatim: bool) -> (usize, usize) {
    if rest.starts_with("\r\n") {
        return (2, 1);
    }
    let read = rest.chars().next().map_or(1, char::len_utf8);
    let Some(name) = rest.strip_prefix('&').filter(|_| !verbatim) else { return (read, read) };
    let Some((name, _)) = name.split_once(';') else { return (1, 1) };
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    (name.len() + 2, number.and_then(char::from_u32).map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_where_each_character_was_written() {
        let raw = "a &lt; b&#228;&#xe4;\r\n<!-- - --><![CDATA[<&]]>z";
        let read = "a < bää\n<&z";
        let written: Vec<_> = read
            .char_indices()
            .map(|(at, _)| raw[raw_offset(raw, at)..].chars().take(5).collect::<String>())
            .collect();
        let expected = [
            "a &lt", " &lt;", "&lt; ", " b&#2", "b&#22", "&#228", "&#xe4", "\r\n<!-", "<&]]>",
            "&]]>z", "z",
        ];
        assert_eq!(written, expected);
        assert_eq!(raw_offset(raw, read.len()), raw.len());
        assert_eq!(raw_offset("plain", 3), 3);
    }
}
