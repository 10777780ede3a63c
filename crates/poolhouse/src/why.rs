//! Why is a request to the template's API let on or refused?
//!
//! `GET /_poolhouse/why?method=…&path=…` at the identity address, in `dev` only. The request that is explained
//! has the headers of the one that asks, without those that are about the connection.

use crate::{house::House, page};
use bytes::Bytes;
use gateway::{Explanation, Step};
use http::{
    HeaderMap, Method, Request, Response, StatusCode,
    header::{ACCEPT, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING},
};
use serde_json::{Value, json};
use std::net::IpAddr;

/// Explains a request.
pub async fn answer(
    house: &House,
    query: &str,
    headers: &HeaderMap,
    peer: IpAddr,
) -> Response<Bytes> {
    let method = page::parameter(query, "method").unwrap_or_else(|| "GET".to_owned());
    let path = page::parameter(query, "path").filter(|path| path.starts_with('/'));
    let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes());
    let asked = match (method, path) {
        (Ok(method), Some(path)) => Request::builder().method(method).uri(path).body(Bytes::new()),
        _ => return usage(),
    };
    let Ok(mut asked) = asked else { return usage() };
    *asked.headers_mut() = headers.clone();
    for name in [HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
        asked.headers_mut().remove(name);
    }
    let line = format!("{} {}", asked.method(), asked.uri().path());
    let explanation = house.gateway.explain(asked, peer).await;
    let text = text(&line, &explanation);
    let wants_text = headers.get(ACCEPT).is_some_and(|accept| accept == "text/plain");
    let (content_type, body) = match wants_text {
        true => ("text/plain; charset=utf-8", text),
        false => ("application/json", json(&line, &explanation, &text).to_string()),
    };
    let mut response = Response::new(Bytes::from(body));
    page::dress(response.headers_mut(), content_type, "no-store");
    response
}

fn usage() -> Response<Bytes> {
    let body =
        "Ask as /_poolhouse/why?method=GET&path=/items/7%3Fa=1, with the headers of the request.\n";
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    page::dress(response.headers_mut(), "text/plain; charset=utf-8", "no-store");
    response
}

fn json(line: &str, explanation: &Explanation, text: &str) -> Value {
    let answer = explanation.answer.as_ref().map(|answer| {
        let body = String::from_utf8_lossy(answer.body());
        json!({ "status": answer.status().as_u16(), "body": body })
    });
    json!({
        "request": line,
        "allowed": answer.is_none(),
        "answer": answer,
        "steps": explanation.steps,
        "text": text,
    })
}

/// A line for each step and one for what comes of them.
fn text(line: &str, explanation: &Explanation) -> String {
    let step = |step: &Step| {
        let sign = if step.passed { "yes" } else { "NO " };
        format!("  {sign} {:<11} {}\n", step.about, step.text)
    };
    let steps: String = explanation.steps.iter().map(step).collect();
    let end = match &explanation.answer {
        None => "The request is let on.".to_owned(),
        Some(answer) => {
            let body = String::from_utf8_lossy(answer.body());
            format!("The answer is {} {body}", answer.status().as_u16())
        }
    };
    format!("{line}\n{steps}{}\n", end.trim_end())
}
