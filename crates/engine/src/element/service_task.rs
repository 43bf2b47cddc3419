//! Service task: creates a job and waits for a worker to complete it.
//!
//! Other tasks that ask a worker have files of their own.

use super::*;

/// A service task.
#[derive(Debug, PartialEq)]
pub struct ServiceTask {
    /// What it asks of a worker.
    pub job: JobSpec,
}

impl Element for ServiceTask {
    fn matches(node: NodeRef<'_>) -> bool {
        node.is_bpmn("serviceTask")
    }

    fn read(node: NodeRef<'_>, problems: &mut Problems) -> Self {
        ServiceTask { job: JobSpec::read(node, problems) }
    }

    fn enter(&self, slot: Slot, ctx: &mut Ctx<'_>) -> Result<Entered, Failure> {
        ctx.create_job(slot, &self.job)
    }

    fn job(&self) -> Option<&JobSpec> {
        Some(&self.job)
    }
}

#[cfg(test)]
mod tests {
    use testkit::scenario::check;

    #[test]
    fn waits_for_its_worker() {
        check(
            "start -> charge:job(charge-card) -> end",
            r#"
                start {"amount": 5}
                > entered start
                > entered charge
                > job charge-card
                complete charge-card {"ok": true}
                > variables {"ok":true}
                > completed charge
                > entered end
                > completed {"amount":5,"ok":true}
            "#,
        );
    }

    #[test]
    fn is_tried_again_and_then_is_an_incident() {
        check(
            "start -> charge:job(charge-card) retries=2 -> end",
            r#"
                start
                > entered start
                > entered charge
                > job charge-card retries=2
                fail charge-card retries=1 backoff PT1M "no answer" {"tried": 1}
                > variables of charge {"tried":1}
                > job charge-card failed retries=1 again in PT1M
                ~ not available charge-card
                ~ variables of charge {"tried":1}
                advance PT1M
                ~ available charge-card
                fail charge-card "still no answer"
                > job charge-card failed retries=0
                > incident JOB_NO_RETRIES charge
                ~ because still no answer
                resolve charge
                > rejected invalid state
                ~ because Update its retries first
                retries charge-card 1
                > job charge-card retries=1
                resolve charge
                > resolved charge
                > job charge-card offered
                complete charge-card
                > completed charge
                > entered end
                > completed {}
            "#,
        );
    }

    #[test]
    fn hands_out_what_is_more_urgent_first() {
        check(
            r#"
                start -> fork:and -> later:job(w) priority=-5 -> end
                fork -> now:job(w) priority="= urgency" -> end
                fork -> usual:job(w) -> end
            "#,
            r#"
                start {"urgency": "high"}
                > entered start
                > entered fork
                > entered later
                > entered now
                > entered usual
                > job w priority=-5
                > incident EXTRACT_VALUE_ERROR now
                ~ because whole number of 32 bits, but found `high`
                > job w
                set {"urgency": 7}
                resolve now
                > resolved now
                > job w priority=7
                complete w
                > completed now
                > entered end
                complete w
                > completed usual
                > entered end
                complete w
                > completed later
                > entered end
                > completed {"urgency":7}
            "#,
        );
    }

    #[test]
    fn computes_its_job_type() {
        check(
            r#"
                start -> charge:job(= "charge-" + kind) -> end
            "#,
            r#"
                start
                > entered start
                > entered charge
                > incident EXTRACT_VALUE_ERROR charge
                ~ because Expected the job type to be text
                set {"kind": "card"}
                resolve charge
                > resolved charge
                > job charge-card
                complete charge-card
                > completed charge
                > entered end
                > completed {"kind":"card"}
            "#,
        );
    }

    #[test]
    fn is_cancelled_with_its_instance() {
        check(
            "start -> charge:job(charge-card) -> end",
            r#"
                start
                cancel
                > job charge-card cancelled
                > cancelled charge
                > cancelled
            "#,
        );
    }
}
