//! What is the function told?
//!
//! Two surprises of the real service are kept. An HTTP API's paths are decoded, a REST API's are not. And
//! format 1.0 has the names of headers as they were sent; a server hands them over in lower case, so they
//! are spelled here as HTTP/1.1 clients spell them: `Content-Type`.

use crate::{
    Api, ApiKind, PayloadFormat,
    authorizers::Question,
    caller::{Caller, Told},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use events::api_gateway::{
    HttpContext, Identity, MultiValues, ProxyRequestV1, ProxyRequestV2, RequestContextV1,
    RequestContextV2, Values,
};
use http::{
    HeaderMap, HeaderName,
    header::{
        CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
    },
};
use jiff::Timestamp;
use serde::Serialize;

/// The API key that a caller came with.
#[derive(Debug, Clone)]
pub(crate) struct PresentedKey {
    pub(crate) id: String,
    pub(crate) value: String,
}

/// Headers of one hop, which mean nothing behind the gateway or in front of it.
pub(crate) const HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The event in format 1.0, without its body.
pub(crate) fn v1<'a>(
    question: &Question<'_>,
    caller: &'a Caller,
    key: Option<&PresentedKey>,
) -> ProxyRequestV1<Told<'a>> {
    let Question { request, api, route, parameters, .. } = question;
    let (path, version, request_id) = match api.kind {
        ApiKind::Rest => (request.path.raw(), None, &request.mark.id),
        ApiKind::Http => {
            (staged(question, &request.path.decoded()), Some("1.0".into()), &request.mark.short)
        }
    };
    let signer = caller.signer();
    let headers = headers(question);
    let mut multi_value_headers = MultiValues::new();
    for (name, value) in &headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        multi_value_headers.entry(as_sent(name)).or_default().push(value);
    }
    let mut multi_value_query_string_parameters = MultiValues::new();
    for (name, value) in &request.query {
        multi_value_query_string_parameters.entry(name.clone()).or_default().push(value.clone());
    }
    ProxyRequestV1 {
        version,
        resource: route.path.clone(),
        http_method: request.method.to_string(),
        headers: last(&multi_value_headers),
        multi_value_headers,
        query_string_parameters: last(&multi_value_query_string_parameters),
        multi_value_query_string_parameters,
        path_parameters: (*parameters).clone(),
        stage_variables: api.stage_variables.clone(),
        request_context: RequestContextV1 {
            account_id: api.account.to_string(),
            api_id: api.id.clone(),
            authorizer: caller.told(PayloadFormat::V1),
            domain_name: domain_name(api),
            domain_prefix: domain_prefix(api),
            extended_request_id: request.mark.short.clone(),
            http_method: request.method.to_string(),
            identity: Identity {
                source_ip: request.peer.to_string(),
                user_agent: request.user_agent(),
                api_key: key.map(|key| key.value.clone()),
                api_key_id: key.map(|key| key.id.clone()),
                access_key: signer.map(|signer| signer.access_key.clone()),
                account_id: signer.map(|signer| signer.account.clone()),
                caller: signer.map(|signer| signer.user_id.clone()),
                user: signer.map(|signer| signer.user_id.clone()),
                user_arn: signer.map(|signer| signer.user_arn.clone()),
                ..Identity::default()
            },
            path: match api.kind {
                ApiKind::Rest => format!("/{}{path}", api.stage),
                ApiKind::Http => path.clone(),
            },
            protocol: request.protocol.to_owned(),
            request_id: request_id.clone(),
            request_time: time(request.now),
            request_time_epoch: request.now.as_millisecond(),
            resource_id: (api.kind == ApiKind::Rest).then(|| resource_id(&route.path)),
            resource_path: route.path.clone(),
            stage: api.stage.clone(),
        },
        path,
        body: None,
        is_base64_encoded: false,
    }
}

