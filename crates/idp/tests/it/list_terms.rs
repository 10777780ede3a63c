use crate::{terms::*, *};

#[tokio::test]
async fn terms_are_listed_a_page_at_a_time() {
    let house = House::new().await;
    make_terms(&house).await;
    let mut policy = terms(&house);
    policy["TermsName"] = json!("privacy-policy");
    house.call("CreateTerms", policy).await.ok();
    let mut seen = Vec::new();
    let mut asked = json!({ "UserPoolId": house.pool, "MaxResults": 1 });
    loop {
        let page = house.call("ListTerms", asked.clone()).await.ok();
        seen.extend(page["Terms"].as_array().unwrap().iter().map(|it| it["TermsName"].clone()));
        let Some(next) = page["NextToken"].as_str() else { break };
        asked["NextToken"] = json!(next);
    }
    seen.sort_by_key(ToString::to_string);
    assert_eq!(seen, ["privacy-policy", "terms-of-use"]);
}
