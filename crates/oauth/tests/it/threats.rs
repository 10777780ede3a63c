//! Is a sign-in on the pages of a pool that looks for threats seen with where it came from?

use crate::world::World;
use serde_json::{Value, json};

const PHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1";

async fn watched() -> World {
    let world = World::with(
        json!({ "UserPoolTier": "PLUS", "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" } }),
        "http://127.0.0.1:9229",
    )
    .await;
    world.house.user("ann").await;
    world
}

async fn events(world: &World) -> Vec<Value> {
    let asked = json!({ "UserPoolId": world.house.pool, "Username": "ann" });
    let told = world.house.call("AdminListUserAuthEvents", asked).await.ok();
    told["AuthEvents"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_sign_in_is_noted_with_its_address_and_device() {
    let world = watched().await;
    let mut browser = world.browser();
    browser.address = Some("203.0.113.9".parse().unwrap());
    browser.headers.push(("user-agent", PHONE.to_owned()));
    let query = world.request(&[]);
    let done = browser.sign_in("ann", &query).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let context = events(&world).await.remove(0)["EventContextData"].clone();
    assert_eq!(context, json!({ "DeviceName": "Safari 17, iOS", "IpAddress": "203.0.113.9" }));
}

#[tokio::test]
async fn an_address_that_is_barred_sees_no_page() {
    let world = watched().await;
    let barred = json!({ "UserPoolId": world.house.pool,
        "RiskExceptionConfiguration": { "BlockedIPRangeList": ["203.0.113.0/24"] } });
    world.house.call("SetRiskConfiguration", barred).await.ok();
    let login = format!("/login?{}", world.request(&[]));
    for (address, status) in [("203.0.113.9", 403), ("192.0.2.7", 200)] {
        let mut browser = world.browser();
        browser.address = Some(address.parse().unwrap());
        assert_eq!(browser.get(&login).await.status, status, "{address}");
    }
}
