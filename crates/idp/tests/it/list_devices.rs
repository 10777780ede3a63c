use crate::{
    devices::{Gadget, house},
    *,
};

#[tokio::test]
async fn devices_are_listed_a_page_at_a_time() {
    let house = house().await;
    house.user("ann").await;
    let mut keys = Vec::new();
    let mut tokens = Vec::new();
    for _ in 0..5 {
        let body = house.sign_in("ann", PASSWORD).await.ok();
        let gadget = Gadget::of(&body);
        tokens.push(SignedIn::of(&body));
        gadget.confirm(&house, &tokens[0]).await.line();
        gadget.confirm(&house, tokens.last().unwrap()).await.line();
        keys.push(gadget.key);
    }
    keys.sort();
    let mut listed = Vec::new();
    let mut token = Value::Null;
    for _ in 0..5 {
        let input = json!({ "Limit": 2, "PaginationToken": token });
        let page = tokens[0].call(&house, "ListDevices", input).await.ok();
        let devices = page["Devices"].as_array().unwrap();
        assert!(devices.len() <= 2);
        listed.extend(devices.iter().map(|it| it["DeviceKey"].as_str().unwrap().to_owned()));
        token = page["PaginationToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(listed, keys);

    let first = tokens[0].call(&house, "ListDevices", json!({ "Limit": 2 })).await.ok();
    let bob = house.user("bob").await.tokens().await;
    let input = json!({ "PaginationToken": first["PaginationToken"] });
    expect!["400 InvalidParameterException: Invalid pagination token."]
        .assert_eq(&bob.call(&house, "ListDevices", input).await.line());
    let none = bob.call(&house, "ListDevices", json!({})).await.ok();
    assert_eq!(none, json!({ "Devices": [] }));
}
