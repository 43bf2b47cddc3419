//! Results of tests as JUnit XML, which build servers read.
//!
//! Only what they have in common: suites, cases, failures and times.

use std::fmt::Write;

/// The cases of one file.
pub(super) struct Suite {
    /// The file.
    pub(super) name: String,
    /// Its cases in order.
    pub(super) cases: Vec<Case>,
    /// How long they took together, seconds.
    pub(super) seconds: f64,
}

/// One case.
pub(super) struct Case {
    /// What it is called.
    pub(super) name: String,
    /// How it went differently; none: as written.
    pub(super) failure: Option<String>,
}

/// Writes suites as an XML document.
pub(super) fn document(suites: &[Suite]) -> String {
    let failures = |suite: &Suite| suite.cases.iter().filter(|it| it.failure.is_some()).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites tests=\"{}\" failures=\"{}\" time=\"{:.3}\">",
        suites.iter().map(|suite| suite.cases.len()).sum::<usize>(),
        suites.iter().map(failures).sum::<usize>(),
        suites.iter().map(|suite| suite.seconds).sum::<f64>(),
    );
    for suite in suites {
        let name = escaped(&suite.name);
        let (tests, failed) = (suite.cases.len(), failures(suite));
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\" \
             skipped=\"0\" time=\"{:.3}\">",
            suite.seconds
        );
        for case in &suite.cases {
            let about = format!("name=\"{}\" classname=\"{name}\"", escaped(&case.name));
            match &case.failure {
                None => {
                    let _ = writeln!(out, "    <testcase {about}/>");
                }
                Some(why) => {
                    let first = escaped(why.lines().next().unwrap_or_default());
                    let _ = writeln!(
                        out,
                        "    <testcase {about}>\n      <failure message=\"{first}\">{}</failure>\n    \
                         </testcase>",
                        escaped(why)
                    );
                }
            }
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Text as XML 1.0 takes it; characters it has no way to write are replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(character),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}');
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_xml_whatever_the_texts_are() {
        let failure = "expected <b> & \"c\"\u{1b}[0m\nfound nothing".to_owned();
        let cases = vec![
            Case { name: "a <> b".to_owned(), failure: None },
            Case { name: "c".to_owned(), failure: Some(failure) },
        ];
        let text = document(&[Suite { name: "x&y.scenario".to_owned(), cases, seconds: 0.25 }]);
        assert!(text.contains("<testsuites tests=\"2\" failures=\"1\" time=\"0.250\">"), "{text}");
        assert!(text.contains("<testcase name=\"a &lt;&gt; b\" classname=\"x&amp;y.scenario\"/>"));
        let message = "<failure message=\"expected &lt;b&gt; &amp; &quot;c&quot;\u{fffd}[0m\">";
        assert!(text.contains(message), "{text}");
    }
}
