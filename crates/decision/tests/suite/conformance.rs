//! The corpora in one table: what passes of the DMN kit and of Camunda's own FEEL cases.

use crate::feel_scala;
use crate::tck::{self, Tally};

/// A corpus, how it went, and the least that must pass, in thousandths.
type Row = (&'static str, Option<Tally>, usize);

#[test]
fn agrees_with_the_kit_and_with_camunda() {
    let rows: [Row; 3] = [
        ("tck level-2", tck::level("level-2"), 1_000),
        ("tck level-3", tck::level("level-3"), 995),
        ("feel-scala", feel_scala::cases(), 980),
    ];
    for (name, tally, _) in &rows {
        let Some(tally) = tally else { continue };
        for case in &tally.not_applicable {
            eprintln!("{name} not applicable: {case}");
        }
        for case in &tally.failed {
            eprintln!("{name} failed: {case}");
        }
    }
    for (name, tally, _) in &rows {
        match tally {
            Some(tally) => eprintln!("{name} {}/{}", tally.passed, tally.all),
            None => eprintln!("{name} skipped: no corpus"),
        }
    }
    for (name, tally, least) in rows {
        let Some(Tally { passed, all, .. }) = tally else { continue };
        let enough = passed * 1_000 >= all * least;
        assert!(enough, "{name}: {passed} of {all} pass, which is below {least} in a thousand");
    }
}
