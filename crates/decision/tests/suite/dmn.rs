//! DMN as its users meet it: models, what they decide, and what is wrong with them.

use crate::corpus::{files, folder};
use crate::support::env;
use decision::Budget;
use decision::dmn;
use std::collections::BTreeMap;

/// Models that Camunda's engine refuses too, with the rule that refuses them here.
const REFUSED: &[(&str, &str)] = &[
    ("adjustments_empty_output_name.dmn", "dmn-output-unnamed"),
    ("cyclic-dependencies-in-bkm.dmn", "dmn-cycle"),
    ("cyclic-dependencies-in-decisions.dmn", "dmn-cycle"),
    ("decision_with_invalid_expression.dmn", "dmn-expression-invalid"),
    ("expression-language.dmn", "dmn-expression-language"),
    ("invalid-expression.dmn", "dmn-expression-invalid"),
    ("missingKnowledgeRequirement.dmn", "dmn-expression-invalid"),
    ("with_invalid_bkm.dmn", "dmn-expression-invalid"),
    ("with_invalid_decision.dmn", "dmn-expression-invalid"),
];

#[test]
fn every_model_of_camundas_engine_is_read_and_evaluated() {
    let Some(folder) = folder("dmn-scala") else { return };
    let mut refused = Vec::new();
    for path in files(&folder, ".dmn") {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let source = std::fs::read(&path).expect("readable corpus");
        match dmn::read(&source, &[]) {
            Ok(model) => {
                let scope = BTreeMap::new();
                assert!(!model.decisions().is_empty(), "{name}");
                for decision in model.decisions() {
                    let mut budget = Budget::default();
                    let found = model.evaluate(&decision.id, &scope, &env(), &mut budget);
                    let found = found.expect("a decision of the model");
                    assert_eq!(found.failure, None, "{name} {}", decision.id);
                    assert_eq!(found.decisions.last().map(|it| &it.id), Some(&decision.id));
                }
            }
            Err(problems) => {
                let error = problems.iter().find(|it| it.severity == dmn::Severity::Error);
                refused.push((name, error.expect("an error").rule));
            }
        }
    }
    refused.sort();
    let refused: Vec<(&str, &str)> = refused.iter().map(|(name, rule)| (&**name, *rule)).collect();
    assert_eq!(refused, REFUSED);
}
