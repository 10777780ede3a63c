//! What do callers say of where they are, and with what they call?

use super::kept;
use crate::Origin;
use base64::{Engine, engine::general_purpose::STANDARD};
use pool::{Circumstances, Client, Error, Refusal};
use serde::Deserialize;
use std::net::IpAddr;
use wire::cognito_idp::{ContextDataType, UserContextDataType};

/// The longest data about a device that is read, and the most headers.
const LONGEST_DATA: usize = 16 * 1024;
const MOST_HEADERS: usize = 100;
/// The longest texts that are kept.
const LONGEST: usize = 128;

/// What AWS's libraries for browsers and phones encode: a document in a document.
#[derive(Deserialize)]
struct Encoded {
    payload: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    context_data: DeviceData,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DeviceData {
    device_id: Option<String>,
    user_agent: Option<String>,
    device_name: Option<String>,
    client_timezone: Option<String>,
}

/// What is seen of a caller who says nothing more.
pub(crate) fn of_peer(origin: &Origin) -> Circumstances {
    let Origin { peer, user_agent } = origin;
    let from = Circumstances { address: *peer, ..Circumstances::default() };
    with_user_agent(from, user_agent.as_deref())
}

/// What a client says of its user. An address counts only from clients that may pass one on, which have a
/// secret: anybody else could claim to call from next door.
pub(crate) fn of_user(
    origin: &Origin,
    client: &Client,
    told: Option<&UserContextDataType>,
) -> Result<Circumstances, Error> {
    let from = of_peer(origin);
    let Some(told) = told else { return Ok(from) };
    let mut from = with_data(from, told.encoded_data.as_deref())?;
    let propagates = kept(&client.settings.inert, "EnablePropagateAdditionalUserContextData")?;
    if let Some(address) = told.ip_address.as_deref().filter(|_| propagates == Some(true)) {
        from.address = Some(address_of(address)?);
    }
    Ok(from)
}

/// What a server says of its user.
pub(crate) fn of_server(told: &ContextDataType) -> Result<Circumstances, Error> {
    if told.http_headers.len() > MOST_HEADERS {
        return Err(Refusal::invalid("ContextData has too many HttpHeaders.").into());
    }
    let user_agent = told.http_headers.iter().find_map(|header| {
        let name = header.header_name.as_deref()?;
        header.header_value.as_deref().filter(|_| name.eq_ignore_ascii_case("user-agent"))
    });
    let address = Some(address_of(&told.ip_address)?);
    let from = Circumstances { address, ..Circumstances::default() };
    with_data(with_user_agent(from, user_agent), told.encoded_data.as_deref())
}

fn address_of(text: &str) -> Result<IpAddr, Refusal> {
    text.parse().map_err(|_| Refusal::invalid("IpAddress is not a valid address."))
}

fn with_user_agent(from: Circumstances, user_agent: Option<&str>) -> Circumstances {
    let Some((kind, name)) = user_agent.and_then(device) else { return from };
    Circumstances { device: Some(kind), device_name: Some(name), ..from }
}

/// Takes what a library says of the device. What is no such document is nothing.
fn with_data(from: Circumstances, data: Option<&str>) -> Result<Circumstances, Error> {
    let Some(data) = data else { return Ok(from) };
    if data.len() > LONGEST_DATA {
        return Err(Refusal::invalid("EncodedData is too long.").into());
    }
    let payload = || {
        let decoded = STANDARD.decode(data).ok()?;
        let encoded: Encoded = serde_json::from_slice(&decoded).ok()?;
        serde_json::from_str::<Payload>(&encoded.payload).ok()
    };
    let Some(Payload { context_data: said }) = payload() else { return Ok(from) };
    let mut from = with_user_agent(from, said.user_agent.as_deref());
    from.device = said.device_id.as_deref().and_then(short).or(from.device);
    from.device_name = said.device_name.as_deref().and_then(short).or(from.device_name);
    from.timezone = said.client_timezone.as_deref().and_then(short).or(from.timezone);
    Ok(from)
}

/// A text as it is kept: short, and without what changes how others are shown.
fn short(text: &str) -> Option<String> {
    let short: String = text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
    (!short.is_empty()).then_some(short)
}

const BROWSERS: [(&str, &str); 6] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// The kind of a device, which stays the same when its software is updated, and its name for people.
fn device(user_agent: &str) -> Option<(String, String)> {
    let version =
        |text: &str| -> String { text.chars().take_while(char::is_ascii_digit).take(8).collect() };
    let browser = BROWSERS
        .iter()
        .find_map(|(mark, name)| Some((*name, version(user_agent.split_once(mark)?.1))));
    let system = SYSTEMS.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    if let (Some((browser, version)), Some(system)) = (&browser, system) {
        return Some((format!("{browser}, {system}"), format!("{browser} {version}, {system}")));
    }
    // A program: the product it names first.
    let product = user_agent.split([' ', '/']).next().and_then(short)?;
    Some((product.clone(), product))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_device_is_named_by_its_browser_and_system() {
        for (user_agent, kind, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Chrome, Windows",
                "Chrome 126, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari, iOS",
                "Safari 17, iOS",
            ),
            ("Boto3/1.35.0 md/Botocore#1.35.0", "Boto3", "Boto3"),
        ] {
            assert_eq!(device(user_agent), Some((kind.to_owned(), name.to_owned())));
        }
        assert_eq!(device(""), None);
    }

    #[test]
    fn what_a_library_says_of_a_device_is_read_and_bounded() {
        let encode = |payload: serde_json::Value| {
            let payload = json!({ "payload": payload.to_string(), "signature": "x" });
            STANDARD.encode(payload.to_string())
        };
        let data = encode(json!({ "contextData": { "DeviceId": "d-1", "ClientTimezone": "+01:00",
            "UserAgent": "Firefox/1 (Linux)" }, "timestamp": "1" }));
        let from = with_data(Circumstances::default(), Some(&data)).ok().unwrap();
        assert_eq!(from.device.as_deref(), Some("d-1"));
        assert_eq!(from.device_name.as_deref(), Some("Firefox 1, Linux"));
        assert_eq!(from.timezone.as_deref(), Some("+01:00"));
        for nothing in ["", "?", "e30=", &encode(json!({ "contextData": [] }))] {
            let from = with_data(Circumstances::default(), Some(nothing)).ok().unwrap();
            assert_eq!(from, Circumstances::default(), "{nothing}");
        }
        assert!(with_data(Circumstances::default(), Some(&"a".repeat(20_000))).is_err());
        let long = encode(json!({ "contextData": { "DeviceId": "d".repeat(5000) } }));
        let from = with_data(Circumstances::default(), Some(&long)).ok().unwrap();
        assert_eq!(from.device.unwrap().len(), LONGEST);
    }
}
