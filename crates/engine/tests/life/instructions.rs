//! Where an instance begins and ends because whoever began it said so.

use testkit::scenario::check;

#[test]
fn begin_where_somebody_says_and_end_where_somebody_says() {
    check(
        r"
            start -> a:job(a) -> box:sub { start -> b:job(b) -> c:job(c) -> end } -> d:job(d) -> end
            box: inputs { inner = = n + 1 }
        ",
        r#"
            start {"n": 1} at b d until c
            > entered box
            > variables of box {"inner":2}
            > entered b
            > entered d
            > job b
            > job d
            complete b
            > completed b
            > entered c
            > job c
            complete c
            > completed c
            > stopped
            > cancelled box
            > job d cancelled
            > cancelled d
            > cancelled
            start at b b until box
            > #2 entered box
            > #2 variables of box {"inner":null}
            > #2 entered b
            > #2 entered b
            > #2 job b
            > #2 job b
            #2 modify cancel box
        "#,
    );
}

#[test]
fn end_with_what_is_interrupted_too() {
    check(
        r"
            start -> a:job(a) -> b:job(b) each(= xs) -> end
            a ! late:timer(PT1H) -> c:job(c) -> end
        ",
        r#"
            start {"xs": [1, 2]} until a
            > entered start
            > entered a
            > job a
            > timer late in PT1H
            advance PT1H
            > fired late
            > job a cancelled
            > cancelled a
            > stopped
            > cancelled
            start {"xs": [1, 2]} at b until b
            complete b
            > #2 completed b
            complete b
            > #2 completed b
            > #2 completed each b
            > #2 stopped
            > #2 cancelled
        "#,
    );
}

#[test]
fn do_not_begin_where_a_token_cannot() {
    check(
        r"
            start -> box:sub each(= xs) { start -> b:job(b) -> end } -> end
            box ! late:timer(PT1H) -> end
        ",
        r#"
            start at nowhere
            > rejected invalid argument
            ~ because it has none with id `nowhere`
            start at late
            > rejected invalid argument
            ~ because is a boundary event
            start at start
            > rejected invalid argument
            ~ because is a start event
            start at b
            > rejected invalid argument
            ~ because Begin at `box` itself
            start until nowhere
            > rejected invalid argument
        "#,
    );
}

#[test]
fn a_listener_of_the_process_is_heard_before_tokens_begin_anywhere() {
    check(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
              xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
              <bpmn:process id="p" isExecutable="true"><bpmn:extensionElements>
                <zeebe:executionListeners>
                  <zeebe:executionListener eventType="start" type="open"/>
                </zeebe:executionListeners></bpmn:extensionElements>
              <bpmn:startEvent id="s"/><bpmn:manualTask id="t"/><bpmn:endEvent id="e"/>
              <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>
              <bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/></bpmn:process>
              </bpmn:definitions>"#,
        r#"
            start at t
            > job open
            complete open
            > entered t
            > entered e
            > completed {}
        "#,
    );
}
