//! What does a signer want to do, and what are they told who may not?

use http::{HeaderMap, header, request::Parts};
use jiff::Timestamp;
use std::{fmt, net::IpAddr};

/// What somebody who has signed a request wants to do by it.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// `service:Operation`
    pub action: &'a str,
    /// The ARN of what it is done to, or `*` for nothing in particular.
    pub resource: &'a str,
    pub peer: Option<IpAddr>,
    pub now: Timestamp,
    headers: &'a HeaderMap,
}

impl<'a> Act<'a> {
    /// What a request does that comes from there.
    #[must_use]
    pub fn new(
        action: &'a str,
        resource: &'a str,
        request: &'a Parts,
        peer: Option<IpAddr>,
        now: Timestamp,
    ) -> Self {
        Self { action, resource, peer, now, headers: &request.headers }
    }

    /// What the client says it is.
    #[must_use]
    pub fn user_agent(&self) -> Option<&'a str> {
        self.headers.get(header::USER_AGENT)?.to_str().ok()
    }

    /// The page that the client says it comes from.
    #[must_use]
    pub fn referer(&self) -> Option<&'a str> {
        self.headers.get(header::REFERER)?.to_str().ok()
    }
}

/// Somebody may not do what they want to. AWS's sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// Who they are.
    pub user_arn: String,
    pub action: String,
    pub resource: String,
    /// Whether a policy says so, in place of none that allows it.
    pub is_explicit: bool,
}

impl Denied {
    /// The exception's name.
    pub const CODE: &'static str = "AccessDeniedException";
}

impl fmt::Display for Denied {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user_arn, action, resource, is_explicit } = self;
        write!(
            out,
            "User: {user_arn} is not authorized to perform: {action} on resource: {resource} "
        )?;
        if *is_explicit {
            return out.write_str("with an explicit deny in an identity-based policy");
        }
        write!(out, "because no identity-based policy allows the {action} action")
    }
}
