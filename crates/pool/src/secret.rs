//! Has the client proven that it has its secret?

use crate::{Client, Error, Pools, Refusal, Result, SealedSecret, User};
use jiff::Timestamp;
use names::{ClientId, ClientSecret, SecretHash};
use store::{Kept, Refused};

/// Cognito's own secrets are made of these.
const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// The most secrets that a client has at a time.
const SECRETS: usize = 2;
/// How often a change is tried again when somebody else was first.
const TRIES: usize = 16;

impl SealedSecret {
    /// The second in its id.
    fn second(&self) -> Option<i64> {
        self.id.rsplit_once("--")?.1.parse().ok()
    }
}

impl Pools {
    /// A new secret for a client.
    ///
    /// # Errors
    /// Never in practice.
    pub fn new_client_secret(&self) -> Result<ClientSecret> {
        ClientSecret::parse(self.random().text(ALPHABET, 52))
            .map_err(|_| Error::internal("a generated client secret is malformed"))
    }

    /// A client's secret as it is kept.
    #[must_use]
    pub fn seal_client_secret(
        &self,
        client: &ClientId,
        secret: &ClientSecret,
        created_at: Timestamp,
    ) -> SealedSecret {
        let plain = secret.reveal().as_bytes();
        let seals = &self.house().seals;
        SealedSecret {
            id: format!("{client}--{}", created_at.as_second()),
            created_at,
            sealed: seals.client_secrets.seal_text(
                self.random(),
                plain,
                client.as_str().as_bytes(),
            ),
        }
    }

    /// Gives a client a second secret, so that the first can be put out of use without a moment between.
    ///
    /// # Errors
    /// [`Refusal::NoClient`], [`Refusal::Invalid`] for a public client or a secret that it has,
    /// [`Refusal::TooMany`].
    pub async fn add_client_secret(
        &self,
        client: &Client,
        secret: &ClientSecret,
    ) -> Result<SealedSecret> {
        for _ in 0..TRIES {
            let mut kept = Kept::clone(&*self.client_of(&client.pool, &client.id).await?);
            if !kept.has_secret() {
                let text = "Secrets can be added to a client that was made with one only.";
                return Err(Refusal::invalid(text).into());
            }
            if self.client_secrets(&kept)?.contains(secret) {
                return Err(Refusal::invalid("The client has this secret already.").into());
            }
            if kept.secrets.len() >= SECRETS {
                let text = format!("A client has at most {SECRETS} secrets.");
                return Err(Refusal::TooMany(text.into()).into());
            }
            let mut added = self.seal_client_secret(&kept.id, secret, self.now());
            // The id is told by the second; two of one second must not share it.
            let newest = kept.secrets.iter().filter_map(SealedSecret::second).max();
            if let Some(newest) = newest
                && added.second().is_none_or(|second| second <= newest)
            {
                added.id = format!("{}--{}", kept.id, newest + 1);
            }
            kept.secrets.push(added.clone());
            if self.save_client(&kept).await? {
                return Ok(added);
            }
        }
        Err(Refusal::Contended.into())
    }

    /// Takes one of its secrets from a client, at once. The last one stays.
    ///
    /// # Errors
    /// [`Refusal::NoClient`], [`Refusal::NoClientSecret`], [`Refusal::Invalid`] for the last one.
    pub async fn delete_client_secret(&self, client: &Client, id: &str) -> Result<()> {
        for _ in 0..TRIES {
            let mut kept = Kept::clone(&*self.client_of(&client.pool, &client.id).await?);
            let before = kept.secrets.len();
            kept.secrets.retain(|secret| secret.id != id);
            if kept.secrets.len() == before {
                return Err(Refusal::NoClientSecret.into());
            }
            if kept.secrets.is_empty() {
                return Err(Refusal::TooMany("The last secret of a client stays.".into()).into());
            }
            if self.save_client(&kept).await? {
                return Ok(());
            }
        }
        Err(Refusal::Contended.into())
    }

    /// Whether the client was saved, and nobody else was first.
    async fn save_client(&self, client: &Kept<Client>) -> Result<bool> {
        let saved = self.try_commit(|commit| {
            commit.save(client);
        });
        match saved.await {
            Ok(()) => Ok(true),
            Err(Refused::Conflict(_)) => Ok(false),
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }

    /// The secrets of a client, oldest first.
    ///
    /// # Errors
    /// A breakage if one does not open: the master key is another one.
    pub fn client_secrets(&self, client: &Client) -> Result<Vec<ClientSecret>> {
        let open = |secret: &SealedSecret| {
            let seals = &self.house().seals;
            let plain = seals
                .client_secrets
                .open_text(&secret.sealed, client.id.as_str().as_bytes())
                .ok()?;
            ClientSecret::parse(std::str::from_utf8(&plain).ok()?).ok()
        };
        let opened: Option<Vec<ClientSecret>> = client.secrets.iter().map(open).collect();
        opened.ok_or_else(|| {
            Error::internal("a client secret does not open: is this the master key?")
        })
    }

    /// Refuses a call that names a client with a secret and does not prove that it has it.
    ///
    /// The hash is over the name in the same call and the client's id. Once the user is known, a hash over
    /// the user name or the `sub` is as good, since clients use what `USER_ID_FOR_SRP` told them.
    ///
    /// # Errors
    /// [`Refusal::NoSecretHash`], [`Refusal::WrongSecretHash`].
    pub fn check_secret_hash(
        &self,
        client: &Client,
        sent_name: &str,
        user: Option<&User>,
        hash: Option<&SecretHash>,
    ) -> Result<()> {
        if !client.has_secret() {
            return match hash {
                None => Ok(()),
                Some(_) => Err(Refusal::WrongSecretHash(client.id.clone()).into()),
            };
        }
        let Some(hash) = hash else { return Err(Refusal::NoSecretHash(client.id.clone()).into()) };
        let mut names = vec![sent_name];
        names.extend(user.iter().flat_map(|user| [user.username.as_str(), user.sub.as_str()]));
        for secret in self.client_secrets(client)? {
            if names.iter().any(|name| crypto::secret_hash(&secret, name, &client.id) == *hash) {
                return Ok(());
            }
        }
        Err(Refusal::WrongSecretHash(client.id.clone()).into())
    }

    /// The hash that a client would send with this name, for a door that speaks for the client. None for a
    /// client without a secret.
    ///
    /// # Errors
    /// Breakages only.
    pub fn own_secret_hash(&self, client: &Client, name: &str) -> Result<Option<SecretHash>> {
        let secret = self.client_secrets(client)?.into_iter().next();
        Ok(secret.map(|secret| crypto::secret_hash(&secret, name, &client.id)))
    }

    /// Refuses a call that must carry the client's secret itself and does not.
    ///
    /// # Errors
    /// [`Refusal::WrongClientSecret`].
    pub fn check_client_secret(
        &self,
        client: &Client,
        secret: Option<&ClientSecret>,
    ) -> Result<()> {
        let is_right = match secret {
            None => !client.has_secret(),
            Some(secret) => self.client_secrets(client)?.contains(secret),
        };
        if is_right { Ok(()) } else { Err(Refusal::WrongClientSecret.into()) }
    }
}
