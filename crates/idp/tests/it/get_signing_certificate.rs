use crate::*;
use base64::{Engine, engine::general_purpose::STANDARD};

#[tokio::test]
async fn a_pool_has_one_certificate_for_its_key() {
    let house = House::new().await;
    let pool = json!({ "UserPoolId": house.pool });
    let first = house.call("GetSigningCertificate", pool.clone()).await.ok();
    house.advance(SignedDuration::from_hours(24));
    assert_eq!(house.call("GetSigningCertificate", pool).await.ok(), first);
    let der = STANDARD.decode(first["Certificate"].as_str().unwrap()).unwrap();
    let holds = |bytes: &[u8]| der.windows(bytes.len()).any(|window| window == bytes);
    assert!(holds(house.pool.as_bytes()));
    let keys = house.idp.pools.keys(&house.pool.parse().unwrap()).await.ok().unwrap();
    let modulus =
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&keys.id_tokens.jwk().n).unwrap();
    assert!(holds(&modulus));
}

#[tokio::test]
async fn a_pool_that_is_not_there_has_none() {
    let house = House::empty();
    let pool = json!({ "UserPoolId": "eu-west-1_None00000" });
    expect!["400 ResourceNotFoundException: User pool eu-west-1_None00000 does not exist."]
        .assert_eq(&house.call("GetSigningCertificate", pool).await.line());
}
