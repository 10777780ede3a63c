//! `GetSigningCertificate`: the certificate with which a pool vouches for what it asks of SAML providers.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetSigningCertificate};

impl Operation<Idp> for GetSigningCertificate {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let certificate = idp.pools.signing_certificate(&input.user_pool_id).await?;
        Ok(Self::Output { certificate: Some(certificate.text) })
    }
}
