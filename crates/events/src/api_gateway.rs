//! What does API Gateway hand to a function, and what does it take back?
//!
//! Two payload formats: 1.0 is what a REST API always speaks and an HTTP API speaks on request, 2.0 is
//! the HTTP API's own. Both are given here exactly as they travel, because functions written for AWS
//! look at the difference between `null`, `{}` and nothing: in 1.0 an empty map is `null`, in 2.0 it is
//! left out.
//!
//! Whoever writes a request may have what the authorizer found as something else than a map, such as a text that
//! was written before: `Authorizer` is anything that is written as an object.
//!
//! Requests and answers carry tokens, cookies and bodies, so `Debug` shows their types and no more.

use crate::{lenient::null_as_default, redacted};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// One value under each name.
pub type Values = BTreeMap<String, String>;

/// Every value under each name, in the order they came.
pub type MultiValues = BTreeMap<String, Vec<String>>;

/// The request of a proxy integration in payload format 1.0.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProxyRequestV1<Authorizer = Map<String, Value>> {
    /// `1.0` from an HTTP API; a REST API does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The route's path pattern, `/items/{id}`.
    pub resource: String,
    /// The request's path without the stage, as it was sent.
    pub path: String,
    pub http_method: String,
    /// The last value of each header.
    #[serde(default, with = "null_when_empty")]
    pub headers: Values,
    #[serde(default, with = "null_when_empty")]
    pub multi_value_headers: MultiValues,
    /// The last value of each parameter, decoded.
    #[serde(default, with = "null_when_empty")]
    pub query_string_parameters: Values,
    #[serde(default, with = "null_when_empty")]
    pub multi_value_query_string_parameters: MultiValues,
    #[serde(default, with = "null_when_empty")]
    pub path_parameters: Values,
    #[serde(default, with = "null_when_empty")]
    pub stage_variables: Values,
    pub request_context: RequestContextV1<Authorizer>,
    pub body: Option<String>,
    #[serde(default)]
    pub is_base64_encoded: bool,
}

/// What API Gateway knows about a request in payload format 1.0.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestContextV1<Authorizer = Map<String, Value>> {
    pub account_id: String,
    pub api_id: String,
    /// What the authorizer found, and nothing a client sent. Absent on an open route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer: Option<Authorizer>,
    #[serde(default)]
    pub domain_name: String,
    #[serde(default)]
    pub domain_prefix: String,
    #[serde(default)]
    pub extended_request_id: String,
    pub http_method: String,
    pub identity: Identity,
    /// The request's path, stage included.
    pub path: String,
    #[serde(default)]
    pub protocol: String,
    pub request_id: String,
    /// `04/Mar/2020:19:15:17 +0000`.
    #[serde(default)]
    pub request_time: String,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub request_time_epoch: i64,
    pub resource_id: Option<String>,
    pub resource_path: String,
    pub stage: String,
}

/// Who sent a request, as far as payload format 1.0 says. All but the first four belong to IAM and
/// Cognito identities and are `null` otherwise.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Identity {
    pub source_ip: String,
    pub user_agent: Option<String>,
    /// The API key that was presented, on a route that asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_id: Option<String>,
    pub access_key: Option<String>,
    pub account_id: Option<String>,
    pub caller: Option<String>,
    pub cognito_authentication_provider: Option<String>,
    pub cognito_authentication_type: Option<String>,
    pub cognito_identity_id: Option<String>,
    pub cognito_identity_pool_id: Option<String>,
    pub principal_org_id: Option<String>,
    pub user: Option<String>,
    pub user_arn: Option<String>,
}

/// The answer of a proxy integration in payload format 1.0.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProxyResponseV1 {
    pub status_code: u16,
    #[serde(default, deserialize_with = "scalars", skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: Values,
    /// Wins over `headers` where both name a header.
    #[serde(
        default,
        deserialize_with = "scalar_lists",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub multi_value_headers: MultiValues,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_base64_encoded: bool,
}

/// The request of a proxy integration in payload format 2.0.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProxyRequestV2<Authorizer = Map<String, Value>> {
    /// Always `2.0`.
    pub version: String,
    /// `GET /items/{id}`, or `$default`.
    pub route_key: String,
    /// The path with the stage, if it is a named one. Despite its name it is decoded.
    pub raw_path: String,
    pub raw_query_string: String,
    /// The `Cookie` headers, taken apart; they are not among the headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// Lower-case names; the values of a repeated header are joined with commas.
    #[serde(default)]
    pub headers: Values,
    /// Decoded; the values of a repeated parameter are joined with commas.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query_string_parameters: Values,
    pub request_context: RequestContextV2<Authorizer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub path_parameters: Values,
    #[serde(default)]
    pub is_base64_encoded: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stage_variables: Values,
}

