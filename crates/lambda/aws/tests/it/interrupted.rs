//! Accounts through the AWS SDK, when a step fails or the process ends at it.
//!
//! Whatever happens at whichever step, there is an account with a profile or neither, and they say the same:
//! at once if the process lives, after the sweep if it does not.

use crate::fixture::{FAULTS, Fault, Fixture};
use users::{AccountChange, EmailAddress};

fn is_death(fault: Fault) -> bool {
    matches!(fault, Fault::DiesBefore | Fault::DiesAfter)
}

#[tokio::test]
async fn somebody_new_is_there_in_both_places_or_in_none() {
    for step in ["AdminCreateUser", "AdminDisableUser", "AdminSetUserPassword", "commit"] {
        for fault in FAULTS {
            let case = format!("{step} {fault:?}");
            let fixture = Fixture::new().await;
            fixture.faults.set(step, fault);
            let made = fixture.unless_dead(fixture.create("ann@example.com")).await;
            assert!(fixture.faults.is_spent(), "{case}");
            assert_eq!(made.is_none(), is_death(fault), "{case}");
            // A call whose answer is lost is sent again, but for the one that must not be.
            if is_death(fault) || (step, fault) == ("AdminCreateUser", Fault::Silent) {
                fixture.sweep().await;
            }
            fixture.assert_settled().await;
            let is_there = fixture.user("ann@example.com").await.is_some();
            if let Some(made) = made {
                assert_eq!(made.is_ok(), is_there, "{case}");
                if let Ok(ann) = made {
                    fixture.assert_agreed(&ann).await;
                }
            }
            if !is_there {
                // Nothing is in the way of another try.
                let ann = fixture.create("ann@example.com").await.expect(&case);
                fixture.assert_agreed(&ann).await;
            }
        }
    }
}

/// A call that must not be sent again has the time that others have for all their tries.
#[tokio::test]
async fn a_pool_that_is_slow_to_make_somebody_has_made_them_once() {
    let fixture = Fixture::new().await;
    fixture.faults.set("AdminCreateUser", Fault::Slow);
    let ann = fixture.create("ann@example.com").await.unwrap();
    assert!(fixture.faults.is_spent());
    fixture.assert_agreed(&ann).await;
    fixture.assert_settled().await;
    let asked = fixture.service.asked();
    let made = asked.iter().filter(|asked| asked.operation() == "AdminCreateUser");
    assert_eq!(made.count(), 1);
}

#[tokio::test]
async fn a_change_is_made_in_both_places_or_in_none() {
    let email = EmailAddress::parse("anna@example.com").unwrap();
    let changes = [
        (AccountChange::Activate, vec!["AdminUpdateUserAttributes", "AdminEnableUser"]),
        (AccountChange::KeepOut, vec!["AdminDisableUser", "AdminUserGlobalSignOut"]),
        (AccountChange::SetEmail { email, is_verified: true }, vec!["AdminUpdateUserAttributes"]),
        (AccountChange::Delete, vec!["AdminDisableUser", "AdminDeleteUser"]),
    ];
    for (change, steps) in changes {
        for step in steps.into_iter().chain(["commit"]) {
            for fault in FAULTS {
                let case = format!("{change:?} {step} {fault:?}");
                let fixture = Fixture::new().await;
                let ann = fixture.create("ann@example.com").await.unwrap();
                if change != AccountChange::Activate {
                    fixture.change(&ann, AccountChange::Activate).await.unwrap();
                }
                let before = fixture.profile(&ann).await.unwrap();
                fixture.faults.set(step, fault);
                let done = fixture.unless_dead(fixture.change(&ann, change.clone())).await;
                assert!(fixture.faults.is_spent(), "{case}");
                assert_eq!(done.is_none(), is_death(fault), "{case}");
                if is_death(fault) || step == "AdminDeleteUser" {
                    fixture.sweep().await;
                }
                fixture.assert_settled().await;
                fixture.assert_agreed(&ann).await;
                if let Some(done) = done {
                    let is_changed = fixture.profile(&ann).await.as_ref() != Some(&before);
                    assert_eq!(done.is_ok(), is_changed, "{case}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_sweep_does_not_touch_those_who_came_by_another_way() {
    let fixture = Fixture::new().await;
    fixture.faults.set("AdminCreateUser", Fault::DiesBefore);
    let made = fixture.unless_dead(fixture.create("ann@example.com")).await;
    assert!(made.is_none());
    let signed_up =
        fixture.house.sign_up("ann@example.com", serde_json::json!({ "email": "ann@example.com" }));
    signed_up.await.ok();
    assert_eq!(fixture.sweep().await, 1);
    assert!(fixture.user("ann@example.com").await.is_some());
    fixture.assert_settled().await;
}

#[tokio::test]
async fn what_is_under_way_is_left_alone() {
    let fixture = Fixture::new().await;
    fixture.faults.set("commit", Fault::DiesBefore);
    let made = fixture.unless_dead(fixture.create("ann@example.com")).await;
    assert!(made.is_none());
    let before = fixture.now() - users::reconcile::GRACE;
    let accounts: &dyn users::Accounts = &*fixture.accounts;
    assert!(accounts.unfinished(before, true, fixture.now()).await.unwrap().is_empty());
    assert!(fixture.user("ann@example.com").await.is_some());
    // And one that was given up cannot come to its end after all.
    assert_eq!(fixture.sweep().await, 1);
    assert!(fixture.user("ann@example.com").await.is_none());
}
