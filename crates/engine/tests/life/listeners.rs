//! Execution listeners: jobs heard before an element begins and after it has ended.

use testkit::scenario::check;

#[test]
fn are_heard_before_and_after_the_work_one_after_the_other() {
    check(
        r#"
            start -> pay:job(pay) on-start(first) on-start(second) on-end(third) on-end(fourth) -> end
            pay: inputs { item = = "tea" } outputs { paid = = item + note }
        "#,
        r#"
            start
            > entered start
            > entered pay
            > variables of pay {"item":"tea"}
            > job first
            complete first {"note": "!"}
            > variables of pay {"note":"!"}
            > job second
            complete second
            > job pay
            complete pay {"ok": true}
            > variables of pay {"ok":true}
            > variables {"paid":"tea!"}
            > job third
            complete third {"seen": 3}
            > variables {"seen":3}
            > job fourth
            complete fourth
            > completed pay
            > entered end
            > completed {"paid":"tea!","seen":3}
        "#,
    );
}

#[test]
fn are_tried_again_and_then_are_an_incident() {
    check(
        "start -> pay:job(pay) on-start(first, 1) on-end(last, = n) -> end",
        r#"
            start
            > entered start
            > entered pay
            > job first retries=1
            fail first "no answer" {"tried": 1}
            > variables of pay {"tried":1}
            > job first failed retries=0
            > incident EXECUTION_LISTENER_NO_RETRIES pay
            ~ because no answer
            retries first 1
            > job first retries=1
            resolve pay
            > resolved pay
            > job first offered
            complete first
            > job pay
            complete pay
            > incident EXTRACT_VALUE_ERROR pay
            ~ because Expected the retries to be text
            set {"n": 2}
            resolve pay
            > resolved pay
            > job last retries=2
            complete last
            > completed pay
            > entered end
            > completed {"n":2}
        "#,
    );
}

#[test]
fn throw_errors_that_boundary_events_catch() {
    check(
        r"
            start -> pay:job(pay) on-start(first) -> end
            pay ! poor:error(POOR) -> unpaid:end
        ",
        r#"
            start
            throw first POOR "no money"
            > job first threw POOR
            > cancelled pay
            > entered poor
            > entered unpaid
            > completed {}
        "#,
    );
}

#[test]
fn are_cancelled_with_their_element() {
    check(
        r"
            start -> pay:job(pay) on-start(first) on-end(last) -> end
            pay ! late:timer(PT1H) -> end
        ",
        r#"
            start
            cancel
            > job first cancelled
            > cancelled pay
            > cancelled
            start
            complete first
            complete pay
            > #2 job last
            advance PT1H
            > #2 fired late
            > #2 job last cancelled
            > #2 cancelled pay
            > #2 entered late
            > #2 entered end
            > #2 completed {}
        "#,
    );
}

#[test]
fn are_heard_at_the_beginning_and_end_of_a_process() {
    check(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
              xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
              <bpmn:message id="m" name="stop"><bpmn:extensionElements>
                <zeebe:subscription correlationKey="= 1"/></bpmn:extensionElements></bpmn:message>
              <bpmn:process id="p" isExecutable="true"><bpmn:extensionElements>
                <zeebe:executionListeners>
                  <zeebe:executionListener eventType="start" type="open"/>
                  <zeebe:executionListener eventType="end" type="close" retries="1"/>
                  <zeebe:executionListener eventType="cancel" type="clear"/>
                </zeebe:executionListeners></bpmn:extensionElements>
              <bpmn:startEvent id="s"/><bpmn:manualTask id="t"/><bpmn:endEvent id="e"/>
              <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>
              <bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/>
              <bpmn:subProcess id="h" triggeredByEvent="true"><bpmn:startEvent id="hs">
                <bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent></bpmn:subProcess>
              </bpmn:process></bpmn:definitions>"#,
        r#"
            start
            > job open
            complete open {"ready": true}
            > variables {"ready":true}
            > subscribed stop 1
            > entered s
            > entered t
            > entered e
            > job close retries=1
            fail close
            > job close failed retries=0
            > incident EXECUTION_LISTENER_NO_RETRIES p
            publish stop 1
            > correlated stop 1
            > job close cancelled
            > resolved p
            > interrupted p
            > entered h
            > entered hs
            > completed h
            > job close retries=1
            complete close {"sum": 1}
            > variables {"sum":1}
            > completed {"ready":true,"sum":1}
            start
            cancel
            > #2 job open cancelled
            > #2 job clear
            complete clear
            > #2 cancelled
        "#,
    );
}

#[test]
fn are_heard_by_every_instance_and_once_before_all() {
    check(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
              xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
              <bpmn:process id="p" isExecutable="true">
              <bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>
              <bpmn:serviceTask id="t"><bpmn:extensionElements>
                <zeebe:taskDefinition type="work"/><zeebe:executionListeners>
                  <zeebe:executionListener eventType="beforeAll" type="list"/>
                  <zeebe:executionListener eventType="end" type="done"/>
                  <zeebe:executionListener eventType="cancel" type="undone"/>
                </zeebe:executionListeners></bpmn:extensionElements>
                <bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>
                  <zeebe:loopCharacteristics inputCollection="= items" inputElement="item"/>
                </bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>
              <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>
              <bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/>
              </bpmn:process></bpmn:definitions>"#,
        r#"
            start
            > entered s
            > entered each t
            > job list
            complete list {"items": [1, 2]}
            > variables of t {"items":[1,2]}
            > entered t
            > variables of t {"item":1,"loopCounter":1}
            > entered t
            > variables of t {"item":2,"loopCounter":2}
            > job work
            > job work
            complete work
            > job done
            complete done
            > completed t
            cancel
            > job work cancelled
            > job undone
            complete undone
            > cancelled t
            > cancelled each t
            > cancelled
        "#,
    );
}

#[test]
fn are_refused_where_nobody_would_hear_them() {
    let refused = [
        ("start on-start(a) -> end", "its event has happened"),
        ("start -> gate:xor on-end(a) -> end", "as soon as its flows are chosen"),
        ("start -> bad:error-end(E) on-end(a)", "an error that is caught cancels its event"),
    ];
    for (process, why) in refused {
        let refusal = testkit::scenario::play(process, "start").unwrap_err();
        assert!(refusal.contains(why), "{process}: {refusal}");
    }
}

#[test]
fn are_heard_by_events_gateways_and_scopes() {
    check(
        r"
            start on-end(a) -> gate:xor on-start(b) -> box:sub on-start(c) on-end(d) {
              start -> end on-start(e) on-end(f)
            } -> tell:throw on-start(g) on-end(h) -> end
            gate -[= false]-> end
            gate -[default]-> box
        ",
        r#"
            start
            > entered start
            > job a
            complete a
            > entered gate
            > job b
            complete b
            > entered box
            > job c
            complete c
            > entered box_start
            > entered box_end
            > job e
            complete e
            > job f
            complete f
            > job d
            complete d
            > completed box
            > entered tell
            > job g
            complete g
            > job h
            complete h
            > entered end
            > completed {}
        "#,
    );
}
