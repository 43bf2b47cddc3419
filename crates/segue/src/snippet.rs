//! A problem beside the lines of source it is about, for the terminal.
//!
//! Not the problem itself, and not its JSON.

use std::fmt;
use std::io::IsTerminal;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
};
use model::{Problem, Severity};

/// Longest line of source that is shown; a file on one line tells nobody anything.
const LINE_BYTES_MAX: usize = 400;

/// The problem as text for the terminal, with its line ends.
pub(crate) fn render(file: &str, source: &[u8], problem: &Problem) -> String {
    let is_plain = !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some();
    let theme =
        if is_plain { GraphicalTheme::unicode_nocolor() } else { GraphicalTheme::unicode() };
    render_with(theme, file, source, problem)
}

fn render_with(theme: GraphicalTheme, file: &str, source: &[u8], problem: &Problem) -> String {
    let handler = GraphicalReportHandler::new_themed(theme).with_context_lines(1);
    let excerpt = Excerpt::of(file, source, problem);
    let mut text = String::new();
    handler
        .render_report(&mut text, &excerpt)
        .expect("writing into a string does not fail, and the span lies inside the source");
    text.push('\n');
    text
}

/// A problem with the source it points into, as miette wants them.
#[derive(Debug)]
struct Excerpt<'p> {
    problem: &'p Problem,
    message: String,
    source: Option<NamedSource<String>>,
}

impl<'p> Excerpt<'p> {
    fn of(file: &str, source: &[u8], problem: &'p Problem) -> Self {
        let text = std::str::from_utf8(source).ok().filter(|text| shows(text, problem.offset));
        let message = match text {
            Some(_) => problem.message.clone(),
            None => format!("{file}:{}:{}: {}", problem.line, problem.column, problem.message),
        };
        let source = text.map(|text| NamedSource::new(file, text.to_owned()));
        Excerpt { problem, message, source }
    }
}

/// Whether the line around the offset can be shown.
fn shows(text: &str, offset: usize) -> bool {
    if !text.is_char_boundary(offset) {
        return false;
    }
    let (before, after) = text.split_at(offset);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = offset + after.find('\n').unwrap_or(after.len());
    end - start <= LINE_BYTES_MAX
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Excerpt<'_> {}

impl Diagnostic for Excerpt<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.problem.rule))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.hint.as_ref().map(|hint| Box::new(hint) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let source = self.source.as_ref()?.inner();
        let end = (self.problem.offset + self.problem.length).min(source.len());
        let end = source.floor_char_boundary(end).max(self.problem.offset);
        let label = self.problem.element.as_ref().map(|id| format!("in `{id}`"));
        let length = end - self.problem.offset;
        let span = LabeledSpan::new_primary_with_span(label, (self.problem.offset, length));
        Some(Box::new(std::iter::once(span)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first problem whose message has the word, as printed.
    fn rendered(source: &str, word: &str) -> String {
        let problems = crate::command::check::problems_of(source.as_bytes());
        let problem = problems.iter().find(|problem| problem.message.contains(word)).unwrap();
        render_with(GraphicalTheme::unicode_nocolor(), "a.bpmn", source.as_bytes(), problem)
    }

    #[test]
    fn shows_the_line_the_element_and_what_to_do() {
        let source = model::short::to_bpmn("start -> work:job(charge) -> end").unwrap();
        let source = source
            .replace("sequenceFlow ", "sequenceFlow\n ")
            .replace("targetRef=\"work\"", "targetRef=\"nowhere\"");
        let text = rendered(&source, "nowhere");
        assert!(text.contains("a.bpmn"), "{text}");
        assert!(text.contains("nowhere"), "{text}");
        assert!(text.contains("help:"), "{text}");
    }

    #[test]
    fn a_file_on_one_line_is_not_poured_out() {
        let source = model::short::to_bpmn("start -> work:job(charge) -> end").unwrap();
        let source = source.replace('\n', " ").replace("targetRef=\"work\"", "targetRef=\"no\"");
        assert!(source.len() > LINE_BYTES_MAX);
        let text = rendered(&source, "no");
        assert!(text.contains("a.bpmn:1:"), "{text}");
        assert!(text.len() < 1_000, "{text}");
    }
}
