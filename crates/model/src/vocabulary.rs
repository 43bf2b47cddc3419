//! The names of BPMN 2.0: elements and attributes of its schema.
//!
//! Not which of them can be executed.

mod names;

/// This product's own extensions and their attributes.
pub(crate) const OWN_EXTENSIONS: &[(&str, &[&str])] = &[
    ("history", &["timeToLive"]),
    ("publishMessage", &["correlationKey", "messageId", "timeToLive"]),
];

pub(crate) use names::{ATTRIBUTES, ELEMENTS, EXTENSIONS};

/// Elements a sequence flow can connect.
pub(crate) const FLOW_NODES: &[&str] = &[
    "adHocSubProcess",
    "boundaryEvent",
    "businessRuleTask",
    "callActivity",
    "callChoreography",
    "choreographyTask",
    "complexGateway",
    "endEvent",
    "eventBasedGateway",
    "exclusiveGateway",
    "implicitThrowEvent",
    "inclusiveGateway",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "manualTask",
    "parallelGateway",
    "receiveTask",
    "scriptTask",
    "sendTask",
    "serviceTask",
    "startEvent",
    "subChoreography",
    "subProcess",
    "task",
    "transaction",
    "userTask",
];

/// Elements that hold flow nodes of their own and are flow nodes themselves.
pub(crate) const SUB_PROCESSES: &[&str] = &["adHocSubProcess", "subProcess", "transaction"];

/// Whether BPMN elements of this name can be connected by sequence flows.
pub fn is_flow_node(name: &str) -> bool {
    FLOW_NODES.binary_search(&name).is_ok()
}

/// Whether BPMN elements of this name hold flow nodes.
pub fn is_scope(name: &str) -> bool {
    name == "process" || SUB_PROCESSES.contains(&name)
}

/// The one of `words` that `word` was most likely meant to be, if one is near enough.
pub(crate) fn nearest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    const LONGEST: usize = 40;
    const MOST: usize = 256;
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let length = word.chars().count();
    let allowed = length.max(3) / 3;
    let alike =
        |known: &&str| known.len() <= LONGEST && known.len().abs_diff(word.len()) <= allowed * 4;
    let near = words.take(MOST).filter(alike).map(|known| (distance(word, known), known));
    let (changes, known) = near.min_by_key(|(changes, _)| *changes)?;
    (changes <= allowed).then_some(known)
}

/// How many letters to add, drop, change or swap, upper and lower case being the same.
fn distance(from: &str, to: &str) -> usize {
    let letters = |word: &str| word.chars().map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>();
    let (from, to) = (letters(from), letters(to));
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let change = above[column] + usize::from(letter != other);
            let mut best = change.min(above[column + 1] + 1).min(line[column] + 1);
            let swapped = row > 0 && column > 0 && from[row - 1] == *other;
            if swapped && *letter == to[column - 1] {
                let earlier: &Vec<usize> = &before;
                best = best.min(earlier[column - 1] + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut above, line);
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_word_that_was_meant_and_no_other() {
        let found = |word| nearest(word, FLOW_NODES.iter().copied());
        assert_eq!(found("servicetask"), Some("serviceTask"));
        assert_eq!(found("userTsk"), Some("userTask"));
        assert_eq!(found("banana"), None);
        assert_eq!(nearest("jbo", ["job", "xor"].into_iter()), Some("job"));
        assert_eq!(nearest("jobs", ["job", "xor"].into_iter()), Some("job"));
    }

    #[test]
    fn lists_are_sorted_so_that_they_can_be_searched() {
        for list in [FLOW_NODES, ELEMENTS, ATTRIBUTES] {
            assert!(list.is_sorted());
        }
        assert!(EXTENSIONS.is_sorted_by_key(|(name, _)| *name));
        assert!(FLOW_NODES.iter().all(|name| ELEMENTS.binary_search(name).is_ok()));
    }
}
