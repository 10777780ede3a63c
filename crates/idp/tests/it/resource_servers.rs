//! What the tests of resource servers have in common.

use crate::*;

/// A resource server of the house's pool with one scope.
pub fn server(house: &House, identifier: &str) -> Value {
    json!({ "UserPoolId": house.pool, "Identifier": identifier, "Name": "the API",
        "Scopes": [{ "ScopeName": "read", "ScopeDescription": "may read" }] })
}

/// Names a resource server.
pub fn named(house: &House, identifier: &str) -> Value {
    json!({ "UserPoolId": house.pool, "Identifier": identifier })
}