/// What API Gateway knows about a request in payload format 2.0.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestContextV2<Authorizer = Map<String, Value>> {
    pub account_id: String,
    pub api_id: String,
    /// The client's certificate under mutual TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Value>,
    /// `{"jwt": …}` or `{"lambda": …}`: what the authorizer found, and nothing a client sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer: Option<Authorizer>,
    #[serde(default)]
    pub domain_name: String,
    #[serde(default)]
    pub domain_prefix: String,
    pub http: HttpContext,
    pub request_id: String,
    pub route_key: String,
    pub stage: String,
    /// `12/Mar/2020:19:03:58 +0000`.
    #[serde(default)]
    pub time: String,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub time_epoch: i64,
}

/// The HTTP side of a request in payload format 2.0.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpContext {
    pub method: String,
    pub path: String,
    pub protocol: String,
    pub source_ip: String,
    #[serde(default)]
    pub user_agent: String,
}

/// The answer of a proxy integration in payload format 2.0, if it says its status. An answer without
/// `statusCode` is not of this form: it is a body, whatever JSON it is.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProxyResponseV2 {
    pub status_code: u16,
    #[serde(default, deserialize_with = "scalars", skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: Values,
    #[serde(
        default,
        deserialize_with = "scalar_lists",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub multi_value_headers: MultiValues,
    /// One `Set-Cookie` header each.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub is_base64_encoded: bool,
}

/// A body that says it is base64 and is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotBase64;

impl fmt::Display for NotBase64 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the body is not base64")
    }
}

impl std::error::Error for NotBase64 {}

impl ProxyRequestV1 {
    /// The last value of a header. API Gateway keeps the case that was sent, so case does not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The body's bytes.
    ///
    /// # Errors
    /// [`NotBase64`] if the event says base64 and the body is not.
    pub fn body_bytes(&self) -> Result<Cow<'_, [u8]>, NotBase64> {
        bytes(self.body.as_deref(), self.is_base64_encoded)
    }
}

impl ProxyRequestV2 {
    /// The values of a header, joined with commas if there are several.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The body's bytes.
    ///
    /// # Errors
    /// [`NotBase64`] if the event says base64 and the body is not.
    pub fn body_bytes(&self) -> Result<Cow<'_, [u8]>, NotBase64> {
        bytes(self.body.as_deref(), self.is_base64_encoded)
    }
}

impl ProxyResponseV1 {
    /// An answer with a JSON body.
    #[must_use]
    pub fn json(status_code: u16, body: &Value) -> Self {
        Self {
            status_code,
            headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
            body: Some(body.to_string()),
            ..Self::default()
        }
    }

    /// The body's bytes.
    ///
    /// # Errors
    /// [`NotBase64`] if the answer says base64 and the body is not.
    pub fn body_bytes(&self) -> Result<Cow<'_, [u8]>, NotBase64> {
        bytes(self.body.as_deref(), self.is_base64_encoded)
    }
}

impl ProxyResponseV2 {
    /// An answer with a JSON body.
    #[must_use]
    pub fn json(status_code: u16, body: &Value) -> Self {
        let ProxyResponseV1 { status_code, headers, body, .. } =
            ProxyResponseV1::json(status_code, body);
        Self { status_code, headers, body, ..Self::default() }
    }

    /// The body's bytes.
    ///
    /// # Errors
    /// [`NotBase64`] if the answer says base64 and the body is not.
    pub fn body_bytes(&self) -> Result<Cow<'_, [u8]>, NotBase64> {
        bytes(self.body.as_deref(), self.is_base64_encoded)
    }
}

fn header<'a>(headers: &'a Values, name: &str) -> Option<&'a str> {
    let (_, value) = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value)
}

fn bytes(body: Option<&str>, is_base64: bool) -> Result<Cow<'_, [u8]>, NotBase64> {
    let body = body.unwrap_or_default();
    if is_base64 {
        return STANDARD.decode(body).map(Cow::Owned).map_err(|_| NotBase64);
    }
    Ok(Cow::Borrowed(body.as_bytes()))
}

/// A map that travels as `null` when it has nothing in it.
mod null_when_empty {
    use super::{BTreeMap, Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<V: Serialize, S: Serializer>(
        map: &BTreeMap<String, V>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        if map.is_empty() { to.serialize_none() } else { map.serialize(to) }
    }

    pub(super) fn deserialize<'de, V: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<String, V>, D::Error> {
        crate::lenient::null_as_default(from)
    }
}

