//! Models of others: each becomes a document, or says precisely why not.

#![expect(clippy::print_stdout, reason = "the figures are for who reads the test's output")]

mod corpus;

use std::collections::BTreeMap;

use model::{Problems, Severity, check, open};

/// Every problem points at something that exists and is known.
fn is_precise(source: &[u8], problems: &Problems) {
    let known = |rule: &str| {
        check::RULES.iter().any(|known| known.id == rule)
            || check::FILE_RULES.iter().any(|(known, _)| *known == rule)
    };
    for problem in problems {
        assert!(known(problem.rule), "{problem}");
        assert!(problem.line > 0 && problem.column > 0, "{problem}");
        assert!(problem.offset + problem.length <= source.len(), "{problem}");
        assert!(problem.message.starts_with("Expected "), "{problem}");
        assert!(problem.message.contains(", but found "), "{problem}");
        let breaks = source[..problem.offset].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(problem.line as usize, breaks + 1, "{problem}");
    }
}

#[test]
fn every_model_becomes_a_document_or_says_precisely_why_not() {
    let corpora = ["bpmn-moddle", "bpmnlint", "zeebe-bpmn-moddle"];
    let models = corpus::models(&corpora);
    if models.is_empty() {
        return;
    }
    assert_eq!(models.len(), 418);
    let mut rules: BTreeMap<(&str, Severity), usize> = BTreeMap::new();
    let (mut good, mut wrong, mut broken) = (0, 0, 0);
    for (path, source) in &models {
        let name = path.display();
        let problems = match open(source) {
            Ok(document) => {
                let has_errors = document.problems().has_errors();
                *(if has_errors { &mut wrong } else { &mut good }) += 1;
                document.problems().clone()
            }
            Err(problems) => {
                broken += 1;
                assert!(problems.has_errors(), "{name}");
                problems
            }
        };
        println!("{name}: {problems}");
        is_precise(source, &problems);
        for problem in &problems {
            *rules.entry((problem.rule, problem.severity)).or_default() += 1;
        }
    }
    println!("{good} without errors, {wrong} with errors, {broken} without a tree");
    for ((rule, severity), count) in rules {
        println!("{count:5} {severity:?} {rule}");
    }
    assert_eq!(good + wrong + broken, 418);
}

#[test]
fn models_that_other_engines_run_have_no_errors_here() {
    // Drawn only, incomplete or wrong on purpose.
    let refused = BTreeMap::from([
        ("CollaborationParserTest.bpmn", "process-not-executable"),
        ("DataObjectTest.bpmn", "process-not-executable"),
        ("DataStoreTest.bpmn", "process-not-executable"),
        ("DefinitionsTest.shouldImportEmptyDefinitions.bpmn", "process-missing"),
        ("DefinitionsTest.shouldNotAffectComments.bpmn", "process-not-executable"),
        ("DefinitionsTest.shouldNotAffectCommentsResult.bpmn", "xml-malformed"),
        ("DefinitionsTest.shouldNotImportWrongOrderedSequence.bpmn", "process-not-executable"),
        ("GenerateIdTest.bpmn", "process-not-executable"),
        ("ProcessTest.shouldImportProcess.bpmn", "process-not-executable"),
        ("ReferenceTest.shouldFindReferenceWithNamespace.bpmn", "process-not-executable"),
        ("ResourceRolesTest.bpmn", "process-not-executable"),
        ("TextAnnotationTest.bpmn", "process-not-executable"),
        ("default-flow.bpmn", "default-not-outgoing"),
        ("multiple-timer-start-event-sub-process.bpmn", "start-not-none start-not-none"),
        ("no-start-event-sub-process.bpmn", "start-missing"),
    ]);
    for (path, source) in corpus::models(&["zeebe-process-test", "zeebe-2022-apache-parts"]) {
        let file = path.file_name().and_then(|name| name.to_str()).expect("it has a name");
        let found = match open(&source) {
            Ok(document) => document.problems().clone(),
            Err(problems) => problems,
        };
        is_precise(&source, &found);
        let errors: Vec<_> =
            found.iter().filter(|problem| problem.severity == Severity::Error).collect();
        let rules: Vec<_> = errors.iter().map(|problem| problem.rule).collect();
        let expected = refused.get(file).copied().unwrap_or_default();
        assert_eq!(rules.join(" "), expected, "{file}: {found}");
    }
}

#[test]
fn reference_models_keep_every_element_and_their_text() {
    for (path, source) in corpus::models(&["bpmn-miwg-reference"]) {
        let document = open(&source).unwrap_or_else(|problems| panic!("{problems}"));
        let text = std::str::from_utf8(&source).expect("a reference model is UTF-8");
        assert_eq!(document.source(), text);
        // These files have start tags in CDATA, but no comments.
        let pieces = text.split("<![CDATA[");
        let outside = pieces.map(|piece| piece.split_once("]]>").map_or(piece, |(_, rest)| rest));
        let markup: String = outside.collect();
        let tags = markup.split('<').skip(1).filter(|tag| !tag.starts_with(['/', '?', '!']));
        assert_eq!(document.len(), tags.count(), "{}", path.display());
        let structure: usize =
            document.processes().map(|process| process.structure().flows.len()).sum();
        let dangling = document.problems().iter().filter(|found| found.rule.starts_with("flow-"));
        println!("{}: {}\n{}", path.display(), structure, document.problems());
        assert_eq!(dangling.count(), 0, "{}: {}", path.display(), document.problems());
    }
}
