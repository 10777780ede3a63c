use crate::{imports::*, *};

#[tokio::test]
async fn a_job_that_nobody_starts_expires() {
    let house = House::new().await;
    let job = make_job(&house).await;
    upload(&house, &job, &format!("{HEADER}\n")).await;
    house.advance(SignedDuration::from_hours(24));
    assert_eq!(state(&look_at(&house, &job).await), "Expired 0 0 0");
    expect!["400 PreconditionNotMetException: The import job has expired."]
        .assert_eq(&start(&house, &job).await.line());
}

#[tokio::test]
async fn a_job_that_is_not_there_is_told() {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool, "JobId": "import-0000000000" });
    expect!["400 ResourceNotFoundException: User import job does not exist."]
        .assert_eq(&house.call("DescribeUserImportJob", input).await.line());
}
