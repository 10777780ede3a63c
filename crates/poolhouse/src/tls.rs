//! With which certificate does the server answer over TLS?
//!
//! Certificate and key are two PEM files that somebody else renews: whoever runs the server, or a tool for
//! that. They are looked at again and again, and new connections get what is there; a pair that does not fit
//! changes nothing and is told in the log.

use crate::{Problem, cli::TlsArguments, files};
use crypto::sha256;
use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};
use zeroize::Zeroizing;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A certificate with its key, as the files are now.
pub struct Tls {
    files: Files,
    current: RwLock<Current>,
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// What both files held, as digests: the key is not kept twice.
type Seen = [[u8; 32]; 2];

struct Current {
    config: Arc<ServerConfig>,
    seen: Seen,
}

impl Tls {
    /// What the arguments name, if they name anything.
    pub fn load(arguments: &TlsArguments) -> Result<Option<Arc<Self>>, Problem> {
        let TlsArguments { tls_certificate: Some(certificate), tls_key: Some(key) } = arguments
        else {
            return Ok(None);
        };
        let files = Files { certificate: certificate.clone(), key: key.clone() };
        let (config, seen) = files.read()?;
        Ok(Some(Arc::new(Self { files, current: RwLock::new(Current { config, seen }) })))
    }

    /// What takes a connection with the certificate of now.
    pub fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(current.config.clone())
    }

    /// Looks at the files for as long as the process runs.
    pub fn keep_fresh(self: Arc<Self>) {
        tokio::spawn(async move {
            let mut told = None;
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                match self.look() {
                    Ok(true) => tracing::info!("there is a new certificate"),
                    Ok(false) => told = None,
                    Err(problem) => {
                        // While a tool writes one file after the other, they do not fit for a moment.
                        let text = problem.to_string();
                        if told.as_ref() != Some(&text) {
                            tracing::warn!(problem = text, "the certificate stays as it was");
                            told = Some(text);
                        }
                    }
                }
            }
        });
    }

    /// Takes what the files hold, and answers whether that is new.
    fn look(&self) -> Result<bool, Problem> {
        let (config, seen) = self.files.read()?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.seen == seen {
            return Ok(false);
        }
        *current = Current { config, seen };
        Ok(true)
    }
}

impl Files {
    fn read(&self) -> Result<(Arc<ServerConfig>, Seen), Problem> {
        let certificate = files::read(&self.certificate)?;
        let key = Zeroizing::new(files::read(&self.key)?);
        let seen = [sha256(certificate.as_bytes()), sha256(key.as_bytes())];
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(certificate.as_bytes()).collect();
        let chain =
            chain.map_err(|cause| Problem::new(self.certificate.display().to_string(), cause))?;
        if chain.is_empty() {
            let path = self.certificate.display();
            return Err(Problem::text(format!("{path} holds no certificate")));
        }
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|cause| Problem::new(self.key.display().to_string(), cause))?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|cause| Problem::new("TLS cannot be spoken", cause))?
            .with_no_client_auth()
            .with_single_cert(chain, key);
        let fit = "the certificate and its key cannot be used together";
        let mut config = config.map_err(|cause| Problem::new(fit, cause))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((Arc::new(config), seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use std::{fs, path::Path};
    use tempfile::tempdir;

    fn pair() -> (String, String) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (cert.pem(), signing_key.serialize_pem())
    }

    fn write(folder: &Path, certificate: &str, key: &str) -> TlsArguments {
        let (at, key_at) = (folder.join("tls.crt"), folder.join("tls.key"));
        fs::write(&at, certificate).unwrap();
        fs::write(&key_at, key).unwrap();
        TlsArguments { tls_certificate: Some(at), tls_key: Some(key_at) }
    }

    #[test]
    fn a_renewed_pair_is_taken_and_a_broken_one_is_not() {
        let folder = tempdir().unwrap();
        let (certificate, key) = pair();
        let tls = Tls::load(&write(folder.path(), &certificate, &key)).unwrap().unwrap();
        let seen = || tls.current.read().unwrap().seen;
        let first = seen();
        assert!(!tls.look().unwrap());

        let (renewed, renewed_key) = pair();
        // The tool has written one of the two.
        write(folder.path(), &renewed, &key);
        assert!(tls.look().is_err());
        assert_eq!(seen(), first);
        write(folder.path(), &renewed, &renewed_key);
        assert!(tls.look().unwrap());
        assert_ne!(seen(), first);
        write(folder.path(), "", &renewed_key);
        assert!(tls.look().is_err());
    }

    #[test]
    fn nothing_is_loaded_that_cannot_be_used() {
        let folder = tempdir().unwrap();
        let ((certificate, key), (_, another)) = (pair(), pair());
        for (certificate, key) in
            [(&certificate, &another), (&key, &key), (&certificate, &certificate)]
        {
            let problem = Tls::load(&write(folder.path(), certificate, key)).err().unwrap();
            assert!(!problem.to_string().contains("PRIVATE"), "{problem}");
        }
        let nothing = TlsArguments { tls_certificate: None, tls_key: None };
        assert!(Tls::load(&nothing).unwrap().is_none());
    }
}
