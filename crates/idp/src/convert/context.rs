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
    let Origin { peer, user_agent, .. } = origin;
    let from = Circumstances { address: *peer, ..Circumstances::default() };
    from.with_user_agent(user_agent.as_deref())
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
    with_data(from.with_user_agent(user_agent), told.encoded_data.as_deref())
}

fn address_of(text: &str) -> Result<IpAddr, Refusal> {
    text.parse().map_err(|_| Refusal::invalid("IpAddress is not a valid address."))
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
    let mut from = from.with_user_agent(said.user_agent.as_deref());
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