/// A header's value as functions write it: `"max-age": 60` is common and API Gateway takes it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Truth(bool),
    Number(serde_json::Number),
}

impl From<Scalar> for String {
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Text(text) => text,
            Scalar::Truth(truth) => truth.to_string(),
            Scalar::Number(number) => number.to_string(),
        }
    }
}

fn scalars<'de, D: Deserializer<'de>>(from: D) -> Result<Values, D::Error> {
    let map: BTreeMap<String, Option<Scalar>> = null_as_default(from)?;
    Ok(map.into_iter().filter_map(|(name, value)| Some((name, value?.into()))).collect())
}

fn scalar_lists<'de, D: Deserializer<'de>>(from: D) -> Result<MultiValues, D::Error> {
    let map: BTreeMap<String, Vec<Scalar>> = null_as_default(from)?;
    Ok(map
        .into_iter()
        .map(|(name, values)| (name, values.into_iter().map(String::from).collect()))
        .collect())
}

redacted!(
    ProxyRequestV1<Authorizer>,
    RequestContextV1<Authorizer>,
    Identity,
    ProxyResponseV1,
    ProxyRequestV2<Authorizer>,
    RequestContextV2<Authorizer>,
    HttpContext,
    ProxyResponseV2,
);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn v1() -> Value {
        json!({
            "resource": "/items/{id}",
            "path": "/items/7",
            "httpMethod": "GET",
            "headers": { "Accept": "b", "X-One": "1" },
            "multiValueHeaders": { "Accept": ["a", "b"], "X-One": ["1"] },
            "queryStringParameters": { "q": "2" },
            "multiValueQueryStringParameters": { "q": ["1", "2"] },
            "pathParameters": { "id": "7" },
            "stageVariables": null,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "api",
                "authorizer": { "claims": { "sub": "s", "email_verified": "true" } },
                "domainName": "api.example.com",
                "domainPrefix": "api",
                "extendedRequestId": "x",
                "httpMethod": "GET",
                "identity": {
                    "accessKey": null, "accountId": null, "caller": null,
                    "cognitoAuthenticationProvider": null, "cognitoAuthenticationType": null,
                    "cognitoIdentityId": null, "cognitoIdentityPoolId": null,
                    "principalOrgId": null, "sourceIp": "192.0.2.1", "user": null,
                    "userAgent": "curl", "userArn": null
                },
                "path": "/prod/items/7",
                "protocol": "HTTP/1.1",
                "requestId": "r",
                "requestTime": "04/Mar/2020:19:15:17 +0000",
                "requestTimeEpoch": 1_583_349_317_135_i64,
                "resourceId": "abc123",
                "resourcePath": "/items/{id}",
                "stage": "prod"
            },
            "body": null,
            "isBase64Encoded": false
        })
    }

    fn v2() -> Value {
        json!({
            "version": "2.0",
            "routeKey": "GET /items/{id}",
            "rawPath": "/items/7",
            "rawQueryString": "q=1&q=2",
            "cookies": ["a=1", "b=2"],
            "headers": { "accept": "a,b" },
            "queryStringParameters": { "q": "1,2" },
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "api",
                "authorizer": { "jwt": { "claims": { "sub": "s" }, "scopes": ["read"] } },
                "domainName": "api.example.com",
                "domainPrefix": "api",
                "http": {
                    "method": "GET", "path": "/items/7", "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1", "userAgent": "curl"
                },
                "requestId": "r",
                "routeKey": "GET /items/{id}",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_583_348_638_390_i64
            },
            "body": "SGVsbG8=",
            "pathParameters": { "id": "7" },
            "isBase64Encoded": true,
            "stageVariables": { "colour": "blue" }
        })
    }

    #[test]
    fn a_version_one_request_survives_the_round_trip() {
        let request: ProxyRequestV1 = serde_json::from_value(v1()).unwrap();
        assert_eq!(serde_json::to_value(&request).unwrap(), v1());
        assert_eq!(request.header("x-ONE"), Some("1"));
        assert_eq!(request.body_bytes().unwrap(), b"".as_slice());
    }

    #[test]
    fn a_version_two_request_survives_the_round_trip() {
        let request: ProxyRequestV2 = serde_json::from_value(v2()).unwrap();
        assert_eq!(serde_json::to_value(&request).unwrap(), v2());
        assert_eq!(request.header("Accept"), Some("a,b"));
        assert_eq!(request.body_bytes().unwrap(), b"Hello".as_slice());
    }

    #[test]
    fn an_empty_map_is_null_in_version_one() {
        let mut request: ProxyRequestV1 = serde_json::from_value(v1()).unwrap();
        request.headers.clear();
        request.multi_value_headers.clear();
        request.query_string_parameters.clear();
        request.multi_value_query_string_parameters.clear();
        request.path_parameters.clear();
        let value = serde_json::to_value(&request).unwrap();
        for map in [
            "headers",
            "multiValueHeaders",
            "queryStringParameters",
            "multiValueQueryStringParameters",
            "pathParameters",
            "stageVariables",
            "body",
        ] {
            assert_eq!(value.get(map), Some(&Value::Null), "{map}");
        }
        assert_eq!(serde_json::from_value::<ProxyRequestV1>(value).unwrap(), request);
    }

    #[test]
    fn an_empty_map_is_left_out_in_version_two() {
        let mut request: ProxyRequestV2 = serde_json::from_value(v2()).unwrap();
        request.query_string_parameters.clear();
        request.path_parameters.clear();
        request.stage_variables.clear();
        request.cookies.clear();
        request.body = None;
        request.request_context.authorizer = None;
        let value = serde_json::to_value(&request).unwrap();
        for map in ["queryStringParameters", "pathParameters", "stageVariables", "cookies", "body"]
        {
            assert_eq!(value.get(map), None, "{map}");
        }
        assert_eq!(value["requestContext"].get("authorizer"), None);
        assert_eq!(serde_json::from_value::<ProxyRequestV2>(value).unwrap(), request);
    }

    #[test]
    fn an_open_route_has_no_authorizer_in_its_context() {
        let mut event = v1();
        event["requestContext"].as_object_mut().unwrap().remove("authorizer");
        let request: ProxyRequestV1 = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(request.request_context.authorizer, None);
        assert_eq!(serde_json::to_value(&request).unwrap(), event);
    }

    #[test]
    fn an_answer_may_write_numbers_into_headers_and_nulls_elsewhere() {
        let answer: ProxyResponseV1 = serde_json::from_value(json!({
            "statusCode": 200,
            "headers": { "max-age": 60, "x-flag": true, "x-none": null, "a": "b" },
            "multiValueHeaders": null,
            "body": null,
            "isBase64Encoded": null,
        }))
        .unwrap();
        assert_eq!(
            answer.headers,
            [("a", "b"), ("max-age", "60"), ("x-flag", "true")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into()
        );
        assert_eq!(answer.body, None);
    }

    #[test]
    fn an_answer_without_a_whole_status_or_with_a_body_of_objects_is_malformed() {
        for bad in [
            json!({}),
            json!({ "statusCode": "200" }),
            json!({ "statusCode": 200.5 }),
            json!({ "statusCode": -1 }),
            json!({ "statusCode": 200, "body": { "a": 1 } }),
            json!({ "statusCode": 200, "headers": { "a": ["b"] } }),
            json!({ "statusCode": 200, "headers": [] }),
            json!({ "statusCode": 200, "isBase64Encoded": "true" }),
            json!("text"),
        ] {
            assert!(serde_json::from_value::<ProxyResponseV1>(bad.clone()).is_err(), "{bad}");
            assert!(serde_json::from_value::<ProxyResponseV2>(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn cookies_belong_to_version_two() {
        let answer: ProxyResponseV2 =
            serde_json::from_value(json!({ "statusCode": 204, "cookies": ["a=1; Path=/"] }))
                .unwrap();
        assert_eq!(answer.cookies, ["a=1; Path=/"]);
        let written = serde_json::to_value(&answer).unwrap();
        assert_eq!(
            written,
            json!({ "statusCode": 204, "cookies": ["a=1; Path=/"], "isBase64Encoded": false })
        );
    }

    #[test]
    fn a_body_that_claims_base64_has_to_be_base64() {
        let answer = ProxyResponseV1 {
            status_code: 200,
            body: Some("%".into()),
            is_base64_encoded: true,
            ..ProxyResponseV1::default()
        };
        assert_eq!(answer.body_bytes(), Err(NotBase64));
    }

    #[test]
    fn a_request_is_never_printed_whole() {
        let request: ProxyRequestV1 = serde_json::from_value(v1()).unwrap();
        assert_eq!(format!("{request:?}"), "ProxyRequestV1(…)");
        let request: ProxyRequestV2 = serde_json::from_value(v2()).unwrap();
        assert_eq!(format!("{request:?}"), "ProxyRequestV2(…)");
    }
}