/// The event in format 2.0, without its body.
pub(crate) fn v2<'a>(question: &Question<'_>, caller: &'a Caller) -> ProxyRequestV2<Told<'a>> {
    let Question { request, api, route, parameters, .. } = question;
    let path = staged(question, &request.path.decoded());
    let mut headers = headers(question);
    let mut cookies = Vec::new();
    for value in headers.get_all(COOKIE) {
        let value = String::from_utf8_lossy(value.as_bytes());
        let pairs = value.split(';').map(str::trim).filter(|pair| !pair.is_empty());
        cookies.extend(pairs.map(str::to_owned));
    }
    headers.remove(COOKIE);
    let joined = headers.keys().map(|name| {
        let values = headers.get_all(name).iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
        (name.to_string(), values.collect::<Vec<_>>().join(","))
    });
    let mut query_string_parameters = Values::new();
    for (name, value) in &request.query {
        query_string_parameters
            .entry(name.clone())
            .and_modify(|values| {
                values.push(',');
                values.push_str(value);
            })
            .or_insert_with(|| value.clone());
    }
    ProxyRequestV2 {
        version: "2.0".to_owned(),
        route_key: route.key(),
        raw_path: path.clone(),
        raw_query_string: request.raw_query.clone(),
        cookies,
        headers: joined.collect(),
        query_string_parameters,
        request_context: RequestContextV2 {
            account_id: api.account.to_string(),
            api_id: api.id.clone(),
            authentication: None,
            authorizer: caller.told(PayloadFormat::V2),
            domain_name: domain_name(api),
            domain_prefix: domain_prefix(api),
            http: HttpContext {
                method: request.method.to_string(),
                path,
                protocol: request.protocol.to_owned(),
                source_ip: request.peer.to_string(),
                user_agent: request.user_agent().unwrap_or_default(),
            },
            request_id: request.mark.short.clone(),
            route_key: route.key(),
            stage: api.stage.clone(),
            time: time(request.now),
            time_epoch: request.now.as_millisecond(),
        },
        body: None,
        path_parameters: (*parameters).clone(),
        is_base64_encoded: false,
        stage_variables: api.stage_variables.clone(),
    }
}

/// The body as an event carries it, and whether that is base64.
pub(crate) fn body(question: &Question<'_>) -> (Option<String>, bool) {
    let request = question.request;
    if request.body.is_empty() {
        return (None, false);
    }
    let header = |name: HeaderName| {
        let value = request.headers.get(name)?.to_str().ok()?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    };
    let media_type = header(CONTENT_TYPE);
    let is_binary = match question.api.kind {
        ApiKind::Rest => is_listed(&question.api.binary_media_types, media_type.as_deref()),
        ApiKind::Http => {
            let is_text = media_type.as_deref().is_none_or(is_text);
            !is_text || header(CONTENT_ENCODING).is_some()
        }
    };
    match std::str::from_utf8(&request.body) {
        Ok(text) if !is_binary => (Some(text.to_owned()), false),
        // A REST API takes a body for text unless it was told otherwise, even if that spoils it.
        Err(_) if !is_binary && question.api.kind == ApiKind::Rest => {
            (Some(String::from_utf8_lossy(&request.body).into_owned()), false)
        }
        _ => (Some(STANDARD.encode(&request.body)), true),
    }
}

/// Whether a REST API's list of binary media types has this one.
pub(crate) fn is_listed(binary: &[String], media_type: Option<&str>) -> bool {
    let media_type = media_type.unwrap_or_default();
    binary.iter().any(|listed| {
        let listed = listed.to_ascii_lowercase();
        let family = listed.strip_suffix('*').filter(|family| family.ends_with('/'));
        listed == "*/*"
            || listed == media_type
            || family.is_some_and(|family| media_type.starts_with(family))
    })
}

/// The media types that an HTTP API hands over as text.
fn is_text(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || media_type.ends_with("+json")
        || media_type.ends_with("+xml")
        || matches!(media_type, "application/json" | "application/xml" | "application/javascript")
}

/// An event, ready to be sent.
pub(crate) fn written(event: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    // Most events are of this size, and a buffer that grows is copied each time.
    let mut text = Vec::with_capacity(4096);
    serde_json::to_writer(&mut text, event)?;
    Ok(text)
}

