use crate::{imports::*, *};

#[tokio::test]
async fn a_stopped_job_makes_nobody_more() {
    let house = House::new().await;
    let job = make_job(&house).await;
    let stop = async || house.call("StopUserImportJob", named(&house, &job)).await;
    let not_running = "400 PreconditionNotMetException: The import job is not running.";
    assert_eq!(stop().await.line(), not_running);
    upload(&house, &job, &format!("{HEADER}\n{}\n", row("ann", "Ann"))).await;
    start(&house, &job).await.ok();
    assert_eq!(stop().await.ok()["UserImportJob"]["Status"], "Stopping");
    work(&house).await;
    assert_eq!(state(&look_at(&house, &job).await), "Stopped 0 0 0");
    assert_eq!(stop().await.line(), not_running);
    house.update_pool(json!({})).await.ok();
}

#[tokio::test]
async fn a_job_stops_while_it_runs() {
    let house = House::new().await;
    let rows: Vec<String> = (0..300).map(|number| row(&format!("u{number}"), "U")).collect();
    let job = make_job(&house).await;
    upload(&house, &job, &format!("{HEADER}\n{}\n", rows.join("\n"))).await;
    start(&house, &job).await.ok();
    let working = {
        let house = house.clone();
        tokio::spawn(async move { work(&house).await })
    };
    while look_at(&house, &job).await["ImportedUsers"] == 0 {}
    house.call("StopUserImportJob", named(&house, &job)).await.ok();
    working.await.unwrap();
    let job = look_at(&house, &job).await;
    assert_eq!(job["Status"], "Stopped");
    let made = house.call("ListUsers", json!({ "UserPoolId": house.pool, "Limit": 60 })).await.ok();
    let made = i64::try_from(made["Users"].as_array().unwrap().len()).unwrap();
    assert!(job["ImportedUsers"].as_i64().unwrap() >= made.min(60));
    assert!(job["ImportedUsers"].as_i64().unwrap() < 300);
}
