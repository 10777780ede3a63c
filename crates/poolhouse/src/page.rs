//! What does a person see at `/_poolhouse/`?

use crate::{house::House, outbox::DevOutbox};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use serde_json::Value;

/// The headers of every answer that is not an operation's.
pub fn dress(headers: &mut HeaderMap, content_type: &'static str, caching: &'static str) {
    let fixed = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, caching),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// A page with the outputs of the template and the latest messages.
pub fn overview(house: &House, outbox: &DevOutbox) -> Response<Bytes> {
    let outputs: String = house
        .outputs
        .iter()
        .map(|(name, value)| {
            format!(
                "<tr><th scope=row>{}</th><td><code>{}</code></td></tr>",
                escape(name),
                escape(value)
            )
        })
        .collect();
    let messages: String = outbox.to(None).iter().take(50).map(row).collect();
    let messages = if messages.is_empty() {
        "<p>No message yet. Codes and invitations appear here instead of in a mailbox.</p>"
            .to_owned()
    } else {
        format!(
            "<table><thead><tr><th>When</th><th>To</th><th>Why</th><th>Text</th></tr></thead><tbody>{messages}</tbody></table>"
        )
    };
    let page = format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width, initial-scale=1\"><title>Poolhouse</title>\
         <style>{STYLE}</style></head><body><main><h1>Poolhouse</h1>\
         <h2>Outputs</h2><table><tbody>{outputs}</tbody></table>\
         <h2>Messages</h2>{messages}</main></body></html>"
    );
    let mut response = Response::new(Bytes::from(page));
    let headers = response.headers_mut();
    dress(headers, "text/html; charset=utf-8", "no-store");
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{margin:0;padding:2rem 1rem}main{max-width:60rem;margin:auto}\
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}\
table{width:100%;border-collapse:collapse}th,td{text-align:start;padding:.4rem .75rem .4rem 0;\
border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent);vertical-align:top}\
th{font-weight:600;white-space:nowrap}code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}";

fn row(message: &Value) -> String {
    let text = |name: &str| escape(message.get(name).and_then(Value::as_str).unwrap_or_default());
    format!(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        text("sent_at"),
        text("to"),
        text("purpose"),
        text("body")
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// The value of a query parameter, decoded.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    // A plus in an address is a plus: clients of this endpoint write addresses as they are.
    percent_encoding::percent_decode_str(value).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_decoded_and_markup_is_inert() {
        let query = "x=1&to=ann%2Btag%40example.com";
        assert_eq!(parameter(query, "to").as_deref(), Some("ann+tag@example.com"));
        assert_eq!(parameter("top=1", "to"), None);
        assert_eq!(escape("<b a='x'>&\""), "&lt;b a=&#39;x&#39;&gt;&amp;&quot;");
    }
}
