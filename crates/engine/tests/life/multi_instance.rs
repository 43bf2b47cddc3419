//! Multi-instance: one instance of an activity for each item, at once or in turn.
//!
//! Not what happens when there are more than one page of them (`pages`).

use testkit::scenario::check;

#[test]
fn every_item_has_its_instance_and_the_outputs_keep_their_order() {
    check(
        "start -> pick:job(pick) each(= items, item, picked, = number) -> end",
        r#"
            start {"items": ["tea", "milk"]}
            > entered start
            > entered each pick
            > entered pick
            > variables of pick {"item":"tea","loopCounter":1,"number":null}
            > entered pick
            > variables of pick {"item":"milk","loopCounter":2,"number":null}
            > job pick
            > job pick
            complete pick {"number": 1}
            > variables of pick {"number":1}
            > output of pick 1
            > completed pick
            complete pick {"number": 2}
            > variables of pick {"number":2}
            > output of pick 2
            > completed pick
            > variables {"picked":[1,2]}
            > completed each pick
            > entered end
            > completed {"items":["tea","milk"],"picked":[1,2]}
        "#,
    );
}

#[test]
fn in_turn_the_next_begins_when_the_one_before_has_ended() {
    check(
        "start -> pick:job(pick) each-in-turn(= items, item, picked, = item + loopCounter) -> end",
        r#"
            start {"items": [10, 20]}
            > entered start
            > entered each pick
            > entered pick
            > variables of pick {"item":10,"loopCounter":1}
            > job pick
            complete pick
            > output of pick 11
            > completed pick
            > entered pick
            > variables of pick {"item":20,"loopCounter":2}
            > job pick
            complete pick
            > output of pick 22
            > completed pick
            > variables {"picked":[11,22]}
            > completed each pick
            > entered end
            > completed {"items":[10,20],"picked":[11,22]}
        "#,
    );
}

#[test]
fn nothing_to_do_for_no_items() {
    check(
        "start -> pick:job(pick) each(= items, item, picked, = item) -> end",
        r#"
            start {"items": []}
            > entered start
            > entered each pick
            > variables {"picked":[]}
            > entered end
            > completed {"items":[],"picked":[]}
        "#,
    );
}

#[test]
fn what_is_no_list_is_an_incident_of_the_whole() {
    check(
        "start -> pick:job(pick) each(= items, item) -> end",
        r#"
            start {"items": 7}
            > entered start
            > entered each pick
            > incident EXTRACT_VALUE_ERROR pick
            ~ because to be a list, but found number
            set {"items": [7]}
            resolve pick
            > resolved pick
            > entered pick
            > variables of pick {"item":7,"loopCounter":1}
            > job pick
            complete pick
            > completed pick
            > completed each pick
            > entered end
            > completed {"items":[7]}
        "#,
    );
}

#[test]
fn a_condition_ends_it_early_and_cancels_the_rest() {
    check(
        r"
            start -> ask:job(ask) each(= [1, 2, 3], who, answers, = yes) -> end
            ask: until(= numberOfCompletedInstances >= 2)
        ",
        r#"
            start
            complete ask {"yes": true}
            ~ waits ask
            complete ask {"yes": false}
            > variables of ask {"yes":false}
            > output of ask false
            > completed ask
            > stopped each ask
            > job ask cancelled
            > cancelled ask
            > variables {"answers":[true,false,null]}
            > completed each ask
            > entered end
            > completed {"answers":[true,false,null]}
        "#,
    );
}

#[test]
fn a_condition_sees_the_instance_that_leaves() {
    check(
        "start -> ask:job(ask) each-in-turn(= [1, 2, 3], who, answers, = yes) until(= yes) -> end",
        r#"
            start
            complete ask {"yes": false}
            ~ waits ask
            complete ask {"yes": true}
            > variables of ask {"yes":true}
            > output of ask true
            > completed ask
            > stopped each ask
            > variables {"answers":[false,true,null]}
            > completed each ask
            > entered end
            > completed {"answers":[false,true,null]}
        "#,
    );
}