/// The whole event, ready to be sent.
pub(crate) fn bytes(
    question: &Question<'_>,
    caller: &Caller,
    key: Option<&PresentedKey>,
) -> serde_json::Result<Bytes> {
    let (body, is_base64_encoded) = body(question);
    let bytes = match question.route.payload {
        PayloadFormat::V1 => {
            let event = ProxyRequestV1 { body, is_base64_encoded, ..v1(question, caller, key) };
            written(&event)?
        }
        PayloadFormat::V2 => {
            let event = ProxyRequestV2 { body, is_base64_encoded, ..v2(question, caller) };
            written(&event)?
        }
    };
    Ok(bytes.into())
}

/// The headers that travel on: without those of one hop, with what the gateway knows better.
pub(crate) fn headers(question: &Question<'_>) -> HeaderMap {
    let Question { request, api, .. } = question;
    let mut headers = request.headers.clone();
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
    let mut set = |name: &'static str, value: String| {
        if let Ok(value) = value.try_into() {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    // The name that the gateway is configured with; a client could write anything.
    if let Some(authority) = api.public_url.authority() {
        set(HOST.as_str(), authority.to_string());
    }
    let is_https = api.public_url.scheme_str() == Some("https");
    let port = api.public_url.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    set("x-forwarded-proto", if is_https { "https" } else { "http" }.to_owned());
    set("x-forwarded-port", port.to_string());
    let before = request.headers.get_all("x-forwarded-for").iter();
    let mut hops: Vec<String> =
        before.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    hops.push(request.peer.to_string());
    set("x-forwarded-for", hops.join(", "));
    if !request.headers.contains_key("x-amzn-trace-id") {
        set("x-amzn-trace-id", request.mark.trace.clone());
    }
    headers
}

fn last(values: &MultiValues) -> Values {
    let last =
        values.iter().filter_map(|(name, values)| Some((name.clone(), values.last()?.clone())));
    last.collect()
}

/// `content-type` as `Content-Type`.
fn as_sent(name: &HeaderName) -> String {
    let mut begins = true;
    let spelled = name.as_str().chars().map(|letter| {
        let letter = if begins { letter.to_ascii_uppercase() } else { letter };
        begins = letter == '-';
        letter
    });
    spelled.collect()
}

/// An HTTP API's path with its stage, if that has a name.
fn staged(question: &Question<'_>, path: &str) -> String {
    match question.api.stage.as_str() {
        "$default" => path.to_owned(),
        stage => format!("/{stage}{path}"),
    }
}

pub(crate) fn domain_name(api: &Api) -> String {
    api.public_url.authority().map(ToString::to_string).unwrap_or_default()
}

pub(crate) fn domain_prefix(api: &Api) -> String {
    let host = api.public_url.host().unwrap_or_default();
    host.split('.').next().unwrap_or_default().to_owned()
}

/// `04/Mar/2020:19:15:17 +0000`
pub(crate) fn time(now: Timestamp) -> String {
    now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string()
}

/// A resource's id: it only has to be the same every time.
fn resource_id(path: &str) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let digest = crypto::sha256(path.as_bytes());
    let letters = digest.iter().take(6).filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
    letters.map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_spelled_as_clients_spell_them() {
        for (name, spelled) in
            [("content-type", "Content-Type"), ("x-api-key", "X-Api-Key"), ("host", "Host")]
        {
            assert_eq!(as_sent(&HeaderName::from_static(name)), spelled);
        }
    }

    #[test]
    fn media_types_are_binary_by_name_by_family_or_all_together() {
        let listed = |list: &[&str], media_type| {
            let list: Vec<String> = list.iter().map(|text| (*text).to_owned()).collect();
            is_listed(&list, Some(media_type))
        };
        assert!(listed(&["image/png"], "image/png"));
        assert!(listed(&["Image/*"], "image/png"));
        assert!(listed(&["*/*"], "text/plain"));
        assert!(!listed(&["image/png"], "image/jpeg"));
        assert!(!listed(&["image*"], "image/png"));
        assert!(!listed(&[], "image/png"));
    }

    #[test]
    fn a_resource_keeps_its_id() {
        assert_eq!(resource_id("/items/{id}"), resource_id("/items/{id}"));
        assert_ne!(resource_id("/items/{id}"), resource_id("/items"));
        assert_eq!(resource_id("/").len(), 6);
    }
}
