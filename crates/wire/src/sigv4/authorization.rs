//! What does an `Authorization` header claim?

use super::Refused;
use http::{HeaderMap, header};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// Far above what an SDK sends, far below what costs anything.
const HEADER_LIMIT: usize = 4096;
const SIGNED_LIMIT: usize = 64;

/// A parsed header. Nothing in it is proven.
pub(super) struct Authorization<'a> {
    pub access_key_id: &'a str,
    pub scope: Scope<'a>,
    /// Lower case, sorted, without repetition.
    pub signed_headers: Vec<&'a str>,
    /// As received, for the canonical request.
    pub signed_list: &'a str,
    pub signature: &'a str,
}

/// `20150830/us-east-1/iam/aws4_request`
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub text: &'a str,
    pub date: &'a str,
    pub region: &'a str,
    pub service: &'a str,
    pub terminator: &'a str,
}

/// Reads the header.
pub(super) fn read(headers: &HeaderMap) -> Result<Authorization<'_>, Refused> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Err(Refused::Missing) };
    if values.next().is_some() {
        return Err(incomplete("There is more than one Authorization header."));
    }
    let Some(value) = value.to_str().ok().filter(|value| value.len() <= HEADER_LIMIT) else {
        return Err(incomplete("The Authorization header is too long or not plain text."));
    };
    // Another scheme, for example a bearer token, is no credential here.
    let Some(fields) = value.strip_prefix(ALGORITHM).filter(|rest| rest.starts_with(' ')) else {
        return Err(Refused::Missing);
    };
    let (mut credential, mut signed_list, mut signature) = (None, None, None);
    for field in fields.split(',') {
        let slot = match field.trim().split_once('=') {
            Some(("Credential", value)) => credential.replace(value),
            Some(("SignedHeaders", value)) => signed_list.replace(value),
            Some(("Signature", value)) => signature.replace(value),
            _ => None,
        };
        if slot.is_some() {
            return Err(incomplete("The Authorization header has a parameter twice."));
        }
    }
    let (Some(credential), Some(signed_list), Some(signature)) =
        (credential, signed_list, signature)
    else {
        let missing = [
            ("Credential", credential.is_none()),
            ("Signature", signature.is_none()),
            ("SignedHeaders", signed_list.is_none()),
        ];
        let sentences: Vec<String> = missing
            .iter()
            .filter(|(_, is_missing)| *is_missing)
            .map(|(name, _)| format!("Authorization header requires '{name}' parameter."))
            .collect();
        return Err(incomplete(&sentences.join(" ")));
    };
    let (access_key_id, scope) = scope(credential).ok_or_else(|| {
        incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. \
             keyid/date/region/service/term",
        )
    })?;
    let signed_headers: Vec<&str> = signed_list.split(';').take(SIGNED_LIMIT + 1).collect();
    let is_sorted = signed_headers.is_sorted_by(|a, b| a < b);
    let is_lower = signed_list.bytes().all(|byte| !byte.is_ascii_uppercase());
    if signed_headers.len() > SIGNED_LIMIT || !is_sorted || !is_lower {
        return Err(incomplete("SignedHeaders must be a sorted list of lower-case header names."));
    }
    Ok(Authorization { access_key_id, scope, signed_headers, signed_list, signature })
}

/// `keyid/date/region/service/term`
fn scope(credential: &str) -> Option<(&str, Scope<'_>)> {
    let (access_key_id, text) = credential.split_once('/')?;
    let mut parts = text.split('/');
    let (date, region) = (parts.next()?, parts.next()?);
    let (service, terminator) = (parts.next()?, parts.next()?);
    let is_sane = !access_key_id.is_empty() && access_key_id.len() <= 128 && parts.next().is_none();
    is_sane.then_some((access_key_id, Scope { text, date, region, service, terminator }))
}

pub(super) fn incomplete(sentence: &str) -> Refused {
    Refused::Incomplete(sentence.to_owned())
}
