//! Who has signed a request to the template's API, and may they call it?

use crate::access_keys::user_arn;
use bytes::Bytes;
use gateway::{BadSignature, NotPermitted, Signatures, Signer};
use http::request::Parts;
use names::AccountId;
use std::net::IpAddr;
use wire::{Admission, sigv4::Refused};

/// The service's name in signatures.
const SERVICE: &str = "execute-api";
/// What whoever calls an API does.
const INVOKE: &str = "execute-api:Invoke";

/// Knows the access keys of this server.
pub struct SignedRequests {
    pub admission: Admission,
    pub account: AccountId,
}

impl Signatures for SignedRequests {
    fn signer(&self, head: &Parts, body: &Bytes) -> Result<Signer, BadSignature> {
        let signer = self.admission.signer(head, body, SERVICE);
        let signer = signer.map_err(|refused| bad(&refused))?;
        let account = self.account.to_string();
        Ok(Signer {
            access_key: signer.access_key_id,
            user_arn: user_arn(&self.account, signer.user.as_deref()),
            // Of the keys of an account's root user AWS says the account. A user has no other id here than a name.
            user_id: signer.user.unwrap_or_else(|| account.clone()),
            account,
        })
    }

    fn permit(
        &self,
        signer: &Signer,
        method_arn: &str,
        head: &Parts,
        peer: IpAddr,
    ) -> Result<(), NotPermitted> {
        self.admission
            .permit(&signer.access_key, INVOKE, method_arn, head, Some(peer))
            .map_err(|denied| NotPermitted(denied.to_string()))
    }
}

fn bad(refused: &Refused) -> BadSignature {
    BadSignature { name: refused.code(), message: refused.to_string() }
}
