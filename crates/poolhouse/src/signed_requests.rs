//! Who has signed a request to the template's API?

use bytes::Bytes;
use gateway::{BadSignature, Signatures, Signer};
use http::request::Parts;
use names::AccountId;
use wire::{
    Admission,
    sigv4::{self, Refused},
};

/// The service's name in signatures.
const SERVICE: &str = "execute-api";

/// Knows the access keys of this server, each of which may call everything.
pub struct SignedRequests {
    pub admission: Admission,
    pub account: AccountId,
}

impl Signatures for SignedRequests {
    fn signer(&self, head: &Parts, body: &Bytes) -> Result<Signer, BadSignature> {
        let signer = match &self.admission {
            Admission::AnyCredentials => sigv4::claimed(head),
            Admission::Signed(verifier) => verifier.verify(head, body, SERVICE),
        };
        let signer = signer.map_err(|refused| bad(&refused))?;
        let account = self.account.to_string();
        Ok(Signer {
            access_key: signer.access_key_id,
            // What AWS says of the keys of an account's root user, who may do everything too.
            user_id: account.clone(),
            user_arn: format!("arn:aws:iam::{account}:root"),
            account,
        })
    }
}

fn bad(refused: &Refused) -> BadSignature {
    BadSignature { name: refused.code(), message: refused.to_string() }
}
