use super::check;

#[test]
fn a_job_is_done() {
    check(
        "start -> charge:job(charge-card) -> end",
        r#"
            start {"amount": 5}
            >
            complete charge-card {"ok": true}
            >
        "#,
    );
}
