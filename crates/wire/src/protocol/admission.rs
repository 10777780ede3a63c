//! May this caller use the operations that ask for signed requests?

use crate::{
    Fault,
    sigv4::{self, Denied, Refused, Signer, Verifier},
};
use http::request::Parts;
use std::net::IpAddr;

/// What a door asks of signed calls, such as those to operations of [`Access::Iam`](crate::Access::Iam).
#[derive(Debug)]
pub enum Admission {
    /// Any credentials, unchecked, for a server that listens on loopback only. A call without
    /// credentials is still refused, as on AWS.
    AnyCredentials,
    /// A request signed with a known key.
    Signed(Verifier),
}

impl Admission {
    /// Who has signed this request to a service.
    ///
    /// # Errors
    /// [`Refused`], in AWS's words.
    pub fn signer(&self, request: &Parts, body: &[u8], service: &str) -> Result<Signer, Refused> {
        match self {
            Self::AnyCredentials => sigv4::claimed(request),
            Self::Signed(verifier) => verifier.verify(request, body, service),
        }
    }

    /// Whether whoever signs with this key may do this: an action as `service:Operation`, on the ARN of a
    /// resource or on `*`.
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
        match self {
            Self::AnyCredentials => Ok(()),
            Self::Signed(verifier) => {
                verifier.permit(access_key_id, action, resource, request, peer)
            }
        }
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Self::refusal(refused.code(), refused.to_string())
    }
}

impl From<Denied> for Fault {
    fn from(denied: Denied) -> Self {
        Self::refusal(Denied::CODE, denied.to_string())
    }
}
