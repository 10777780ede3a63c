use crate::{imports::*, *};

#[tokio::test]
async fn imported_users_must_reset_their_password_and_no_function_is_asked() {
    let house = House::new().await;
    let (arn, heard) = house.listener("gate", json!({}));
    let triggers = json!({ "PreSignUp": arn, "PostConfirmation": arn, "CustomMessage": arn });
    house.update_pool(json!({ "LambdaConfig": triggers })).await.ok();
    let job = import(&house, &format!("{HEADER}\n{}\n", row("ann", "Ann"))).await;
    assert_eq!(state(&job), "Succeeded 1 0 0");
    expect!["The job completed."].assert_eq(job["CompletionMessage"].as_str().unwrap());
    assert!(job["StartDate"].is_number() && job["CompletionDate"].is_number());
    let ann = house.look_at("ann").await;
    assert_eq!(ann["UserStatus"], "RESET_REQUIRED");
    assert!(heard.lock().unwrap().is_empty());
    // The way in is a code to the verified address.
    house.update_pool(json!({})).await.ok();
    forgot_password::forgot(&house, "ann").await.ok();
    let code = house.mailbox.code("ann@example.com");
    let input = json!({ "ClientId": house.client, "Username": "ann", "Password": PASSWORD,
        "ConfirmationCode": code });
    house.call("ConfirmForgotPassword", input).await.ok();
    house.sign_in("ann", PASSWORD).await.ok();
}

#[tokio::test]
async fn where_people_sign_in_with_an_address_the_user_name_is_one() {
    let house = House::with(json!({ "UsernameAttributes": ["email"] }), json!({})).await;
    let rows = [
        "ann@example.com,false,ann@example.com,true,false,Ann",
        "bob@example.com,false,,true,false,Bob",
        "cleo,false,cleo@example.com,true,false,Cleo",
        "ann@example.com,false,,true,false,Ann again",
    ];
    let job = import(&house, &format!("{HEADER}\n{}\n", rows.join("\n"))).await;
    assert_eq!(state(&job), "Succeeded 2 1 1");
    assert_eq!(house.attribute("bob@example.com", "email").await.unwrap(), "bob@example.com");
}

#[tokio::test]
async fn a_job_starts_once_and_with_a_file() {
    let house = House::new().await;
    let job = make_job(&house).await;
    expect!["400 PreconditionNotMetException: No CSV file has been uploaded yet."]
        .assert_eq(&start(&house, &job).await.line());
    upload(&house, &job, &format!("{HEADER}\n{}\n", row("old", "Old"))).await;
    upload(&house, &job, &format!("{HEADER}\n{}\n", row("ann", "Ann"))).await;
    assert_eq!(start(&house, &job).await.ok()["UserImportJob"]["Status"], "Pending");
    expect!["400 PreconditionNotMetException: The import job has already been started."]
        .assert_eq(&start(&house, &job).await.line());
    let other = make_job(&house).await;
    upload(&house, &other, &format!("{HEADER}\n")).await;
    expect!["400 PreconditionNotMetException: Another import job of the user pool is in progress."]
        .assert_eq(&start(&house, &other).await.line());
    let pool = house.pool.parse().unwrap();
    let late = house.idp.pools.begin_upload(&pool, job["JobId"].as_str().unwrap()).await;
    assert!(late.is_err());
    work(&house).await;
    assert_eq!(state(&look_at(&house, &job).await), "Succeeded 1 0 0");
    start(&house, &other).await.ok();
    work(&house).await;
    assert_eq!(state(&look_at(&house, &other).await), "Succeeded 0 0 0");
}

#[tokio::test]
async fn a_pool_does_not_change_while_users_come_in() {
    let house = House::new().await;
    let job = make_job(&house).await;
    upload(&house, &job, &format!("{HEADER}\n{}\n", row("ann", "Ann"))).await;
    start(&house, &job).await.ok();
    let attributes = json!([{ "Name": "tenant", "AttributeDataType": "String" }]);
    let attributes = json!({ "UserPoolId": house.pool, "CustomAttributes": attributes });
    let pool = json!({ "UserPoolId": house.pool });
    let busy = "400 UserImportInProgressException: User pool import is in progress.";
    assert_eq!(house.update_pool(json!({})).await.line(), busy);
    assert_eq!(house.call("AddCustomAttributes", attributes.clone()).await.line(), busy);
    assert_eq!(house.call("DeleteUserPool", pool.clone()).await.line(), busy);
    work(&house).await;
    house.update_pool(json!({})).await.ok();
    house.call("AddCustomAttributes", attributes).await.ok();
    house.call("DeleteUserPool", pool).await.ok();
}

#[tokio::test]
async fn a_file_of_many_chunks_comes_in_whole() {
    let house = House::new().await;
    // Longer than a chunk, so that rows lie across the border of two.
    let long = "x".repeat(2000);
    let rows: Vec<String> = (0..250).map(|number| row(&format!("u{number}"), &long)).collect();
    let job = import(&house, &format!("{HEADER}\n{}\n", rows.join("\n"))).await;
    assert_eq!(state(&job), "Succeeded 250 0 0");
    assert_eq!(house.attribute("u249", "name").await.unwrap(), long);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_nodes_count_every_row_once() {
    let house = House::new().await;
    let rows: Vec<String> = (0..60).map(|number| row(&format!("u{number}"), "U")).collect();
    let job = make_job(&house).await;
    upload(&house, &job, &format!("{HEADER}\n{}\n", rows.join("\n"))).await;
    start(&house, &job).await.ok();
    let nodes: Vec<_> = (0..4)
        .map(|_| {
            let house = house.clone();
            tokio::spawn(async move { work(&house).await })
        })
        .collect();
    let mut done = 0;
    for node in nodes {
        done += node.await.unwrap();
    }
    assert_eq!(done, 1, "one node has the lease");
    assert_eq!(state(&look_at(&house, &job).await), "Succeeded 60 0 0");
}

#[tokio::test]
async fn another_node_goes_on_where_one_died() {
    let house = House::new().await;
    let rows: Vec<String> = (0..300).map(|number| row(&format!("u{number}"), "U")).collect();
    let job = make_job(&house).await;
    upload(&house, &job, &format!("{HEADER}\n{}\n", rows.join("\n"))).await;
    start(&house, &job).await.ok();
    let dying = {
        let house = house.clone();
        tokio::spawn(async move { work(&house).await })
    };
    while look_at(&house, &job).await["ImportedUsers"] == 0 {}
    dying.abort();
    let _ = dying.await;
    let half = look_at(&house, &job).await;
    assert_eq!(half["Status"], "InProgress");
    assert_eq!(work(&house).await, 0, "the lease of the dead node goes on");
    house.advance(SignedDuration::from_secs(61));
    assert_eq!(work(&house).await, 1);
    assert_eq!(state(&look_at(&house, &job).await), "Succeeded 300 0 0");
}
