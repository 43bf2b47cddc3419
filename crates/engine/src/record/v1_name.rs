//! The names of commands in audit and history, by their numbers in record version 1.
//!
//! Not here: the numbers themselves (`v1`).

/// The name of a command number, for people who read the audit.
#[must_use]
pub fn command_name(number: u32) -> &'static str {
    match number {
        1 => "CREATE_INSTANCE",
        2 => "CANCEL_INSTANCE",
        3 => "COMPLETE_JOB",
        4 => "FAIL_JOB",
        5 => "THROW_JOB_ERROR",
        6 => "UPDATE_JOB",
        7 => "FIRE_TIMER",
        8 => "OFFER_MESSAGE",
        9 => "RESOLVE_INCIDENT",
        10 => "SET_VARIABLES",
        11 => "COMPLETE_USER_TASK",
        12 => "CONTINUE",
        13 => "QUARANTINE",
        14 => "CANCEL_CALLED",
        15 => "END_CHILD",
        101 => "PUBLISH_MESSAGE",
        102 => "SUBSCRIBE",
        103 => "UNSUBSCRIBE",
        104 => "ACCEPT_MESSAGE",
        105 => "REFUSE_MESSAGE",
        106 => "EXPIRE_MESSAGES",
        107 => "CONTINUE_MAILBOX",
        201 => "START_BY_MESSAGE",
        202 => "END_INSTANCE",
        301 => "DEPLOY_DEFINITION",
        302 => "FIRE_START_TIMER",
        130 => "DEPLOY_RESOURCE",
        131 => "EVALUATE_DECISION",
        60 => "RECEIVE_BPMN_SIGNAL",
        61 => "ESCALATE_CHILD",
        62 => "PASS_ESCALATION",
        1001 => "BROADCAST_BPMN_SIGNAL",
        1002 => "LISTEN",
        1003 => "STOP_LISTENING",
        1004 => "CONTINUE_BROADCASTS",
        2_100 => "ASSIGN_USER_TASK",
        2_101 => "UPDATE_USER_TASK",
        2_102 => "SUSPEND_INSTANCE",
        2_103 => "RESUME_INSTANCE",
        2_104 => "MODIFY_INSTANCE",
        2_105 => "MIGRATE_INSTANCE",
        3_200 => "ACTIVATE_ACTIVITIES",
        _ => "UNKNOWN",
    }
}
