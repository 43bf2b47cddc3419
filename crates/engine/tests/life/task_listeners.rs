//! Task listeners: jobs that hear what is to happen to a user task before it happens.

use crate::machine::{start, world};
use engine::command::{Command, InstanceCommand};
use engine::event::InstanceEvent;
use testkit::scenario::check;

#[test]
fn hear_of_a_new_task_and_say_more_about_it() {
    check(
        "start -> review:user groups=sales on-creating(first) on-creating(second) -> end",
        r#"
            start
            > entered start
            > entered review
            > task review creating groups=sales
            > job first
            task review claim ada
            > rejected invalid state
            ~ because its listeners hear CREATING now
            complete first correct assignee=ada due=2026-01-02T00:00:00Z priority=80
            > task review corrected assignee=ada groups=sales due=P1D priority=80
            > job second
            complete second correct groups="" due=""
            > task review corrected assignee=ada priority=80
            > task review assignee=ada priority=80
            task review complete
            > completed review
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn give_a_task_to_whom_the_process_names_only_if_they_agree() {
    check(
        "start -> review:user assignee=ada on-creating(create) on-assigning(assign) -> end",
        r#"
            start
            > entered start
            > entered review
            > task review creating assignee=ada
            > job create
            complete create correct assignee=eva
            > rejected invalid argument
            ~ because the process says who it is
            complete create
            > task review
            > task review assigning assignee=ada
            > job assign
            complete assign deny "on leave"
            > task review denied
            ~ because on leave
            task review claim eva
            > task review assigning assignee=eva
            > job assign
            complete assign correct assignee=max priority=90
            > task review corrected assignee=max priority=90
            > task review assignee=max
            > task review updated priority=90
            task review unassign
            > task review assigning priority=90
            > job assign
            complete assign
            > task review unassigned
        "#,
    );
}

#[test]
fn hear_of_changes_and_of_variables() {
    check(
        "start -> review:user on-updating(update) -> end",
        r#"
            start
            > entered start
            > entered review
            > task review
            task review update priority=80 due=P1D
            > task review updating due=P1D priority=80
            > job update
            complete update correct due="" users=eva
            > task review corrected users=eva priority=80
            > task review updated users=eva priority=80
            set review {"note": 1} local
            > task review updating users=eva priority=80
            > job update
            complete update deny "read only"
            > task review denied
            ~ not variables of review {"note": 1}
            set review {"note": 2} local
            complete update
            > variables of review {"note":2}
            set {"other": 3}
            > variables {"other":3}
        "#,
    );
}

#[test]
fn a_task_is_done_when_all_agree() {
    check(
        r#"
            start -> review:user on-completing(check) on-completing(file, 1) -> end
            review: outputs { ok = = ok }
        "#,
        r#"
            start
            > entered start
            > entered review
            > task review
            task review complete {"ok": "maybe"}
            > task review completing
            > job check
            task review complete {"ok": true}
            > rejected invalid state
            ~ because its listeners hear COMPLETING now
            complete check deny "say yes or no"
            > task review denied
            ~ because say yes or no
            ~ waits review
            task review complete {"ok": true}
            > task review completing
            > job check
            complete check {"seen": 1}
            > rejected invalid argument
            ~ because without variables
            complete check correct assignee=ada
            > task review corrected assignee=ada
            > job file retries=1
            throw file NO "cannot"
            > rejected invalid state
            ~ because task listener
            fail file "disk full"
            > job file failed retries=0
            > incident TASK_LISTENER_NO_RETRIES review
            ~ because disk full
            retries file 1
            > job file retries=1
            resolve review
            > resolved review
            > job file offered
            complete file
            > task review assignee=ada
            > variables of review {"ok":true}
            > variables {"ok":true}
            > completed review
            > entered end
            > completed {"ok":true}
        "#,
    );
}

#[test]
fn what_cannot_be_denied_or_is_corrected_wrongly_is_refused() {
    check(
        "start -> review:user on-creating(create) on-completing(done) -> end",
        r#"
            start
            > entered start
            > entered review
            > task review creating
            > job create
            complete create deny
            > rejected invalid argument
            ~ because CREATING cannot
            complete create correct priority=101
            > rejected invalid argument
            ~ because from 0 to 100, but found 101
            complete create correct due=soon
            > rejected invalid argument
            ~ because For correction `dueDate`
            complete create
            > task review
            task review complete
            > task review completing
            > job done
            complete done deny "no" correct priority=1
            > rejected invalid argument
            ~ because it does both
        "#,
    );
}

#[test]
fn hear_of_the_end_before_it_is_cancelled() {
    check(
        r"
            start -> review:user on-completing(done) on-canceling(gone) -> end
            review ! late:timer(PT1H) -> missed:end
        ",
        r#"
            start
            > entered start
            > entered review
            > task review
            > timer late in PT1H
            task review complete {"ok": true}
            > task review completing
            > job done
            advance PT1H
            > fired late
            > job done cancelled
            > task review canceling
            > job gone
            task review complete
            > rejected invalid state
            complete gone deny
            > rejected invalid argument
            complete gone
            > task review cancelled
            > cancelled review
            > entered late
            > entered missed
            > completed {}
            start
            > #2 entered start
            > #2 entered review
            > #2 task review
            > #2 timer late in PT1H
            #2 cancel
            > #2 timer late cancelled
            > #2 task review canceling
            > #2 job gone
            fail gone "offline"
            > #2 job gone failed retries=0
            > #2 incident TASK_LISTENER_NO_RETRIES review
            #2 cancel
            > rejected invalid state
            retries gone 1
            > #2 job gone retries=1
            #2 resolve
            > #2 resolved review
            > #2 job gone offered
            complete gone
            > #2 task review cancelled
            > #2 cancelled review
            > #2 cancelled
        "#,
    );
}

#[test]
fn a_task_that_is_about_to_be_is_cancelled_too() {
    check(
        r"
            process quiet
            start -> review:user on-creating(create) -> end
            process heard
            start -> look:user on-creating(create) on-canceling(gone) -> end
        ",
        r#"
            start quiet
            > entered start
            > entered review
            > task review creating
            > job create
            cancel
            > job create cancelled
            > task review cancelled
            > cancelled review
            > cancelled
            start heard
            > #2 entered heard_start
            > #2 entered look
            > #2 task look creating
            > #2 job create
            cancel
            > #2 job create cancelled
            > #2 task look canceling
            > #2 job gone
            complete gone
            > #2 task look cancelled
            > #2 cancelled look
            > #2 cancelled
        "#,
    );
}

#[test]
fn go_on_when_what_they_are_computed_from_is_repaired() {
    check(
        "start -> review:user on-completing(first) on-completing(= kind, = tries) -> end",
        r#"
            start
            > entered start
            > entered review
            > task review
            task review complete
            > task review completing
            > job first
            complete first
            > incident EXTRACT_VALUE_ERROR review
            ~ because the job type
            set {"kind": "second", "tries": 2}
            > variables {"kind":"second","tries":2}
            resolve
            > resolved review
            > job second retries=2
            complete second
            > completed review
            > entered end
            > completed {"kind":"second","tries":2}
        "#,
    );
}

#[test]
fn wait_while_the_instance_is_suspended() {
    check(
        "start -> review:user on-assigning(assign) on-completing(done) -> end",
        r#"
            start
            > entered start
            > entered review
            > task review
            suspend
            > suspended
            task review claim ada
            > task review assigning assignee=ada
            > paused
            resume
            > resumed
            > job assign
            complete assign
            > task review assignee=ada
            task review complete
            > task review completing assignee=ada
            > job done
            suspend
            > suspended
            cancel
            > job done cancelled
            > task review cancelled
            > cancelled review
            > cancelled
        "#,
    );
}

#[test]
fn every_instance_of_a_repeated_task_has_its_own() {
    check(
        r#"
            start -> review:user each(= who, one) assignee="= one" on-assigning(assign) -> end
        "#,
        r#"
            start {"who": ["ada", "eva"]}
            > entered start
            > entered each review
            > entered review
            > variables of review {"loopCounter":1,"one":"ada"}
            > entered review
            > variables of review {"loopCounter":2,"one":"eva"}
            > task review
            > task review assigning assignee=ada
            > task review
            > task review assigning assignee=eva
            > job assign
            > job assign
            complete assign
            > task review assignee=ada
            complete assign deny
            > task review denied
            cancel
        "#,
    );
}

#[test]
fn a_task_whose_listeners_are_at_work_is_not_migrated() {
    check(
        "start -> review:user on-completing(done) -> end",
        r#"
            start
            task review complete
            redeploy start -> review:user -> more:manual -> end
            migrate
            > rejected invalid state
            ~ because whose listeners are at work, but found `review`
            complete done deny
            migrate
            > migrated to process version 2
            task review complete
            > completed review
            > entered more
            > entered end
            > completed {}
        "#,
    );
}

#[test]
fn a_listener_is_told_of_its_task() {
    let mut world = world("start -> review:user groups=sales on-assigning(assign) -> end");
    let instance = start(&mut world, "{}");
    let state = world.instance(instance).unwrap();
    let task = state.elements.values().find_map(|it| it.task()).unwrap().key;
    let command = InstanceCommand::AssignUserTask {
        task,
        assignee: Some("ada".into()),
        allow_override: true,
        action: "give".into(),
    };
    world.take_log();
    world.ask(instance, &Command::Instance(command)).unwrap();
    let log = world.take_log();
    let headers = log.iter().find_map(|it| match &it.what {
        testkit::world::What::Instance { event: InstanceEvent::JobCreated(created), .. } => {
            Some(created.headers.clone())
        }
        _ => None,
    });
    let headers = headers.expect("the listener has a job");
    let header = |name: &str| {
        let name = format!("io.camunda.zeebe:{name}");
        headers.iter().find(|(held, _)| **held == *name).map(|(_, value)| value.to_string())
    };
    assert_eq!(header("action").as_deref(), Some("give"));
    assert_eq!(header("assignee").as_deref(), Some("ada"));
    assert_eq!(header("candidateGroups").as_deref(), Some(r#"["sales"]"#));
    assert_eq!(header("changedAttributes").as_deref(), Some(r#"["assignee"]"#));
    assert_eq!((header("dueDate"), header("priority").as_deref()), (None, Some("50")));
    assert_eq!(header("userTaskKey"), Some(task.to_string()));
}
