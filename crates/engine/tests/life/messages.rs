//! Messages: buffered, de-duplicated, at most once per process.
//!
//! Not message start events (`starts`).

use testkit::scenario::check;

#[test]
fn a_message_waits_for_its_time_to_live() {
    check(
        "start -> hear:receive(paid, = order) -> end",
        r#"
            publish paid A {"n": 1} ttl PT1H
            > buffered paid A
            advance PT59M
            start {"order": "A"}
            > entered start
            > entered hear
            > subscribed paid A
            > correlated paid A
            > variables {"n":1}
            > completed hear
            > entered end
            > completed {"n":1,"order":"A"}
            publish paid A {"n": 2} ttl PT1H
            advance PT1H
            > expired paid A
            start {"order": "A"}
            > #2 entered start
            > #2 entered hear
            > #2 subscribed paid A
            publish paid A
            > #2 correlated paid A
            > #2 completed hear
            > #2 entered end
            > #2 completed {"order":"A"}
        "#,
    );
}

#[test]
fn without_time_to_live_it_reaches_only_who_waits() {
    check(
        "start -> hear:receive(paid, = order) -> end",
        r#"
            publish paid A
            > expired paid A
            start {"order": "A"}
            ~ waits hear
            publish paid A
            > correlated paid A
            > completed hear
            > entered end
            > completed {"order":"A"}
        "#,
    );
}

#[test]
fn the_same_id_is_refused_while_the_message_lives() {
    check(
        "start -> hear:receive(paid, = order) -> end",
        r#"
            publish paid A ttl PT1H id 7
            > buffered paid A
            publish paid A ttl PT1H id 7
            > rejected already exists
            publish paid B ttl PT1M id 7
            > buffered paid B
            advance PT1H
            > expired paid B
            > expired paid A
            publish paid A ttl PT1H id 7
            > buffered paid A
        "#,
    );
}

#[test]
fn the_same_id_is_refused_even_after_it_was_taken() {
    check(
        "start -> hear:receive(paid, = order) -> end",
        r#"
            start {"order": "A"}
            publish paid A ttl PT1H id 7
            > buffered paid A
            > correlated paid A
            > completed hear
            > entered end
            > completed {"order":"A"}
            publish paid A ttl PT1H id 7
            > rejected already exists
        "#,
    );
}

#[test]
fn a_message_reaches_one_instance_of_a_process_and_never_a_second() {
    check(
        "start -> hear:receive(paid, = order) -> end",
        r#"
            start {"order": "A"}
            start {"order": "A"}
            publish paid A {"n": 1} ttl PT1H
            > buffered paid A
            > correlated paid A
            > variables {"n":1}
            > completed hear
            > entered end
            > completed {"n":1,"order":"A"}
            publish paid A {"n": 2} ttl PT1H
            > buffered paid A
            > #2 correlated paid A
            > #2 variables {"n":2}
            > #2 completed hear
            > #2 entered end
            > #2 completed {"n":2,"order":"A"}
            start {"order": "A"}
            > #3 entered start
            > #3 entered hear
            > #3 subscribed paid A
            advance PT2H
            > nothing
            publish paid A {"n": 3}
            > #3 correlated paid A
            > #3 variables {"n":3}
            > #3 completed hear
            > #3 entered end
            > #3 completed {"n":3,"order":"A"}
        "#,
    );
}

#[test]
fn a_message_reaches_every_process_that_waits() {
    check(
        r"
            process billing
            start -> hear:receive(paid, = 1) -> end
            process packing
            begin:start -> listen:receive(paid, = 1) -> done:end
        ",
        r#"
            start billing
            start packing
            publish paid 1
            > correlated paid 1
            > completed hear
            > entered end
            > completed {}
            > #2 correlated paid 1
            > #2 completed listen
            > #2 entered done
            > #2 completed {}
        "#,
    );
}

#[test]
fn buffered_messages_are_taken_oldest_first() {
    check(
        "start -> first:receive(paid, = 1) -> again:receive(paid, = 1) -> end",
        r#"
            publish paid 1 {"a": 1} ttl PT1H
            publish paid 1 {"b": 2} ttl PT1H
            start
            > entered start
            > entered first
            > subscribed paid 1
            > correlated paid 1
            > variables {"a":1}
            > completed first
            > entered again
            > subscribed paid 1
            > correlated paid 1
            > variables {"b":2}
            > completed again
            > entered end
            > completed {"a":1,"b":2}
        "#,
    );
}

#[test]
fn one_message_is_not_taken_twice_by_the_same_instance() {
    check(
        "start -> first:receive(paid, = 1) -> again:receive(paid, = 1) -> end",
        r#"
            publish paid 1 ttl PT1H
            start
            > entered start
            > entered first
            > subscribed paid 1
            > correlated paid 1
            > completed first
            > entered again
            > subscribed paid 1
            publish paid 1
            > correlated paid 1
            > completed again
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn two_subscriptions_of_one_instance_get_one_each() {
    check(
        r"
            start -> fork:and -> a:receive(paid, = 1) -> end
            fork -> b:receive(paid, = 1) -> end
        ",
        r#"
            start
            publish paid 1 {"n": 1}
            > correlated paid 1
            > variables {"n":1}
            > completed a
            > entered end
            publish paid 1 {"n": 2}
            > correlated paid 1
            > variables {"n":2}
            > completed b
            > entered end
            > completed {"n":2}
        "#,
    );
}

#[test]
fn a_correlation_without_taker_is_refused() {
    check(
        "start -> hear:receive(paid, = order) -> end",
        r#"
            correlate paid A
            > rejected not found
            ~ because Expected something to wait for message `paid`
            start {"order": "A"}
            correlate paid A {"n": 1}
            > correlated paid A
            > variables {"n":1}
            > completed hear
            > entered end
            > completed {"n":1,"order":"A"}
        "#,
    );
}

#[test]
fn a_boundary_subscription_hears_what_was_buffered_before_it() {
    check(
        r"
            start -> work:job(work) -> end
            work !~ news:message(news, = 1) -> told:end
        ",
        r#"
            publish news 1 {"a": 1} ttl PT1H
            publish news 1 {"b": 1} ttl PT1H
            start
            > entered start
            > entered work
            > job work
            > subscribed news 1
            > correlated news 1
            > entered news
            > variables {"a":1}
            > entered told
            > correlated news 1
            > entered news
            > variables {"b":1}
            > entered told
            complete work
            > unsubscribed news 1
            > completed work
            > entered end
            > completed {"a":1,"b":1}
        "#,
    );
}

#[test]
fn the_time_to_live_has_a_limit() {
    check(
        "start -> end",
        r#"
            publish paid A ttl P31D
            > rejected invalid argument
            ~ because Expected a time to live from 0 to
        "#,
    );
}
