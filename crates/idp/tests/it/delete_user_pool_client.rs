use crate::*;

#[tokio::test]
async fn the_tokens_of_a_deleted_client_are_nothing() {
    let house = House::new().await;
    let tokens = house.user("ann").await.tokens().await;
    let named = json!({ "UserPoolId": house.pool, "ClientId": house.client });
    assert_eq!(house.call("DeleteUserPoolClient", named.clone()).await.ok(), Value::Null);
    let gone =
        format!("400 ResourceNotFoundException: User pool client {} does not exist.", house.client);
    assert_eq!(tokens.call(&house, "GetUser", json!({})).await.line(), gone);
    assert_eq!(house.call("DeleteUserPoolClient", named).await.line(), gone);
    assert_eq!(house.refresh(&tokens.refresh).await.line(), gone);
}
