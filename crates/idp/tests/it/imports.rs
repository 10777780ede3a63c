//! What the tests of imports have in common, and the security cases IMP-01 and IMP-02.

use crate::*;

pub const ROLE: &str = "arn:aws:iam::000000000000:role/import";

/// A header with the columns that every file has, and a few more.
pub const HEADER: &str =
    "cognito:username,cognito:mfa_enabled,email,email_verified,phone_number_verified,name";

/// The row of somebody with a verified address.
pub fn row(username: &str, name: &str) -> String {
    format!("{username},false,{username}@example.com,true,false,{name}")
}

pub async fn make_job(house: &House) -> Value {
    let input = json!({ "UserPoolId": house.pool, "JobName": "people",
        "CloudWatchLogsRoleArn": ROLE });
    house.call("CreateUserImportJob", input).await.ok()["UserImportJob"].clone()
}

/// Sends the file of a job as its address says, in parts.
pub async fn upload(house: &House, job: &Value, file: &str) {
    let url = job["PreSignedUrl"].as_str().unwrap();
    let (path, query) = url.strip_prefix("http://127.0.0.1:9229").unwrap().split_once('?').unwrap();
    let pools = &house.idp.pools;
    let (pool, id) = pools.upload_of(path, query).unwrap();
    let mut upload = pools.begin_upload(&pool, &id).await.unwrap();
    for part in file.as_bytes().chunks(1000) {
        upload.take(part).await.unwrap();
    }
    upload.end().await.unwrap();
}

pub fn named(house: &House, job: &Value) -> Value {
    json!({ "UserPoolId": house.pool, "JobId": job["JobId"] })
}

pub async fn look_at(house: &House, job: &Value) -> Value {
    house.call("DescribeUserImportJob", named(house, job)).await.ok()["UserImportJob"].clone()
}

pub async fn start(house: &House, job: &Value) -> Answer {
    house.call("StartUserImportJob", named(house, job)).await
}

pub async fn work(house: &House) -> usize {
    house.idp.pools.do_background_work().await.unwrap()
}

/// Makes a job of a file, and waits for its end.
pub async fn import(house: &House, file: &str) -> Value {
    let job = make_job(house).await;
    upload(house, &job, file).await;
    start(house, &job).await.ok();
    work(house).await;
    look_at(house, &job).await
}

/// How a job stands: status, and imported, skipped and failed users.
pub fn state(job: &Value) -> String {
    let count = |name: &str| job[name].as_i64().unwrap();
    let status = job["Status"].as_str().unwrap();
    let (imported, skipped) = (count("ImportedUsers"), count("SkippedUsers"));
    format!("{status} {imported} {skipped} {}", count("FailedUsers"))
}

pub async fn report(house: &House, job: &Value) -> String {
    let pool = house.pool.parse().unwrap();
    house.idp.pools.import_report(&pool, job["JobId"].as_str().unwrap()).await.unwrap()
}

#[tokio::test]
async fn imp_01_cells_are_kept_as_given_and_rows_are_counted_right() {
    let house = House::new().await;
    let cells = [
        ("ann", "=1+2", "=1+2"),
        ("bob", "+49", "+49"),
        ("cleo", "-5", "-5"),
        ("dan", "@SUM(A1)", "@SUM(A1)"),
        ("eve", "\"\tx\"", "\tx"),
        ("fay", "\"She said \"\"hi\"\",\r\nand left\"", "She said \"hi\",\r\nand left"),
    ];
    let rows: Vec<String> = cells.iter().map(|(name, cell, _)| row(name, cell)).collect();
    let job = import(&house, &format!("{HEADER}\r\n{}\r\n", rows.join("\r\n"))).await;
    assert_eq!(state(&job), "Succeeded 6 0 0");
    for (name, _, kept) in cells {
        assert_eq!(house.attribute(name, "name").await.unwrap(), kept);
    }
}

#[tokio::test]
async fn imp_02_nobody_is_overwritten_and_a_row_that_cannot_be_fails_with_a_reason() {
    let house = House::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    let ann = house.user("ann").await;
    let thief = "mallory,false,ann@example.com,true,false,Mallory".to_owned();
    let lines = [
        HEADER.to_owned(),
        row("ann", "Somebody else"),
        row("bob", "Bob"),
        row("bob", "Bob again"),
        thief,
        "cleo,false,cleo@example.com,false,false,Cleo".to_owned(),
        "dan,maybe,dan@example.com,true,false,Dan".to_owned(),
        "eve,false,eve@example.com,true,false".to_owned(),
        "fay,true,fay@example.com,true,false,Fay".to_owned(),
        "gil,false,nowhere,true,false,Gil".to_owned(),
    ];
    let job = import(&house, &lines.join("\n")).await;
    assert_eq!(state(&job), "Succeeded 1 2 6");
    expect![[r#"
        [SKIPPED] Line Number 2 - The user already exists.
        [SKIPPED] Line Number 4 - The user already exists.
        [FAILED] Line Number 5 - Another user has the email
        [FAILED] Line Number 6 - None of the auto-verified attributes is true: email_verified
        [FAILED] Line Number 7 - cognito:mfa_enabled must be true or false
        [FAILED] Line Number 8 - The row has not as many fields as the header
        [FAILED] Line Number 9 - cognito:mfa_enabled must be false where the user pool has no MFA
        [FAILED] Line Number 10 - Invalid email address format.
    "#]]
    .assert_eq(&report(&house, &job).await);
    assert_eq!(house.attribute("ann", "name").await, None);
    assert_eq!(house.attribute("bob", "name").await.unwrap(), "Bob");
    ann.tokens().await;
    // An attribute that nobody may write is no column, and nobody comes in through such a file.
    for column in ["sub", "identities", "custom:none"] {
        let file = format!("{HEADER},{column}\n{},x\n", row("hal", "Hal"));
        let job = import(&house, &file).await;
        assert_eq!(state(&job), "Failed 0 0 0");
        expect!["The header has a column that is not in the header of the user pool"]
            .assert_eq(job["CompletionMessage"].as_str().unwrap());
    }
}
