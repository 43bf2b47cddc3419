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

#[test]
fn each_decision_of_an_evaluation_draws_its_own_numbers() {
    let decision = |id: &str, requires: &str, text: &str| {
        format!(
            "<decision id=\"{id}\" name=\"{id}\"><variable name=\"{id}\"/>{requires}\
             <literalExpression><text>{text}</text></literalExpression></decision>"
        )
    };
    let requires = ["a", "b"].map(|id| {
        format!(
            "<informationRequirement><requiredDecision href=\"#{id}\"/></informationRequirement>"
        )
    });
    let xml = format!(
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"d\" name=\"d\" \
         namespace=\"n\">{}{}{}</definitions>",
        decision("a", "", "uuid()"),
        decision("b", "", "uuid()"),
        decision("all", &requires.concat(), "[a, b, uuid()]")
    );
    let model = dmn::read(xml.as_bytes(), &[]).expect("a good model");
    let ask = |seed| {
        let env = decision::Env { seed, ..env() };
        let scope = BTreeMap::new();
        let found = model.evaluate("all", &scope, &env, &mut Budget::default());
        found.expect("a decision").output
    };
    assert_eq!(ask(1), ask(1));
    let mut drawn: Vec<String> = [ask(1), ask(2)]
        .iter()
        .flat_map(|output| output.as_list().expect("a list").to_vec())
        .map(|item| item.as_str().expect("a text").to_owned())
        .collect();
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), 6, "{drawn:?}");
}
