//! Ad-hoc sub-processes with what may surround them: events, repeats, operators, refusals.

use testkit::scenario::{check, play};

#[test]
fn ends_after_the_event_sub_process_that_takes_its_place() {
    check(
        r#"
            start -> care:ad-hoc type=planner {
              call:job(call)
              stop:event-sub { stopped:message-start(stop, = 1) -> undo:job(undo) -> end }
            } -> done:end
        "#,
        r#"
            start
            complete planner activate call
            publish stop 1
            > correlated stop 1
            > fulfilled care
            > interrupted care
            > job call cancelled
            > cancelled call
            > cancelled care#innerInstance
            > entered stop
            > entered stopped
            > entered undo
            > job undo
            complete undo
            > completed undo
            > entered stop_end
            > completed stop
            > completed care
            > entered done
            > completed {}
        "#,
    );
}

#[test]
fn asks_its_worker_again_when_an_event_sub_process_beside_has_ended() {
    check(
        r#"
            start -> care:ad-hoc type=planner {
              call:job(call)
              asked:event-sub { told:message-start(ask, = 1) non-interrupting -> answer:job(answer) -> end }
            } -> done:end
        "#,
        r#"
            start
            publish ask 1
            complete planner activate call
            complete answer
            > completed answer
            > entered asked_end
            > job planner
            > completed asked
            complete planner fulfilled
            > fulfilled care
            complete call
            > completed call
            > completed care#innerInstance
            > unsubscribed ask 1
            > completed care
            > entered done
            > completed {}
        "#,
    );
}

#[test]
fn asks_its_worker_once_however_much_has_ended() {
    check(
        r#"
            start -> care:ad-hoc type=planner {
              call:job(call)
              visit:job(visit)
            } -> done:end
        "#,
        r#"
            start
            complete planner activate call visit call
            complete call
            > completed call
            > job planner
            > completed care#innerInstance
            fail planner retries=0
            > job planner failed retries=0
            > incident AD_HOC_SUB_PROCESS_NO_RETRIES care
            complete visit
            > completed visit
            > job planner cancelled
            > resolved care
            > job planner
            > completed care#innerInstance
            complete planner
            > nothing
            complete call
            > completed call
            > job planner
            > completed care#innerInstance
            complete planner fulfilled
            > fulfilled care
            > completed care
            > entered done
            > completed {}
        "#,
    );
}

#[test]
fn its_worker_may_throw_an_error() {
    check(
        r#"
            start -> care:ad-hoc type=planner { call:job(call) } -> done:end
            care ! failed:error(lost) -> sorry:end
        "#,
        r#"
            start
            complete planner activate call
            complete call
            throw planner lost
            > job planner threw lost
            > cancelled care
            > entered failed
            > entered sorry
            > completed {}
        "#,
    );
}

#[test]
fn refuses_what_its_worker_may_not_decide() {
    check(
        r#"
            start -> care:ad-hoc type=planner { call:job(call) -> after:task } -> done:end
        "#,
        r#"
            start
            complete planner activate call fulfilled
            > rejected invalid argument
            ~ because either to be fulfilled or to activate
            complete planner activate after
            > rejected not found
            ~ because that no flow leads to, but found `after`
            complete planner activate call
            complete call
            complete planner fulfilled
            ~ completed {}
        "#,
    );
}

#[test]
fn takes_more_as_long_as_something_runs() {
    check(
        r#"
            start -> care:ad-hoc active(= ["call", "visit"]) {
              call:job(call)
              visit:job(visit)
            } -> done:end
        "#,
        r#"
            start
            complete call
            > completed call
            > fulfilled care
            > completed care#innerInstance
            activate care call visit
            > entered care#innerInstance
            > entered care#innerInstance
            > entered call
            > entered visit
            > job call
            > job visit
            complete visit
            complete visit
            complete call
            > completed call
            > completed care#innerInstance
            > completed care
            > entered done
            > completed {}
        "#,
    );
}

#[test]
fn is_open_until_something_in_it_has_completed() {
    check(
        r#"
            start -> care:ad-hoc { call:job(call) } -> done:end
        "#,
        r#"
            start
            > entered start
            > entered care
            > variables of care {"adHocSubProcessElements":[{"elementId":"call","elementName":null,"documentation":null,"properties":{}}]}
            activate care call
            complete call
            > completed call
            > fulfilled care
            > completed care#innerInstance
            > completed care
            > entered done
            > completed {}
        "#,
    );
}

