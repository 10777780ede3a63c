//! Who signed this request? AWS Signature Version 4, header form: both sides of it.
//!
//! ```text
//! Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261121/eu-west-1/cognito-idp/aws4_request,
//!                SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=…
//! ```

mod authorization;
mod canonical;
mod keys;
mod permits;
mod refused;
mod sign;
mod verify;

pub use keys::{AccessKey, AccessKeys};
pub use permits::{Act, Denied};
pub use refused::Refused;
pub use sign::sign;
pub use verify::{Signer, Verifier, claimed};
