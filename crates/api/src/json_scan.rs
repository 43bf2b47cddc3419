//! A linear look over a JSON body before it is parsed: UTF-8, nesting, NUL, half surrogates.
//!
//! Not here: the grammar; the parser checks that. Raw values are kept as the client wrote them, so
//! what no reader could take later must be refused here.

use crate::limits::JSON_DEPTH_MAX;
use crate::problem::Problem;

/// What a body must not have.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Utf8(usize),
    Depth(usize),
    Nul(usize),
    Surrogate(usize),
}

/// Looks over a body.
pub(crate) fn scan(body: &[u8]) -> Result<(), Problem> {
    let fault = std::str::from_utf8(body).map_err(|error| Fault::Utf8(error.valid_up_to()));
    let fault = match fault.and_then(|_| walk(body)) {
        Ok(()) => return Ok(()),
        Err(fault) => fault,
    };
    Err(Problem::invalid(match fault {
        Fault::Utf8(at) => {
            format!("Expected a body in UTF-8, but byte {at} is not. Send JSON encoded as UTF-8.")
        }
        Fault::Depth(at) => format!(
            "Expected JSON nested at most {JSON_DEPTH_MAX} deep, but byte {at} opens a deeper \
             level."
        ),
        Fault::Nul(at) => {
            format!("Expected texts without the character NUL, but found `\\u0000` at byte {at}.")
        }
        Fault::Surrogate(at) => format!(
            "Expected whole Unicode characters, but found half a surrogate pair at byte {at}."
        ),
    }))
}

fn walk(body: &[u8]) -> Result<(), Fault> {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'"' => {
                at = string(body, at + 1)?;
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    return Err(Fault::Depth(at));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// Looks over a string from behind its opening quote; answers the place behind the closing one.
fn string(body: &[u8], mut at: usize) -> Result<usize, Fault> {
    while at < body.len() {
        match body[at] {
            b'"' => return Ok(at + 1),
            b'\\' => match unit(body, at) {
                Some(0) => return Err(Fault::Nul(at)),
                Some(0xD800..=0xDBFF) => {
                    if !matches!(unit(body, at + 6), Some(0xDC00..=0xDFFF)) {
                        return Err(Fault::Surrogate(at));
                    }
                    at += 12;
                }
                Some(0xDC00..=0xDFFF) => return Err(Fault::Surrogate(at)),
                _ => at += 2,
            },
            _ => at += 1,
        }
    }
    Ok(at)
}

/// The code unit of a `\uXXXX` here, if there is one.
fn unit(body: &[u8], at: usize) -> Option<u16> {
    let digits = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_ordinary_json_pass() {
        let text = r#"{"a": ["\\u0000", "\"\u0041\ud83d\ude00", "[[[{{{"], "grüß": null}"#;
        assert_eq!(walk(text.as_bytes()), Ok(()));
    }

    #[test]
    fn finds_nul_and_half_surrogates_wherever_they_hide() {
        assert_eq!(walk(br#"{"a":"x\u0000"}"#), Err(Fault::Nul(7)));
        assert_eq!(walk(br#"{"\u0000":1}"#), Err(Fault::Nul(2)));
        assert_eq!(walk(br#"["\\\u0000"]"#), Err(Fault::Nul(4)));
        assert_eq!(walk(br#"["\ud800x"]"#), Err(Fault::Surrogate(2)));
        assert_eq!(walk(br#"["\ud800\n"]"#), Err(Fault::Surrogate(2)));
        assert_eq!(walk(br#"["\udc00"]"#), Err(Fault::Surrogate(2)));
    }

    #[test]
    fn bounds_the_nesting_and_asks_for_utf8() {
        let deep = "[".repeat(JSON_DEPTH_MAX);
        assert_eq!(walk(deep.as_bytes()), Ok(()));
        assert_eq!(walk(format!("{deep}[").as_bytes()), Err(Fault::Depth(JSON_DEPTH_MAX)));
        assert!(scan(b"{\"a\":\"\xff\"}").unwrap_err().detail.contains("byte 6"));
    }

    #[test]
    fn never_reads_past_the_end() {
        for text in [r#"""#, r#""\"#, r#""\u"#, r#""\u00"#, r#""\ud800\u"#] {
            let _ = walk(text.as_bytes());
        }
    }
}
