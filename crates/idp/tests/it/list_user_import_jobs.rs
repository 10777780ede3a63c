use crate::{imports::*, *};

#[tokio::test]
async fn jobs_are_listed_in_pages() {
    let house = House::new().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(make_job(&house).await);
    }
    let page = async |token: Option<&Value>| {
        let mut input = json!({ "UserPoolId": house.pool, "MaxResults": 2 });
        if let Some(token) = token {
            input["PaginationToken"] = token.clone();
        }
        house.call("ListUserImportJobs", input).await.ok()
    };
    let first = page(None).await;
    let second = page(Some(&first["PaginationToken"])).await;
    assert_eq!(second.get("PaginationToken"), None);
    let mut listed: Vec<Value> = Vec::new();
    for page in [&first, &second] {
        listed.extend(page["UserImportJobs"].as_array().unwrap().iter().cloned());
    }
    made.sort_by_key(|job| job["JobId"].as_str().unwrap().to_owned());
    assert_eq!(listed, made);
}
