//! `poolhouse api-key`: the keys of the user API of a running server.

use crate::{
    Problem, access_keys,
    api_key_door::{PATH, Rotation, SERVICE, Wanted},
    cli::{ApiKeyArguments, ApiKeyCommand, ServerArguments},
    outbound::Outbound,
};
use bytes::Bytes;
use http::{Method, Request, Uri, header};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use oauth::federation::{Http, Reach};
use serde::Serialize;
use serde_json::Value;
use std::io::Write;
use tokio::net::lookup_host;
use users::api_keys::KeyId;
use wire::sigv4::{self, AccessKey};

/// Asks the server, and prints its answer as JSON.
pub async fn run(arguments: ApiKeyArguments) -> Result<(), Problem> {
    let now = Timestamp::now();
    let (method, path, body) = match &arguments.command {
        ApiKeyCommand::Create { name, scope, expires } => {
            let expires_at = expires.as_deref().map(|text| later(text, now)).transpose()?;
            let wanted = Wanted { name: name.clone(), scope: (*scope).into(), expires_at };
            (Method::POST, PATH.to_owned(), json(&wanted)?)
        }
        ApiKeyCommand::List => (Method::GET, PATH.to_owned(), Bytes::new()),
        ApiKeyCommand::Rotate { id, overlap } => {
            let overlap = duration(overlap)?.as_secs();
            let overlap_seconds = u32::try_from(overlap)
                .map(Some)
                .map_err(|_| Problem::text("--overlap is between 0s and 30d"))?;
            let path = format!("{PATH}/{}/rotate", key_id(id)?);
            (Method::POST, path, json(&Rotation { overlap_seconds })?)
        }
        ApiKeyCommand::Revoke { id } => {
            (Method::DELETE, format!("{PATH}/{}", key_id(id)?), Bytes::new())
        }
    };
    let answer = ask(&arguments.server, method, &path, body).await?;
    let text = serde_json::to_string_pretty(&answer).unwrap_or_default() + "\n";
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|cause| Problem::new("standard output", cause))
}

async fn ask(
    server: &ServerArguments,
    method: Method,
    path: &str,
    body: Bytes,
) -> Result<Value, Problem> {
    let base = server.endpoint_url.trim_end_matches('/');
    let url: Uri = format!("{base}{path}")
        .parse()
        .map_err(|cause| Problem::new("--endpoint-url is no URL", cause))?;
    let key = access_key(server)?;
    let request = Request::builder()
        .method(method)
        .uri(url.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .and_then(|request| sigv4::sign(request, &key, &server.region, SERVICE, Timestamp::now()));
    let request = request.map_err(|cause| Problem::new("the request cannot be signed", cause))?;
    // Whoever runs this command says which server is meant, be it in a network of their own; without TLS it can
    // only be this machine, since the answer holds a key.
    let outbound = Outbound::new(Reach::PublicAndLoopback).and_named(addresses(&url).await);
    let answer = outbound.send(request).await.map_err(|cause| {
        Problem::text(format!(
            "{base} cannot be reached: {cause} (other machines are reached over https only)"
        ))
    })?;
    let document: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    if answer.status().is_success() {
        return Ok(document);
    }
    let detail = document.get("detail").and_then(Value::as_str).unwrap_or("no reason is given");
    Err(Problem::text(format!("the server refuses ({}): {detail}", answer.status().as_u16())))
}

async fn addresses(url: &Uri) -> Vec<std::net::IpAddr> {
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let found = lookup_host((host, url.port_u16().unwrap_or(443))).await;
    found
        .map(|found| found.map(|address| address.ip().to_canonical()).collect())
        .unwrap_or_default()
}

/// Who signs: the key of a file, or that of the environment, as the tools of AWS have it. `dev` takes any.
fn access_key(server: &ServerArguments) -> Result<AccessKey, Problem> {
    if let Some(path) = &server.access_key_file {
        return access_keys::of_file(path);
    }
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let key = variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY"));
    let (id, secret) = key.unwrap_or_else(|| ("dev".to_owned(), "dev".to_owned()));
    Ok(AccessKey::permanent(id, secret))
}

fn json(document: &impl Serialize) -> Result<Bytes, Problem> {
    let body = serde_json::to_vec(document);
    body.map(Bytes::from).map_err(|cause| Problem::new("the request", cause))
}

fn key_id(text: &str) -> Result<KeyId, Problem> {
    KeyId::parse(text)
        .map_err(|_| Problem::text("ID is the id of a key, what stands between its underscores"))
}

/// `90d`, `12h`, `2w`; a day has 24 hours.
fn duration(text: &str) -> Result<SignedDuration, Problem> {
    let span: Span = text.parse().map_err(|cause| Problem::new(format!("{text:?}"), cause))?;
    span.to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|cause| Problem::new(format!("{text:?}"), cause))
}

fn later(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let later = now.checked_add(duration(text)?);
    later.map_err(|cause| Problem::new("--expires", cause))
}
