//! What does the client get from the function's answer?

use crate::{
    Api, ApiKind, PayloadFormat,
    fault::Broken,
    proxy_event::{HOP_BY_HOP, is_listed},
};
use bytes::Bytes;
use events::api_gateway::{MultiValues, NotBase64, ProxyResponseV1, ProxyResponseV2, Values};
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE},
};
use serde_json::Value;
use std::borrow::Cow;

/// Reads a function's answer in the form of the route's payload format.
///
/// # Errors
/// [`Broken::Answer`] for what is no answer of that form.
pub(crate) fn read(
    api: &Api,
    payload: PayloadFormat,
    asked: &HeaderMap,
    answer: &[u8],
) -> Result<Response<Bytes>, Broken> {
    match payload {
        PayloadFormat::V1 => v1(api, asked, answer),
        PayloadFormat::V2 => v2(answer),
    }
    .map_err(Broken::Answer)
}

fn v1(api: &Api, asked: &HeaderMap, answer: &[u8]) -> Result<Response<Bytes>, &'static str> {
    // The derived reader would take a list of the members' values too.
    if answer.trim_ascii_start().first() != Some(&b'{') {
        return Err("it is no object");
    }
    let answer: ProxyResponseV1 =
        serde_json::from_slice(answer).map_err(|_| "a member is missing or of a wrong type")?;
    let is_text = match api.kind {
        ApiKind::Http => false,
        // A REST API hands base64 on as it is, unless the client asks for a binary media type.
        ApiKind::Rest => {
            let accept = asked.get(ACCEPT).and_then(|value| value.to_str().ok());
            let first = accept.and_then(|accept| accept.split([',', ';']).next()).map(str::trim);
            !is_listed(&api.binary_media_types, first)
        }
    };
    let body = if is_text {
        Cow::Borrowed(answer.body.as_deref().unwrap_or_default().as_bytes())
    } else {
        answer.body_bytes().map_err(|NotBase64| "its body is not base64")?
    };
    let default_type = match api.kind {
        ApiKind::Rest => "application/json",
        ApiKind::Http => "text/plain; charset=utf-8",
    };
    let mut headers = HeaderMap::new();
    fill(&mut headers, &answer.headers, &answer.multi_value_headers)?;
    response(answer.status_code, headers, default_type, body.into_owned().into())
}

fn v2(answer: &[u8]) -> Result<Response<Bytes>, &'static str> {
    let value: Value = serde_json::from_slice(answer).map_err(|_| "it is no JSON")?;
    if value.get("statusCode").is_none() {
        // No status: whatever it is, it is the body.
        let body = match value {
            Value::String(text) => text.into_bytes(),
            _ => answer.trim_ascii().to_vec(),
        };
        return response(200, HeaderMap::new(), "application/json", body.into());
    }
    let answer: ProxyResponseV2 =
        serde_json::from_value(value).map_err(|_| "a member is of a wrong type")?;
    let body = answer.body_bytes().map_err(|NotBase64| "its body is not base64")?.into_owned();
    let mut headers = HeaderMap::new();
    fill(&mut headers, &answer.headers, &answer.multi_value_headers)?;
    for cookie in answer.cookies {
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(|_| "a bad cookie")?);
    }
    response(answer.status_code, headers, "text/plain; charset=utf-8", body.into())
}

/// Headers with one value, and headers with several, which win.
fn fill(
    headers: &mut HeaderMap,
    single: &Values,
    multiple: &MultiValues,
) -> Result<(), &'static str> {
    let parse = |name: &str, value: &str| -> Result<(HeaderName, HeaderValue), &'static str> {
        let name: HeaderName = name.parse().map_err(|_| "a bad header name")?;
        let value = HeaderValue::try_from(value).map_err(|_| "a bad header value")?;
        Ok((name, value))
    };
    for (name, value) in single {
        let (name, value) = parse(name, value)?;
        headers.insert(name, value);
    }
    for (name, values) in multiple {
        for (at, value) in values.iter().enumerate() {
            let (name, value) = parse(name, value)?;
            if at == 0 {
                headers.insert(name, value);
            } else {
                headers.append(name, value);
            }
        }
    }
    Ok(())
}

