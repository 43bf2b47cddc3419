//! The process itself: the outermost scope, always element 0 in slot 0.
//!
//! No XML element is read by this file; the graph puts it there.

use super::*;

/// The process scope.
#[derive(Debug, PartialEq)]
pub struct ProcessScope;

impl Element for ProcessScope {
    fn matches(_: NodeRef<'_>) -> bool {
        false
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        ProcessScope
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn ends_when_nothing_lives_in_it() {
        check(
            r"
                start -> fork:and -> a:end
                fork -> b:end
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered a
                > entered b
                > completed {}
            "#,
        );
    }

    #[test]
    fn is_cancelled_as_a_whole() {
        check(
            r"
                start -> fork:and -> a:job(a) -> end
                fork -> b:user -> end
            ",
            r#"
                start
                > entered start
                > entered fork
                > entered a
                > entered b
                > job a
                > task b
                cancel
                > job a cancelled
                > cancelled a
                > task b cancelled
                > cancelled b
                > cancelled
            "#,
        );
    }
}
