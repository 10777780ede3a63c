//! Whom does the binary believe to be the pool?

use lambda_testing::{Answer, Asked, PoolKeys, Service, Start};
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn the_keys_come_over_tls_from_whom_the_roots_vouch_for_and_nobody_else() {
    let keys = Arc::new(PoolKeys::new("one"));
    let published = keys.clone();
    let (service, root) =
        Service::over_tls(move |_: &Asked| Answer::json(&published.published())).await;
    let issuer = format!("{}/pool", service.url);
    let token = keys.access_token(&issuer, json!({}));
    let event = json!({
        "type": "TOKEN", "authorizationToken": format!("Bearer {token}"),
        "methodArn": "arn:aws:execute-api:eu-west-1:000000000000:a1b2c3/v1/GET/",
    });
    let start = || Start::new(env!("CARGO_BIN_EXE_authorizer")).with("ISSUER", &issuer);

    let knowing = start().with("SSL_CERT_FILE", root.path().to_str().unwrap()).run();
    assert_eq!(knowing.call(&event).await.unwrap()["principalId"], lambda_testing::SUB);

    let not_knowing = start().run();
    assert!(not_knowing.thrown(&event).await.starts_with("Unavailable"));
    assert_eq!(service.asked().len(), 1);
}
