//! What the tests of groups have in common.

use crate::*;

/// Makes a group of the house's pool.
pub async fn make_group(house: &House, name: &str, precedence: Option<u32>) -> Value {
    let input = json!({ "UserPoolId": house.pool, "GroupName": name, "Precedence": precedence });
    house.call("CreateGroup", input).await.ok()["Group"].clone()
}

/// Names a group of the house's pool.
pub fn named(house: &House, name: &str) -> Value {
    json!({ "UserPoolId": house.pool, "GroupName": name })
}

/// Names a user and a group.
pub fn membership(house: &House, user: &str, group: &str) -> Value {
    json!({ "UserPoolId": house.pool, "Username": user, "GroupName": group })
}
