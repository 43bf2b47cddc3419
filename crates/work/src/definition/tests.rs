//! What a definition says when it is wrong.
//!
//! Not here: what rules do (`tests/lives.rs`).

use super::*;

#[test]
fn says_everything_that_is_wrong_and_where() {
    let text = "kind: detection-rule\nid: hot\non:\n  type: reading\n  wen: data.x\nsubject: data.\n\
                detect:\n  absence: {expect: 'true', within: soon}\n";
    let faults = read(text.as_bytes()).unwrap_err();
    let told: Vec<String> =
        faults.iter().map(|fault| format!("{} {}", fault.line, fault.path)).collect();
    assert_eq!(told, ["5 on.wen", "6 subject", "8 detect.absence.within"], "{faults:#?}");
}
