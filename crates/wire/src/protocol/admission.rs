//! May this caller use the operations that ask for signed requests?

use crate::{
    Api, Fault,
    sigv4::{self, Verifier},
};
use http::request::Parts;

/// What a door asks of calls to operations of [`Access::Iam`](crate::Access::Iam).
#[derive(Debug)]
pub enum Admission {
    /// Any credentials, unchecked, for a server that listens on loopback only. A call without
    /// credentials is still refused, as on AWS.
    AnyCredentials,
    /// A request signed with a known key.
    Signed(Verifier),
}

impl Admission {
    pub(super) fn admit(
        &self,
        api: &Api,
        request: &Parts,
        body: &[u8],
    ) -> Result<sigv4::Signer, Fault> {
        let outcome = match self {
            Self::AnyCredentials => sigv4::claimed(request),
            Self::Signed(verifier) => verifier.verify(request, body, api.signing_name),
        };
        outcome.map_err(|refused| Fault::refusal(refused.code(), refused.to_string()))
    }
}
