use crate::{
    add_user_pool_client_secret::{call, house},
    *,
};

#[tokio::test]
async fn the_last_secret_stays() {
    let house = house().await;
    let added = call(&house, "AddUserPoolClientSecret", json!({})).await.ok();
    let id = &added["ClientSecretDescriptor"]["ClientSecretId"];
    let delete = |id: &Value| json!({ "ClientSecretId": id });
    let answer = call(&house, "DeleteUserPoolClientSecret", delete(id)).await;
    assert_eq!(answer.ok(), json!({}));
    expect!["400 ResourceNotFoundException: Client secret not found."]
        .assert_eq(&call(&house, "DeleteUserPoolClientSecret", delete(id)).await.line());
    let listed = call(&house, "ListUserPoolClientSecrets", json!({})).await.ok();
    let last = &listed["ClientSecrets"][0]["ClientSecretId"];
    expect!["400 LimitExceededException: The last secret of a client stays."]
        .assert_eq(&call(&house, "DeleteUserPoolClientSecret", delete(last)).await.line());
}
