//! Generated Rust names the source it was made from by its sum: a changed .proto is made anew.
//!
//! Not here: making it (`xtask proto`).

use super::Finding;
use crate::workspace::Workspace;

const FOLDER: &str = "crates/api/proto/";

pub(crate) fn check(workspace: &Workspace, all: &mut Vec<Finding>) {
    let sources = workspace.files("proto");
    for source in sources.iter().filter(|path| path.starts_with(FOLDER)) {
        let made = format!("{}.inc", source.trim_end_matches(".proto"));
        let head = workspace.read(&made).unwrap_or_default();
        let head = head.lines().next().unwrap_or_default();
        let expected = sum(workspace.read(source).unwrap_or_default().as_bytes());
        if !head.ends_with(&format!(", {expected}.")) {
            all.push(Finding {
                file: made,
                line: 1,
                rule: "generated",
                expected: format!("it made from {source} as it is, {expected}"),
                found: if head.is_empty() { "none".to_owned() } else { format!("`{head}`") },
                advice: "run `cargo xtask proto` and commit what it makes".to_owned(),
            });
        }
    }
}

/// FNV-1a, as xtask/proto writes it.
fn sum(bytes: &[u8]) -> String {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_source_has_another_sum() {
        assert_eq!(sum(b""), "cbf29ce484222325");
        assert_ne!(sum(b"int32 retries = 2;"), sum(b"int32 retries = 3;"));
    }

    #[test]
    fn what_is_committed_is_fresh() {
        let mut all = Vec::new();
        check(&Workspace::find(), &mut all);
        assert_eq!(all, []);
    }
}