fn response(
    status: u16,
    mut headers: HeaderMap,
    default_type: &'static str,
    body: Bytes,
) -> Result<Response<Bytes>, &'static str> {
    // An informational status is no answer, and would leave the client waiting for one.
    if !(200..=599).contains(&status) {
        return Err("its status is none that an answer may have");
    }
    let status = StatusCode::from_u16(status).map_err(|_| "its status is no status")?;
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
    // Whoever sends the answer counts for themselves.
    headers.remove(CONTENT_LENGTH);
    let has_body = status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED;
    let body = if has_body { body } else { Bytes::new() };
    if has_body {
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(default_type));
    }
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Uri;
    use serde_json::json;

    fn api(kind: ApiKind) -> Api {
        let (region, account) = ("eu-west-1".parse().unwrap(), "000000000000".parse().unwrap());
        Api::new("api", kind, "prod", region, account, Uri::from_static("http://127.0.0.1:3000"))
    }

    fn line(kind: ApiKind, payload: PayloadFormat, answer: &Value) -> String {
        line_of(&api(kind), payload, &HeaderMap::new(), answer.to_string().as_bytes())
    }

    fn line_of(api: &Api, payload: PayloadFormat, asked: &HeaderMap, answer: &[u8]) -> String {
        match read(api, payload, asked, answer) {
            Err(broken) => broken.to_string().rsplit_once(": ").unwrap().1.to_owned(),
            Ok(response) => {
                let mut line = response.status().as_u16().to_string();
                for (name, value) in response.headers() {
                    line += &format!(" {name}={}", value.to_str().unwrap());
                }
                line + " " + &String::from_utf8_lossy(response.body())
            }
        }
    }

    #[test]
    fn an_answer_in_format_one_becomes_a_response() {
        let (rest, v1) = (ApiKind::Rest, PayloadFormat::V1);
        for (answer, expected) in [
            (json!({ "statusCode": 200, "body": "x" }), "200 content-type=application/json x"),
            (
                json!({ "statusCode": 418, "headers": { "Content-Type": "text/html" }, "body": "x" }),
                "418 content-type=text/html x",
            ),
            (
                json!({ "statusCode": 200, "headers": { "A": "1", "b": 2 },
                        "multiValueHeaders": { "a": ["2", "3"] } }),
                "200 a=2 a=3 b=2 content-type=application/json ",
            ),
            (json!({ "statusCode": 204, "body": "x" }), "204 "),
            (
                json!({ "statusCode": 200, "headers": { "Content-Length": "9", "Connection": "x",
                        "Transfer-Encoding": "chunked" }, "body": "x" }),
                "200 content-type=application/json x",
            ),
        ] {
            assert_eq!(line(rest, v1, &answer), expected, "{answer}");
        }
    }

    #[test]
    fn what_is_no_answer_in_format_one_is_broken() {
        for answer in [
            json!("text"),
            json!(null),
            json!({}),
            json!([200]),
            json!({ "statusCode": "200" }),
            json!({ "statusCode": 99 }),
            json!({ "statusCode": 101 }),
            json!({ "statusCode": 600 }),
            json!({ "statusCode": 200, "body": {} }),
            json!({ "statusCode": 200, "headers": { "a b": "x" } }),
            json!({ "statusCode": 200, "headers": { "a": "x\r\nset-cookie: y" } }),
        ] {
            for kind in [ApiKind::Rest, ApiKind::Http] {
                let line = line(kind, PayloadFormat::V1, &answer);
                assert!(!line.starts_with(char::is_numeric), "{answer}: {line}");
            }
        }
        assert!(read(&api(ApiKind::Rest), PayloadFormat::V1, &HeaderMap::new(), b"{").is_err());
    }

    #[test]
    fn an_answer_in_format_two_may_be_any_json() {
        let (http, v2) = (ApiKind::Http, PayloadFormat::V2);
        for (answer, expected) in [
            (json!({ "a": 1 }), r#"200 content-type=application/json {"a":1}"#),
            (json!("text"), "200 content-type=application/json text"),
            (json!([1, 2]), "200 content-type=application/json [1,2]"),
            (
                json!({ "statusCode": 201, "cookies": ["a=1", "b=2"], "body": "x" }),
                "201 set-cookie=a=1 set-cookie=b=2 content-type=text/plain; charset=utf-8 x",
            ),
            (
                json!({ "statusCode": 200, "isBase64Encoded": true, "body": "aGk=" }),
                "200 content-type=text/plain; charset=utf-8 hi",
            ),
        ] {
            assert_eq!(line(http, v2, &answer), expected, "{answer}");
        }
        for answer in [
            json!({ "statusCode": "200" }),
            json!({ "statusCode": null }),
            json!({ "statusCode": 200, "cookies": ["a\nb"] }),
            json!({ "statusCode": 200, "isBase64Encoded": true, "body": "%" }),
        ] {
            let line = line(http, v2, &answer);
            assert!(!line.starts_with(char::is_numeric), "{answer}: {line}");
        }
        assert!(read(&api(http), v2, &HeaderMap::new(), b"not json").is_err());
    }

    #[test]
    fn a_rest_api_decodes_base64_for_clients_that_want_binary() {
        let answer = br#"{"statusCode":200,"isBase64Encoded":true,"body":"aGk="}"#;
        let mut api = api(ApiKind::Rest);
        api.binary_media_types = vec!["image/*".into()];
        let mut asked = HeaderMap::new();
        let v1 = PayloadFormat::V1;
        assert!(line_of(&api, v1, &asked, answer).ends_with(" aGk="));
        asked.insert(ACCEPT, HeaderValue::from_static("text/html,image/png"));
        assert!(line_of(&api, v1, &asked, answer).ends_with(" aGk="));
        asked.insert(ACCEPT, HeaderValue::from_static("image/png;q=0.9,text/html"));
        assert!(line_of(&api, v1, &asked, answer).ends_with(" hi"));
        api.binary_media_types = vec!["*/*".into()];
        assert!(line_of(&api, v1, &HeaderMap::new(), answer).ends_with(" hi"));
    }
}
