//! Is this request signed by a key we know, now, and for this service?

use super::{
    AccessKeys, Act, Denied, Refused,
    authorization::{self, Authorization, incomplete},
    canonical,
};
use crypto::{equal, sha256};
use http::{HeaderMap, request::Parts};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use names::{Clock, Region};
use std::{fmt, net::IpAddr, sync::Arc};

/// How far a signer's clock may be off, either way.
pub(super) const SKEW: SignedDuration = SignedDuration::from_mins(5);

const TOKEN_LIMIT: usize = 8192;

/// Whose request it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The id of the access key.
    pub access_key_id: String,
    /// Whose key it is, if it is known to be a user's.
    pub user: Option<String>,
    /// The region of the credential scope.
    pub region: Region,
}

/// Verifies signatures against the keys there are.
pub struct Verifier {
    keys: Arc<dyn AccessKeys>,
    clock: Clock,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Verifier(…)")
    }
}

impl Verifier {
    /// A verifier over these keys. The clock bounds how old a signature may be.
    #[must_use]
    pub fn new(keys: Arc<dyn AccessKeys>, clock: Clock) -> Self {
        Self { keys, clock }
    }

    /// Verifies a request to a service, for example `cognito-idp`. Any region is accepted and returned.
    ///
    /// # Errors
    /// [`Refused`], in AWS's words.
    pub fn verify(&self, request: &Parts, body: &[u8], service: &str) -> Result<Signer, Refused> {
        let headers = &request.headers;
        let claim = authorization::read(headers)?;
        let now = (self.clock)();
        let time = one(headers, "x-amz-date")?.ok_or_else(|| {
            incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
            )
        })?;
        let signed_at = parse(time).ok_or_else(|| {
            incomplete("Date must be in ISO-8601 'basic format', e.g. 20150830T123600Z.")
        })?;
        let region = in_scope(&claim, service, time)?;
        if signed_at < now - SKEW {
            return Err(Refused::Expired(signed_at, now));
        }
        if signed_at > now + SKEW {
            return Err(Refused::NotYet(signed_at, now));
        }
        all_signed(headers, &claim)?;
        let key = self.keys.find(claim.access_key_id).ok_or(Refused::UnknownKey)?;
        let token = one(headers, "x-amz-security-token")?;
        match (key.session(), token) {
            // A temporary key without its token would outlive its session.
            (None, None) if !key.id().starts_with("ASIA") => {}
            (Some((expected, expires)), Some(token)) => {
                let fits =
                    token.len() <= TOKEN_LIMIT && equal(expected.as_bytes(), token.as_bytes());
                if !fits {
                    return Err(Refused::UnknownKey);
                }
                if expires <= now {
                    return Err(Refused::ExpiredKey);
                }
            }
            _ => return Err(Refused::UnknownKey),
        }
        // The body is hashed whatever the client says its hash is.
        let hash = hex::encode(sha256(body));
        if let Some(claimed) = one(headers, "x-amz-content-sha256")?
            && claimed != hash
        {
            return Err(Refused::Mismatch);
        }
        let canonical =
            canonical::request(request, &claim.signed_headers, claim.signed_list, &hash)
                .ok_or(Refused::Mismatch)?;
        let signing_key = canonical::signing_key(key.reveal(), claim.scope);
        let expected = canonical::signature(&signing_key, time, claim.scope.text, &canonical);
        if !equal(expected.as_bytes(), claim.signature.as_bytes()) {
            return Err(Refused::Mismatch);
        }
        let user = key.user().map(str::to_owned);
        Ok(Signer { access_key_id: claim.access_key_id.to_owned(), user, region })
    }

    /// Whether whoever has signed this request with this key may do this by it; asked after [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`Denied`], in AWS's words.
    pub fn permit(
        &self,
        access_key_id: &str,
        action: &str,
        resource: &str,
        request: &Parts,
        peer: Option<IpAddr>,
    ) -> Result<(), Denied> {
        let act = Act::new(action, resource, request, peer, (self.clock)());
        self.keys.permit(access_key_id, &act)
    }
}

/// What a request says about itself, unproven. For servers that trust whoever reaches them.
///
/// # Errors
/// [`Refused`] if there are no credentials or they cannot be read.
pub fn claimed(request: &Parts) -> Result<Signer, Refused> {
    let claim = authorization::read(&request.headers)?;
    Ok(Signer {
        access_key_id: claim.access_key_id.to_owned(),
        user: None,
        region: region(claim.scope.region)?,
    })
}

fn in_scope(claim: &Authorization<'_>, service: &str, time: &str) -> Result<Region, Refused> {
    let scope = claim.scope;
    if scope.terminator != "aws4_request" {
        return Err(Refused::Scope(
            "Credential should be scoped with a valid terminator: 'aws4_request'.".to_owned(),
        ));
    }
    if scope.service != service {
        return Err(Refused::Scope(format!(
            "Credential should be scoped to correct service: '{service}'."
        )));
    }
    if Some(scope.date) != time.get(..8) {
        return Err(Refused::Scope(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP."
                .to_owned(),
        ));
    }
    region(scope.region)
}

fn region(text: &str) -> Result<Region, Refused> {
    Region::parse(text)
        .map_err(|_| Refused::Scope("Credential should be scoped to a valid region.".to_owned()))
}

/// The host and everything Amazon's own headers say must be signed, or somebody on the way could, for
/// example, exchange the operation.
fn all_signed(headers: &HeaderMap, claim: &Authorization<'_>) -> Result<(), Refused> {
    let is_signed = |name: &str| claim.signed_headers.binary_search(&name).is_ok();
    if !is_signed("host") {
        return Err(incomplete(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ));
    }
    // CloudFront adds its request id to what it forwards, long after the client has signed.
    let unsigned = headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-") && *name != "x-amz-cf-id")
        .find(|name| !is_signed(name));
    match unsigned {
        Some(name) => Err(Refused::Incomplete(format!(
            "'{name}' must be a 'SignedHeader' in the AWS Authorization."
        ))),
        None => Ok(()),
    }
}

/// A header that may be there once. Twice would leave open which one was meant.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refused> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(Refused::Incomplete(format!("'{name}' is not plain text."))),
        },
        (Some(_), Some(_)) => Err(Refused::Incomplete(format!("'{name}' is there twice."))),
    }
}

/// `20150830T123600Z`, exactly.
fn parse(text: &str) -> Option<Timestamp> {
    if text.len() != 16 {
        return None;
    }
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
