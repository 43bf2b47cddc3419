//! Stored state of older formats made into that of this one, step by step.
//!
//! Not tables; those are the store's scripts. A step is pure, knows one format and the next, and
//! is kept for ever. History is never rewritten: its bytes are what the audit chain is of.

use super::FORMAT;
use super::codec::Bad;
use crate::key::Key;

/// Pages of an aggregate, by number.
pub type Pages = Vec<(u32, Vec<u8>)>;

/// Makes a body of one format into one of the next: the aggregate's kind, its key, the page
/// (none: the root), and the body behind its format number.
type Step = fn(u8, Key, Option<u32>, &[u8]) -> Result<Vec<u8>, Bad>;

/// The step from format n to n + 1 is number n - 1.
const STEPS: [Step; FORMAT as usize - 1] = [];

/// The bodies of an aggregate in this format, or none if they are in it already.
///
/// # Errors
/// When a body is of a newer format, or a step cannot read it.
pub fn upgrade(
    kind: u8,
    key: Key,
    root: &[u8],
    pages: &[(u32, Vec<u8>)],
) -> Result<Option<(Vec<u8>, Pages)>, Bad> {
    through(&STEPS, kind, key, root, pages)
}

fn through(
    steps: &[Step],
    kind: u8,
    key: Key,
    root: &[u8],
    pages: &[(u32, Vec<u8>)],
) -> Result<Option<(Vec<u8>, Pages)>, Bad> {
    let newest = steps.len() as u8 + 1;
    let mut bodies = pages.iter().map(|(_, body)| body.as_slice()).chain([root]);
    if bodies.all(|body| body.first().is_none_or(|format| *format >= newest)) {
        return Ok(None);
    }
    let one = |page, body: &[u8]| -> Result<Vec<u8>, Bad> {
        let mut body = body.to_vec();
        while let Some((format, rest)) = body.split_first()
            && *format < newest
        {
            let step = format.checked_sub(1).and_then(|at| steps.get(at as usize));
            let step = step.ok_or(Bad { expected: newest, found: format!("format {format}") })?;
            let mut next = vec![format + 1];
            next.extend(step(kind, key, page, rest)?);
            body = next;
        }
        Ok(body)
    };
    let upgraded = pages.iter().map(|(page, body)| Ok((*page, one(Some(*page), body)?)));
    Ok(Some((one(None, root)?, upgraded.collect::<Result<_, Bad>>()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE_UP: [Step; 2] = [
        |_, _, _, body| Ok([body, b"+two"].concat()),
        |kind, key, page, body| {
            if body.starts_with(b"broken") {
                return Err(Bad { expected: 3, found: "a broken body".to_owned() });
            }
            Ok([body, format!("+three({kind},{key},{page:?})").as_bytes()].concat())
        },
    ];

    fn body(format: u8, text: &str) -> Vec<u8> {
        [&[format], text.as_bytes()].concat()
    }

    #[test]
    fn every_older_body_goes_through_the_steps_it_has_not_seen() {
        let pages = [(1, body(2, "b")), (2, body(3, "c"))];
        let (root, pages) =
            through(&MADE_UP, 2, Key(7), &body(1, "a"), &pages).unwrap().expect("old ones");
        assert_eq!(root, body(3, "a+two+three(2,7,None)"));
        assert_eq!(pages, [(1, body(3, "b+three(2,7,Some(1))")), (2, body(3, "c"))]);
        assert_eq!(through(&MADE_UP, 2, Key(7), &root, &pages).unwrap(), None, "nothing is left");
    }

    #[test]
    fn what_no_step_can_read_is_an_error_and_what_is_newer_is_left_to_the_reader() {
        let broken = through(&MADE_UP, 1, Key(7), &body(2, "broken"), &[]).unwrap_err();
        assert_eq!(broken.found, "a broken body");
        assert!(through(&MADE_UP, 1, Key(7), &body(0, ""), &[]).is_err());
        assert_eq!(through(&MADE_UP, 1, Key(7), &body(9, "x"), &[]).unwrap(), None);
        assert_eq!(upgrade(1, Key(7), &body(FORMAT, "x"), &[]).unwrap(), None);
    }
}
