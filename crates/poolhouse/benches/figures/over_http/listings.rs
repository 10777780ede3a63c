//! Does a listing take longer when there are more users whom it does not find?

use super::house::{AT_ONCE, House};
use crate::harness::{
    drive::Limit,
    scale::Scale,
    table::{Figures, ms, ratio},
};
use serde_json::{Value, json};
use std::time::Duration;

/// As many users of each pool have chosen a password.
const CONFIRMED: usize = 10;
/// As many different filters of a kind are asked for in turn.
const TURNS: usize = 16;

/// A filter, and how many users it finds in every pool.
struct Listing {
    name: &'static str,
    filter: fn(usize) -> String,
    found: usize,
}

const LISTINGS: [Listing; 3] = [
    Listing {
        name: "by e-mail",
        filter: |turn| format!("email = \"{}@example.com\"", name(turn)),
        found: 1,
    },
    Listing {
        name: "by the beginning of a username",
        // All but the last digit.
        filter: |turn| format!("username ^= \"user-{turn:05}\""),
        found: 10,
    },
    Listing {
        name: "by status",
        filter: |_| "cognito:user_status = \"CONFIRMED\"".to_owned(),
        found: CONFIRMED,
    },
];

fn name(number: usize) -> String {
    format!("user-{number:06}")
}

pub async fn run(scale: &Scale) {
    let house = House::open().await;
    let (few, many) = scale.crowds;
    let headers = [
        "ListUsers".to_owned(),
        format!("CPU ms, of {few} users"),
        format!("CPU ms, of {many} users"),
        "of it".to_owned(),
        "p50 ms".to_owned(),
        "p50 ms".to_owned(),
        "users found".to_owned(),
    ];
    let mut figures = Figures::new(&headers.each_ref().map(String::as_str));
    let pools = [crowd(&house, few).await, crowd(&house, many).await];
    for listing in LISTINGS {
        let mut done = Vec::new();
        for pool in &pools {
            let list = |turn| {
                let input = json!({ "UserPoolId": pool, "Filter": (listing.filter)(turn) });
                house.admin("ListUsers", input)
            };
            let requests: Vec<_> = (0..TURNS).map(list).collect();
            for page in house.ask_all(&requests).await {
                assert_eq!(page["Users"].as_array().unwrap().len(), listing.found, "{page}");
            }
            let mut connections = house.connections(AT_ONCE).await;
            let limit = Limit::time(scale.flow);
            done.push(house.drive(&mut connections, &requests, limit, |_, _| ()).await);
        }
        figures.row([
            listing.name.to_owned(),
            ms(done[0].cost()),
            ms(done[1].cost()),
            ratio(done[1].cost(), done[0].cost()),
            ms(done[0].within(0.5)),
            ms(done[1].within(0.5)),
            listing.found.to_string(),
        ]);
    }
    figures.print(
        "A page of users, of a small pool and of a large one: CPU time of the server process",
    );
}

/// A pool with so many users.
async fn crowd(house: &House, count: usize) -> String {
    let made =
        house.ask_all(&[house.admin("CreateUserPool", json!({ "PoolName": "crowd" }))]).await;
    let pool = made[0]["UserPool"]["Id"].as_str().unwrap().to_owned();
    let create = |number| {
        let email = json!([{ "Name": "email", "Value": format!("{}@example.com", name(number)) }]);
        let input = json!({
            "UserPoolId": pool, "Username": name(number), "UserAttributes": email,
            "MessageAction": "SUPPRESS",
        });
        house.admin("AdminCreateUser", input)
    };
    let mut connections = house.connections(4 * AT_ONCE).await;
    // A signature is good for some minutes only.
    for from in (0..count).step_by(10_000) {
        let requests: Vec<_> = (from..count.min(from + 10_000)).map(create).collect();
        let limit = Limit { jobs: requests.len(), time: Duration::from_secs(120) };
        let done = house.drive(&mut connections, &requests, limit, |_, _| ()).await;
        assert_eq!(done.count, requests.len(), "it takes too long");
    }
    let confirm = |number| {
        let input = json!({
            "UserPoolId": pool, "Username": name(number), "Password": crate::harness::PASSWORD,
            "Permanent": true,
        });
        house.admin("AdminSetUserPassword", input)
    };
    let confirmed: Vec<Value> =
        house.ask_all(&(0..CONFIRMED).map(confirm).collect::<Vec<_>>()).await;
    assert_eq!(confirmed.len(), CONFIRMED);
    pool
}