#[test]
fn a_broken_condition_is_an_incident_of_one_instance() {
    check(
        "start -> ask:job(ask) each(= [1, 2], who) until(= enough) -> end",
        r#"
            start
            complete ask
            ~ incident EXTRACT_VALUE_ERROR ask
            ~ because to be true or false
            set {"enough": false}
            resolve ask
            > resolved ask
            > completed ask
            complete ask
            > completed ask
            > completed each ask
            > entered end
            > completed {"enough":false}
        "#,
    );
}

#[test]
fn a_sub_process_for_each_item_has_its_own_variables() {
    check(
        r"
            start -> ship:sub each(= items, item, sent, = number) {
              start -> pack:job(pack) -> count:script(= item * 10, number) -> end
            } -> end
        ",
        r#"
            start {"items": [1, 2]}
            > entered start
            > entered each ship
            > entered ship
            > variables of ship {"item":1,"loopCounter":1,"number":null}
            > entered ship
            > variables of ship {"item":2,"loopCounter":2,"number":null}
            > entered ship_start
            > entered ship_start
            > entered pack
            > entered pack
            > job pack
            > job pack
            complete pack
            > completed pack
            > entered count
            > variables of ship {"number":10}
            > entered ship_end
            > output of ship 10
            > completed ship
            complete pack
            > completed pack
            > entered count
            > variables of ship {"number":20}
            > entered ship_end
            > output of ship 20
            > completed ship
            > variables {"sent":[10,20]}
            > completed each ship
            > entered end
            > completed {"items":[1,2],"sent":[10,20]}
        "#,
    );
}

#[test]
fn a_boundary_event_belongs_to_the_whole() {
    check(
        r"
            start -> pick:job(pick) each(= [1, 2], item) -> end
            pick ! late:timer(PT1H) -> given-up:end
        ",
        r#"
            start
            > entered start
            > entered each pick
            > timer late in PT1H
            > entered pick
            > variables of pick {"item":1,"loopCounter":1}
            > entered pick
            > variables of pick {"item":2,"loopCounter":2}
            > job pick
            > job pick
            advance PT1H
            > fired late
            > job pick cancelled
            > cancelled pick
            > job pick cancelled
            > cancelled pick
            > cancelled each pick
            > entered late
            > entered given-up
            > completed {}
        "#,
    );
}

#[test]
fn an_error_of_one_instance_is_caught_by_the_whole() {
    check(
        r"
            start -> pick:job(pick) each(= [1, 2], item) -> end
            pick ! gone:error(SOLD_OUT) -> told:end
        ",
        r#"
            start
            throw pick SOLD_OUT
            > job pick threw SOLD_OUT
            > cancelled pick
            > job pick cancelled
            > cancelled pick
            > cancelled each pick
            > entered gone
            > entered told
            > completed {}
        "#,
    );
}

#[test]
fn mappings_are_those_of_each_instance() {
    check(
        r"
            start -> pick:job(pick) each(= items, item, picked, = code) -> end
            pick: inputs { what = = item.name } outputs { code = = number * 2 }
        ",
        r#"
            start {"items": [{"name": "tea"}]}
            complete pick {"number": 21}
            > variables of pick {"number":21}
            > variables of pick {"code":42}
            > output of pick 42
            > completed pick
            > variables {"picked":[42]}
            > completed each pick
            > entered end
            > completed {"items":[{"name":"tea"}],"picked":[42]}
        "#,
    );
}

#[test]
fn it_is_cancelled_as_a_whole() {
    check(
        "start -> pick:job(pick) each(= [1, 2], item) -> end",
        r#"
            start
            cancel
            > job pick cancelled
            > cancelled pick
            > job pick cancelled
            > cancelled pick
            > cancelled each pick
            > cancelled
        "#,
    );
}

#[test]
fn a_terminate_end_inside_ends_one_instance() {
    check(
        r"
            start -> ship:sub each(= [1, 2], item) {
              start -> fork:and -> pack:job(pack) -> kill:terminate
              fork -> wait:user -> end
            } -> end
        ",
        r#"
            start
            complete pack
            > completed pack
            > entered kill
            > task wait cancelled
            > cancelled wait
            > completed ship
            complete pack
            > completed pack
            > entered kill
            > task wait cancelled
            > cancelled wait
            > completed ship
            > completed each ship
            > entered end
            > completed {}
        "#,
    );
}
