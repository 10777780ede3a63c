use crate::{resource_servers::*, *};

#[tokio::test]
async fn pages_hold_every_resource_server_once() {
    let house = House::new().await;
    for identifier in ["a", "b", "https://c.example.com"] {
        house.call("CreateResourceServer", server(&house, identifier)).await.ok();
    }
    let first = json!({ "UserPoolId": house.pool, "MaxResults": 2 });
    let first = house.call("ListResourceServers", first).await.ok();
    assert_eq!(first["ResourceServers"].as_array().unwrap().len(), 2);
    let rest =
        json!({ "UserPoolId": house.pool, "MaxResults": 2, "NextToken": first["NextToken"] });
    let rest = house.call("ListResourceServers", rest).await.ok();
    assert_eq!(rest["ResourceServers"], json!([server(&house, "https://c.example.com")]));
    assert!(rest.get("NextToken").is_none());
}
