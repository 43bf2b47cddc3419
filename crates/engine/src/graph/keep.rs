//! `segue:history timeToLive`: how long the history of a process's instances is kept.
//!
//! Not here: erasing it; the runtime asks for the value and the engine never looks at it.

use crate::part::duration;
use model::{Namespace, NodeRef, Problems};

/// Milliseconds of a time to live; none: it is no duration, or a negative one. Months and years
/// are those after 1 January 1970.
#[must_use]
pub fn parse_ttl_ms(text: &str) -> Option<i64> {
    duration::parse_ms(text).ok().filter(|ms| *ms >= 0)
}

/// Milliseconds after the end of an instance; none: as the server says.
pub fn history_ttl_ms(process: NodeRef<'_>, problems: &mut Problems) -> Option<i64> {
    let history = process.extensions_of(Namespace::Segue, "history").next()?;
    let text = history.attr("timeToLive")?;
    let ttl = parse_ttl_ms(text);
    if ttl.is_none() {
        let message = format!(
            "Expected `timeToLive` to be an ISO 8601 duration such as `P30D`, but found `{text}`."
        );
        problems
            .error(history, "history-time-to-live", message)
            .at_attr("timeToLive")
            .hint("Leave the attribute out to keep the history as the server does.");
    }
    ttl
}

#[cfg(test)]
mod tests {
    use crate::graph::compile::compile;
    use model::Problems;

    fn compiled(attribute: &str) -> (Option<i64>, Problems) {
        let xml = format!(
            r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
              xmlns:segue="urn:segue:bpmn:1.0"><bpmn:process id="p" isExecutable="true">
              <bpmn:extensionElements><segue:history {attribute}/></bpmn:extensionElements>
              <bpmn:startEvent id="s"/></bpmn:process></bpmn:definitions>"#
        );
        let document = model::parse(xml.as_bytes()).unwrap();
        let mut problems = Problems::new();
        let graphs = compile(&document, &mut problems);
        (graphs[0].history_ttl_ms, problems)
    }

    #[test]
    fn a_process_says_how_long_its_history_is_kept() {
        assert_eq!(compiled(r#"timeToLive="P30D""#).0, Some(30 * 86_400_000));
        assert_eq!(compiled(r#"timeToLive="PT0S""#).0, Some(0));
        assert_eq!(compiled("").0, None);
    }

    #[test]
    fn a_time_to_live_that_is_none_is_a_problem_with_its_place() {
        for text in ["30", "-P1D", "P", "for ever"] {
            let (ttl, problems) = compiled(&format!(r#"timeToLive="{text}""#));
            assert!(ttl.is_none() && problems.has_errors(), "{text}");
            let message = &problems.into_vec()[0].message;
            assert!(message.contains(&format!("`{text}`")), "{message}");
        }
    }
}
