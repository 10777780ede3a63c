//! With which certificate does a pool vouch for what it asks of SAML providers?

use crate::{Error, Pools, Result};
use names::UserPoolId;
use serde::{Deserialize, Serialize};
use store::{Key, Record, Refused};

/// The certificate of a pool, made when it is first asked for and the same ever after.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SigningCertificate {
    pool: UserPoolId,
    /// X.509 in DER, base64 without lines.
    pub text: String,
}

impl SigningCertificate {
    fn key_of(pool: &UserPoolId) -> Key {
        Key::new(Self::listing(pool), "current")
    }

    /// The partition that the certificate of a pool is kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/certificate")
    }
}

impl Record for SigningCertificate {
    const KIND: &'static str = "signing certificate";

    fn key(&self) -> Key {
        Self::key_of(&self.pool)
    }
}

impl Pools {
    /// The certificate of a pool: self-signed, for the key that signs its ID tokens.
    ///
    /// # Errors
    /// [`crate::Refusal::NoUserPool`], [`crate::Refusal::Busy`].
    pub async fn signing_certificate(&self, pool: &UserPoolId) -> Result<SigningCertificate> {
        let pool = self.pool(pool).await?;
        let key = SigningCertificate::key_of(&pool.id);
        if let Some(kept) = self.records().get::<SigningCertificate>(&key, self.now()).await? {
            return Ok(kept.into_inner());
        }
        let pkcs8 = self.id_token_key(&pool.id).await?;
        let (name, now) = (pool.id.as_str().to_owned(), self.now());
        let serial = self.random().bytes::<16>();
        let made =
            self.work(move || crypto::self_signed_certificate(&pkcs8, &name, now, serial)).await?;
        let text = made.map_err(|_| Error::internal("a certificate could not be made"))?;
        let certificate = SigningCertificate { pool: pool.id.clone(), text };
        let created = self.try_commit(|commit| {
            commit.create(&certificate);
        });
        match created.await {
            Ok(()) => Ok(certificate),
            // Another node made one first: that one counts.
            Err(Refused::Conflict(_)) => {
                let kept = self.records().get::<SigningCertificate>(&key, self.now()).await?;
                let kept = kept.ok_or_else(|| Error::internal("the certificate is gone"))?;
                Ok(kept.into_inner())
            }
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }
}
