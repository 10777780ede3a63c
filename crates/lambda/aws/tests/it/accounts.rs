//! Accounts through the AWS SDK, when all goes well and when the pool says no.

use crate::fixture::Fixture;
use futures::future::join_all;
use serde_json::json;
use users::{AccountChange, Accounts, EmailAddress, Kind, Refused, Status};

fn kind<T>(outcome: Result<T, Refused>) -> Kind {
    match outcome {
        Err(Refused::Problem(problem)) => problem.kind(),
        Err(Refused::Conflict(_)) => panic!("a conflict"),
        Ok(_) => panic!("it was done"),
    }
}

#[tokio::test]
async fn somebody_new_is_kept_out_until_they_are_activated() {
    let fixture = Fixture::new().await;
    let ann = fixture.create("ann@example.com").await.unwrap();
    let user = fixture.user("ann@example.com").await.unwrap();
    assert_eq!((&user["Enabled"], &user["UserStatus"]), (&json!(false), &json!("CONFIRMED")));
    let signed_in = fixture.house.sign_in("ann@example.com", "Correct-Horse7!").await;
    assert_eq!(signed_in.line(), "400 NotAuthorizedException: User is disabled.");
    fixture.assert_agreed(&ann).await;

    fixture.change(&ann, AccountChange::Activate).await.unwrap();
    let account = fixture.accounts.find(&ann, fixture.now()).await.unwrap().unwrap();
    assert!(account.is_enabled && account.is_email_verified);
    fixture.house.sign_in("ann@example.com", "Correct-Horse7!").await.ok();
    fixture.assert_agreed(&ann).await;
    fixture.assert_settled().await;
}

#[tokio::test]
async fn the_password_is_set_when_nobody_can_sign_in_any_more() {
    let fixture = Fixture::new().await;
    fixture.create("ann@example.com").await.unwrap();
    let asked = fixture.service.asked();
    let asked: Vec<&str> = asked.iter().map(|asked| asked.operation()).collect();
    assert_eq!(
        asked,
        ["DescribeUserPool", "AdminCreateUser", "AdminDisableUser", "AdminSetUserPassword"]
    );
    // How the pool names people is asked once.
    fixture.create("bob@example.com").await.unwrap();
    assert_eq!(fixture.service.asked().len(), 7);
}

#[tokio::test]
async fn where_addresses_are_no_names_somebody_gets_one_of_their_own() {
    let fixture = Fixture::with(json!({})).await;
    let ann = fixture.create("ann@example.com").await.unwrap();
    let user = fixture.user(ann.as_str()).await.unwrap();
    assert_eq!(user["Username"].as_str().unwrap().len(), 36);
    fixture.assert_agreed(&ann).await;
}

#[tokio::test]
async fn what_the_pool_does_not_take_is_said_and_leaves_nothing() {
    let fixture = Fixture::new().await;
    fixture.house.user_with("ann@example.com", json!({ "email": "ann@example.com" })).await;
    assert_eq!(kind(fixture.create("ann@example.com").await), Kind::Taken);
    let weak = fixture.create_with("bob@example.com", "weak").await;
    assert_eq!(kind(weak), Kind::InvalidRequest);
    assert!(fixture.user("bob@example.com").await.is_none());
    fixture.assert_settled().await;
}

#[tokio::test]
async fn of_many_at_once_one_is_made() {
    let fixture = Fixture::new().await;
    let made = join_all((0..20).map(|_| fixture.create("ann@example.com"))).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    for refused in made.into_iter().filter(Result::is_err) {
        assert_eq!(kind(refused), Kind::Taken);
    }
    fixture.assert_settled().await;
    assert_eq!(fixture.sweep().await, 0);
}

#[tokio::test]
async fn who_is_kept_out_is_signed_out_and_comes_in_again_when_they_may() {
    let fixture = Fixture::new().await;
    let ann = fixture.create("ann@example.com").await.unwrap();
    fixture.change(&ann, AccountChange::Activate).await.unwrap();
    fixture.change(&ann, AccountChange::KeepOut).await.unwrap();
    fixture.assert_agreed(&ann).await;
    assert!(
        fixture.service.asked().iter().any(|asked| asked.operation() == "AdminUserGlobalSignOut")
    );
    fixture.change(&ann, AccountChange::LetIn).await.unwrap();
    fixture.assert_agreed(&ann).await;
    fixture.house.sign_in("ann@example.com", "Correct-Horse7!").await.ok();
}

#[tokio::test]
async fn an_address_moves_in_both_places_or_in_none() {
    let fixture = Fixture::new().await;
    let ann = fixture.create("ann@example.com").await.unwrap();
    fixture.house.user_with("bob@example.com", json!({ "email": "bob@example.com" })).await;
    let to = |email: &str| AccountChange::SetEmail {
        email: EmailAddress::parse(email).unwrap(),
        is_verified: true,
    };
    assert_eq!(kind(fixture.change(&ann, to("bob@example.com")).await), Kind::Taken);
    fixture.assert_agreed(&ann).await;
    fixture.change(&ann, to("anna@example.com")).await.unwrap();
    fixture.assert_agreed(&ann).await;
    assert!(fixture.user("anna@example.com").await.is_some());
    fixture.assert_settled().await;
}

#[tokio::test]
async fn who_is_deleted_is_nowhere_and_may_come_again() {
    let fixture = Fixture::new().await;
    let ann = fixture.create("ann@example.com").await.unwrap();
    fixture.change(&ann, AccountChange::Delete).await.unwrap();
    assert!(fixture.user("ann@example.com").await.is_none());
    assert!(fixture.profile(&ann).await.is_none());
    fixture.assert_settled().await;
    fixture.create("ann@example.com").await.unwrap();
}

#[tokio::test]
async fn somebody_whom_an_administrator_deleted_can_be_kept_out_and_deleted_but_not_let_in() {
    let fixture = Fixture::new().await;
    let ann = fixture.create("ann@example.com").await.unwrap();
    let input = json!({ "UserPoolId": fixture.house.pool, "Username": "ann@example.com" });
    fixture.house.call("AdminDeleteUser", input).await.ok();
    assert_eq!(kind(fixture.change(&ann, AccountChange::LetIn).await), Kind::Conflict);
    fixture.change(&ann, AccountChange::KeepOut).await.unwrap();
    assert_eq!(fixture.profile(&ann).await.unwrap().document.status, Status::Suspended);
    fixture.change(&ann, AccountChange::Delete).await.unwrap();
    assert!(fixture.profile(&ann).await.is_none());
}

#[tokio::test]
async fn of_two_changes_at_once_both_are_never_half_done() {
    for _ in 0..10 {
        let fixture = Fixture::new().await;
        let ann = fixture.create("ann@example.com").await.unwrap();
        fixture.change(&ann, AccountChange::Activate).await.unwrap();
        let changes = [AccountChange::KeepOut, AccountChange::LetIn, AccountChange::KeepOut];
        join_all(changes.map(|change| fixture.change(&ann, change))).await;
        fixture.assert_agreed(&ann).await;
        fixture.assert_settled().await;
    }
}
