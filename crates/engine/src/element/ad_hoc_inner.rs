//! Inner instance of an ad-hoc sub-process: the scope in which one activated activity, and what
//! follows it, lives.
//!
//! It is drawn nowhere: every ad-hoc sub-process has one, with the id `ID#innerInstance`.

use super::*;

/// An inner instance.
#[derive(Debug, PartialEq)]
pub struct AdHocInner;

impl Element for AdHocInner {
    fn matches(_: NodeRef<'_>) -> bool {
        false
    }

    fn read(_: NodeRef<'_>, _: &mut Problems) -> Self {
        AdHocInner
    }

    fn leave(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Leaving, Failure> {
        ctx.leave_inner(slot)?;
        Ok(Leaving::ByAll)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn stops_at_a_broken_output_and_goes_on_after_repair() {
        check(
            r#"
                start -> care:ad-hoc active(= ["call"]) results(notes, = assert(note, note != null)) {
                  call:job(call)
                } -> done:end
            "#,
            r#"
                start
                complete call
                > completed call
                > incident EXTRACT_VALUE_ERROR care#innerInstance
                set {"note": 1}
                resolve
                > resolved care#innerInstance
                > variables of care {"notes":[1]}
                > fulfilled care
                > completed care#innerInstance
                > variables {"notes":[1]}
                > completed care
                > entered done
                > completed {"note":1,"notes":[1]}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_instance() {
        check(
            r#"
                start -> care:ad-hoc active(= ["call"]) { call:job(call) } -> done:end
            "#,
            r#"
                start
                cancel
                > job call cancelled
                > cancelled call
                > cancelled care#innerInstance
                > cancelled care
                > cancelled
            "#,
        );
    }
}
