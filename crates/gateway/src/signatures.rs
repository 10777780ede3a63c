//! Who has signed a request, and may they call?
//!
//! A gateway knows no access keys and no way to sign: who has them implements [`Signatures`].

use bytes::Bytes;
use http::request::Parts;
use std::net::IpAddr;

/// Verifies the signatures of requests to an API (SigV4, service `execute-api`).
pub trait Signatures: Send + Sync {
    /// Who has signed this request: its head as it was sent, and its body.
    ///
    /// # Errors
    /// [`BadSignature`], in AWS's words.
    fn signer(&self, head: &Parts, body: &Bytes) -> Result<Signer, BadSignature>;

    /// Whether the signer of this request, which came from there, may call this method. They may, unless who has the
    /// keys says otherwise.
    ///
    /// # Errors
    /// [`NotPermitted`], in AWS's words.
    fn permit(
        &self,
        signer: &Signer,
        method_arn: &str,
        head: &Parts,
        peer: IpAddr,
    ) -> Result<(), NotPermitted> {
        let _ = (signer, method_arn, head, peer);
        Ok(())
    }
}

/// Why a signer may not call, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotPermitted(pub String);

/// Somebody with an access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The id of the access key.
    pub access_key: String,
    pub account: String,
    /// The id of the user or role session.
    pub user_id: String,
    /// `arn:aws:iam::000000000000:root`
    pub user_arn: String,
}

/// A signature that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSignature {
    /// AWS's name of the error, such as `InvalidSignatureException`.
    pub name: &'static str,
    /// AWS's words.
    pub message: String,
}

/// Knows no access keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSignatures;

impl Signatures for NoSignatures {
    fn signer(&self, _: &Parts, _: &Bytes) -> Result<Signer, BadSignature> {
        let message = "The security token included in the request is invalid.".to_owned();
        Err(BadSignature { name: "UnrecognizedClientException", message })
    }
}