#[test]
fn what_runs_side_by_side_keeps_its_variables_to_itself() {
    check(
        r#"
            start -> care:ad-hoc active(= ["call", "call"]) results(notes, = note) {
              call:job(call) -> check:job(check)
            } -> done:end
        "#,
        r#"
            start {"total": 0}
            complete call {"note": 1, "total": 5}
            > variables {"total":5}
            > variables of care#innerInstance {"note":1}
            > completed call
            > entered check
            > job check
            complete call {"note": 2}
            > variables of care#innerInstance {"note":2}
            > completed call
            > entered check
            > job check
            complete check
            complete check
            ~ completed {"notes":[1,2],"total":5}
        "#,
    );
}

#[test]
fn each_item_of_a_collection_has_one_of_its_own() {
    check(
        r#"
            start -> care:ad-hoc each(= patients, patient, notes, = called) active(= ["call"]) results(called, = patient) {
              call:job(call)
            } -> done:end
        "#,
        r#"
            start {"patients": ["ada", "bob"]}
            complete call
            > completed call
            > variables of care {"called":["ada"]}
            > fulfilled care
            > completed care#innerInstance
            > output of care ["ada"]
            > completed care
            complete call
            > completed call
            > variables of care {"called":["bob"]}
            > fulfilled care
            > completed care#innerInstance
            > output of care ["bob"]
            > completed care
            > variables {"notes":[["ada"],["bob"]]}
            > completed each care
            > entered done
            > completed {"notes":[["ada"],["bob"]],"patients":["ada","bob"]}
        "#,
    );
}

#[test]
fn an_operator_moves_tokens_in_and_out_of_it() {
    check(
        r#"
            start -> before:job(before) -> care:ad-hoc active(= ["call"]) until(= ok) {
              call:job(call)
              visit:job(visit)
            } -> done:end
        "#,
        r#"
            start {"ok": true}
            modify move before to visit
            > modified
            > entered care
            > entered care#innerInstance
            > entered visit
            > job before cancelled
            > cancelled before
            > job visit
            modify add call
            > modified
            > entered care#innerInstance
            > entered call
            > job call
            complete call
            > completed call
            > fulfilled care
            > completed care#innerInstance
            > job visit cancelled
            > cancelled visit
            > cancelled care#innerInstance
            > completed care
            > entered done
            > completed {"ok":true}
        "#,
    );
}

#[test]
fn goes_on_in_another_version() {
    check(
        r#"
            start -> care:ad-hoc active(= ["call"]) until(= ok) {
              call:job(call)
            } -> done:end
        "#,
        r#"
            start {"ok": false}
            redeploy start -> first:task -> help:ad-hoc active(= ["visit"]) until(= ok) { visit:job(visit); call:job(call) } -> done:end
            migrate care=help call=call
            > migrated to process version 2
            activate help visit
            > entered help#innerInstance
            > entered visit
            > job visit
            set {"ok": true}
            complete call
            > completed call
            > fulfilled help
            > completed help#innerInstance
            > job visit cancelled
            > cancelled visit
            > cancelled help#innerInstance
            > completed help
            > entered done
            > completed {"ok":true}
        "#,
    );
}

#[test]
fn undoes_from_within_what_completed_beside() {
    check(
        r#"
            start -> care:ad-hoc active(= ["book"]) until(= ok) {
              book:job(book) ! booked:compensation -> unbook:job(unbook)
              undo:compensation-throw
            } -> done:end
        "#,
        r#"
            start {"ok": false}
            complete book
            activate care undo
            > entered care#innerInstance
            > entered undo
            > entered care#innerInstance
            > entered unbook
            > job unbook
            set {"ok": true}
            complete unbook
            > completed unbook
            > completed care#innerInstance
            > completed undo
            > fulfilled care
            > completed care#innerInstance
            > completed care
            > entered done
            > completed {"ok":true}
        "#,
    );
}

#[test]
fn a_condition_that_is_neither_waits_for_repair() {
    check(
        r#"
            start -> care:ad-hoc active(= ["call"]) until(= ok) { call:job(call) } -> done:end
        "#,
        r#"
            start
            complete call
            > completed call
            > incident EXTRACT_VALUE_ERROR care#innerInstance
            set {"ok": true}
            resolve
            > resolved care#innerInstance
            > fulfilled care
            > completed care#innerInstance
            > completed care
            > entered done
            > completed {"ok":true}
        "#,
    );
}

#[test]
fn is_refused_with_a_start_event() {
    let refusal = play("start -> a:ad-hoc { s:start -> b:task } -> end", "start").unwrap_err();
    assert!(refusal.contains("ad-hoc-start"), "{refusal}");
}
