//! Tokens added, moved and cancelled by people.

use testkit::scenario::check;

#[test]
fn a_token_goes_on_elsewhere() {
    check(
        "
            start -> a:job(a) -> b:job(b) -> end
            a ! late:timer(PT1H) -> escalate:job(escalate) -> end
        ",
        r#"
            start
            ~ timer late in PT1H
            modify move a to b
            > modified
            > entered b
            > job a cancelled
            > timer late cancelled
            > cancelled a
            > job b
            complete b
            > completed b
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn a_token_is_added_with_variables_of_its_own() {
    check(
        "start -> a:job(a) -> b:job(b) -> end",
        r#"
            start
            modify add b {"x": 1} and add b
            > modified
            > entered b
            > variables of b {"x":1}
            > entered b
            > job b
            > job b
            modify cancel b
            > modified
            > job b cancelled
            > cancelled b
            > job b cancelled
            > cancelled b
            complete a
            complete b
            ~ completed {}
        "#,
    );
}

#[test]
fn scopes_around_a_target_are_opened_without_their_starts() {
    check(
        r"
            start -> a:job(a) -> ship:sub {
              start -> pack:job(pack) -> label:job(label) -> end
              asked:event-sub { told:message-start(ask, = order) non-interrupting -> end }
            } -> done:end
            ship ! late:timer(PT1H) -> end
        ",
        r#"
            start {"order": 1}
            modify move a to label
            > modified
            > entered ship
            > timer late in PT1H
            > subscribed ask 1
            > entered label
            > job a cancelled
            > cancelled a
            > job label
            modify add pack
            > modified
            > entered pack
            > job pack
            complete label
            complete pack
            > completed pack
            > entered label
            > job label
            complete label
            > completed label
            > entered ship_end
            > timer late cancelled
            > unsubscribed ask 1
            > completed ship
            > entered done
            > completed {"order":1}
        "#,
    );
}

#[test]
fn a_scope_in_which_nothing_is_left_is_cancelled_not_completed() {
    check(
        r"
            start -> fork:and -> ship:sub { start -> pack:job(pack) -> end } -> join:and -> end
            fork -> bill:job(bill) -> join
        ",
        r#"
            start
            modify cancel pack
            > modified
            > job pack cancelled
            > cancelled pack
            > cancelled ship
            modify cancel bill
            > modified
            > job bill cancelled
            > cancelled bill
            > cancelled
        "#,
    );
}

#[test]
fn what_cannot_be_done_is_refused_as_a_whole() {
    check(
        r"
            start -> each:sub each(= items, item) { start -> a:job(a) -> end } -> b:job(b) -> end
            b ! late:timer(PT1H) -> end
        ",
        r#"
            start {"items": [1, 2]}
            modify add b and add nowhere
            > rejected invalid argument
            ~ because it has none with id `nowhere`
            modify add late
            > rejected invalid argument
            ~ because boundary event
            modify add start
            > rejected invalid argument
            ~ because start event
            modify add a
            > rejected invalid argument
            ~ because there are 2. Choose one
            modify move b to a
            > rejected invalid state
            ~ because active instance of element `b`
            modify move each to b
            > modified
            > entered b
            > job b
            > timer late in PT1H
            > job a cancelled
            > cancelled a
            > job a cancelled
            > cancelled a
            > cancelled each
            > cancelled each
            > cancelled each each
            modify add a
            > rejected invalid argument
            ~ because Begin at `each` itself
            modify add each
            complete a
            complete a
            complete b
            complete b
            ~ completed {"items":[1,2]}
        "#,
    );
}

#[test]
fn an_instance_begins_again_at_an_element() {
    check(
        "
            start -> fork:and -> a:job(a) -> join:and -> ship:sub {
              start -> pack:job(pack) -> end
            } -> end
            fork -> b:job(b) -> join
        ",
        r#"
            start {"x": 1}
            complete a
            restart pack {"x": 2}
            > modified
            > dropped parked tokens
            > entered ship
            > variables {"x":2}
            > entered pack
            > job b cancelled
            > cancelled b
            > job pack
            complete pack
            ~ completed {"x":2}
        "#,
    );
}
