use crate::{imports::*, *};

#[tokio::test]
async fn a_job_waits_for_its_file_at_an_address_of_ours() {
    let house = House::new().await;
    let job = make_job(&house).await;
    assert_eq!(state(&job), "Created 0 0 0");
    assert!(job["JobId"].as_str().unwrap().starts_with("import-"));
    let url = job["PreSignedUrl"].as_str().unwrap();
    assert!(url.starts_with(&format!("http://127.0.0.1:9229/user-imports/{}/import-", house.pool)));
    assert_eq!(look_at(&house, &job).await, job);
}

#[tokio::test]
async fn an_address_is_good_for_its_job_and_a_quarter_of_an_hour() {
    let house = House::new().await;
    let (job, other) = (make_job(&house).await, make_job(&house).await);
    let url = job["PreSignedUrl"].as_str().unwrap();
    let (path, query) = url.strip_prefix("http://127.0.0.1:9229").unwrap().split_once('?').unwrap();
    let pools = house.idp.pools.clone();
    assert!(pools.upload_of(path, query).is_some());
    let other = path.replace(job["JobId"].as_str().unwrap(), other["JobId"].as_str().unwrap());
    assert!(pools.upload_of(&other, query).is_none());
    assert!(pools.upload_of(path, &query.replace("expires=1", "expires=2")).is_none());
    assert!(pools.upload_of(path, "").is_none());
    house.advance(SignedDuration::from_mins(15));
    assert!(pools.upload_of(path, query).is_none());
}

#[tokio::test]
async fn hashed_passwords_are_refused_and_not_ignored() {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool, "JobName": "people",
        "CloudWatchLogsRoleArn": ROLE, "PasswordHashingAlgorithm": "BCRYPT" });
    expect!["400 InvalidParameterException: PasswordHashingAlgorithm is not supported: users are imported without passwords."]
        .assert_eq(&house.call("CreateUserImportJob", input).await.line());
}

#[tokio::test]
async fn a_file_has_a_bound() {
    let house = House::new().await;
    let job = make_job(&house).await;
    let pools = &house.idp.pools;
    let pool = house.pool.parse().unwrap();
    let mut upload = pools.begin_upload(&pool, job["JobId"].as_str().unwrap()).await.unwrap();
    let part = vec![b'x'; 1024 * 1024];
    for _ in 0..100 {
        upload.take(&part).await.unwrap();
    }
    assert!(upload.take(b"x").await.is_err());
}
