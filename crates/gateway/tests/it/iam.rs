//! `AWS_IAM`: routes for whoever has signed the request.

use crate::house::{guarded, house, http_api, request, rest, with};
use gateway::{Authorizer, PayloadFormat, Route};
use serde_json::{Value, json};

#[tokio::test]
async fn a_signer_is_told_to_the_function() {
    let mut api = with(rest(), Authorizer::Iam, vec![guarded("POST /a", "guard")]);
    api.mounts = vec!["/prod".to_owned()];
    let house = house().api(api).open();
    let signed = request("POST", "/prod/a?b=1", &[("signed-by", "ann")]);
    assert_eq!(house.send(signed).await.status(), 200);
    let context = house.last("hello")["requestContext"].clone();
    let identity = &context["identity"];
    assert_eq!(context.get("authorizer"), None);
    assert_eq!(
        (&identity["accessKey"], &identity["accountId"], &identity["user"], &identity["caller"]),
        (&json!("AKIAANN"), &json!("000000000000"), &json!("AIDAANN"), &json!("AIDAANN"))
    );
    // What was signed is the request as it was sent, with the path above the mount.
    assert_eq!(identity["userArn"], "POST /prod/a?b=1 0");
}

#[tokio::test]
async fn format_2_has_a_place_for_it() {
    let route = Route { payload: PayloadFormat::V2, ..guarded("GET /a", "guard") };
    let house = house().api(with(http_api(), Authorizer::Iam, vec![route])).open();
    assert_eq!(house.get("/a", &[("signed-by", "ann")]).await, "200 hello");
    let iam = house.last("hello")["requestContext"]["authorizer"]["iam"].clone();
    assert_eq!(
        iam,
        json!({
            "accessKey": "AKIAANN", "accountId": "000000000000", "callerId": "AIDAANN",
            "cognitoIdentity": Value::Null, "principalOrgId": Value::Null,
            "userArn": "GET /a 0", "userId": "AIDAANN",
        })
    );
}

#[tokio::test]
async fn each_kind_of_api_refuses_in_its_own_words() {
    let routes = || vec![guarded("GET /a", "guard")];
    let house_of = |api| house().api(with(api, Authorizer::Iam, routes())).open();
    let rest = house_of(rest());
    assert_eq!(
        rest.get("/a", &[]).await,
        r#"403 MissingAuthenticationTokenException {"message":"Missing Authentication Token"}"#
    );
    assert_eq!(
        rest.get("/a", &[("signed-by", "bob")]).await,
        r#"403 InvalidSignatureException {"message":"Signature expired: too old"}"#
    );
    let http = house_of(http_api());
    for headers in [&[][..], &[("signed-by", "bob")]] {
        assert_eq!(http.get("/a", headers).await, r#"403 {"message":"Forbidden"}"#);
    }
    assert_eq!(rest.calls("hello") + http.calls("hello"), 0);
}

#[tokio::test]
async fn a_signer_who_may_not_call_is_told_so() {
    let routes = || vec![guarded("GET /a", "guard")];
    let house_of = |api| house().api(with(api, Authorizer::Iam, routes())).open();
    let (rest, http) = (house_of(rest()), house_of(http_api()));
    let carl = &[("signed-by", "carl")];
    let refused = rest.get("/a", carl).await;
    let arn = "arn:aws:execute-api:eu-west-1:000000000000:rest/prod/GET/a";
    let told = format!(r#"403 AccessDeniedException {{"Message":"not {arn} from "#);
    assert!(refused.starts_with(&told), "{refused}");
    assert_eq!(http.get("/a", carl).await, r#"403 {"message":"Forbidden"}"#);
    assert_eq!(rest.calls("hello") + http.calls("hello"), 0);
}
