//! Many at once, one winner.

use crate::{
    forgot_password::forgot,
    groups::{make_group, membership},
    *,
};

/// Calls an operation many times at once, and gives the lines of the answers.
async fn at_once(
    house: &House,
    times: usize,
    operation: &'static str,
    input: Value,
) -> Vec<String> {
    let calls: Vec<_> = (0..times)
        .map(|_| {
            let (house, input) = (house.clone(), input.clone());
            tokio::spawn(async move { house.call(operation, input).await.line() })
        })
        .collect();
    let mut lines = Vec::new();
    for call in calls {
        lines.push(call.await.unwrap());
    }
    lines
}

fn winners(lines: &[String]) -> usize {
    lines.iter().filter(|line| *line == "200 OK").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_counts_once_however_often_it_is_sent() {
    let house = House::new().await;
    house.user("ann").await;
    forgot(&house, "ann").await.ok();
    let input = json!({ "ClientId": house.client, "Username": "ann", "Password": "Another-Horse8!",
        "ConfirmationCode": house.mailbox.code("ann@example.com") });
    let lines = at_once(&house, 20, "ConfirmForgotPassword", input).await;
    assert_eq!(winners(&lines), 1, "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_counts_once_however_often_it_is_sent() {
    let house = House::new().await;
    house.user("ann").await;
    let (begun, client) = house.begin_srp("ann").await;
    let input = json!({ "ClientId": house.client, "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": house.prove(&begun.ok(), &client, PASSWORD) });
    let lines = at_once(&house, 20, "RespondToAuthChallenge", input).await;
    assert_eq!(winners(&lines), 1, "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_made_once() {
    let house = House::new().await;
    let input = json!({ "UserPoolId": house.pool, "GroupName": "readers" });
    let lines = at_once(&house, 20, "CreateGroup", input).await;
    assert_eq!(winners(&lines), 1);
    assert!(lines.iter().all(|line| line == "200 OK" || line.contains("GroupExists")), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_one_user_all_count() {
    let house = House::new().await;
    house.user("ann").await;
    let calls: Vec<_> = (0..12)
        .map(|number| {
            let house = house.clone();
            tokio::spawn(async move {
                let group = format!("g{number}");
                make_group(&house, &group, None).await;
                let input = membership(&house, "ann", &group);
                house.call("AdminAddUserToGroup", input).await.line()
            })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), "200 OK");
    }
    let named = json!({ "UserPoolId": house.pool, "Username": "ann" });
    let groups = house.call("AdminListGroupsForUser", named).await.ok();
    assert_eq!(groups["Groups"].as_array().unwrap().len(), 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_addresses_wins_an_alias() {
    let house = House::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    let mut people = Vec::new();
    for number in 0..10 {
        people.push(house.user(&format!("user{number}")).await);
    }
    let calls: Vec<_> = people
        .into_iter()
        .map(|person| {
            let house = house.clone();
            tokio::spawn(async move {
                let input = json!({ "UserPoolId": house.pool, "Username": person.sub,
                    "UserAttributes": [{ "Name": "email", "Value": "one@example.com" },
                        { "Name": "email_verified", "Value": "true" }] });
                house.call("AdminUpdateUserAttributes", input).await.line()
            })
        })
        .collect();
    let mut lines = Vec::new();
    for call in calls {
        lines.push(call.await.unwrap());
    }
    assert_eq!(winners(&lines), 1, "{lines:?}");
    let taken = "400 AliasExistsException: An account with the given email already exists.";
    assert!(lines.iter().all(|line| line == "200 OK" || line == taken), "{lines:?}");
}
