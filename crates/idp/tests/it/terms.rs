//! What the tests of terms have in common.

use crate::*;

/// Terms of use of the house's client.
pub fn terms(house: &House) -> Value {
    json!({ "UserPoolId": house.pool, "ClientId": house.client, "TermsName": "terms-of-use",
        "TermsSource": "LINK", "Enforcement": "NONE",
        "Links": { "cognito:default": "https://example.com/terms" } })
}

/// Keeps the terms of use and answers their id.
pub async fn make_terms(house: &House) -> String {
    let made = house.call("CreateTerms", terms(house)).await.ok();
    made["Terms"]["TermsId"].as_str().unwrap().to_owned()
}

/// Names terms.
pub fn by_id(house: &House, id: &str) -> Value {
    json!({ "UserPoolId": house.pool, "TermsId": id })
}
