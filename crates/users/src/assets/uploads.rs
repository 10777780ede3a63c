//! How does a file come in beside the request that asks for it?
//!
//! Who wants to send a file is given an address that is good once the length is right and for a quarter of an
//! hour. Whoever has the address may send; what was sent is nothing yet but bytes, until its owner has it made
//! their picture.

use super::{
    LARGEST_PICTURE, NoPicture, UPLOADS,
    picture::{hex, is_hex},
    pictures::{get_file, put_file},
};
use crate::{Problem, problem::Kind};
use async_trait::async_trait;
use bytes::Bytes;
use crypto::{Random, sha256};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};
use store::{Commit, Kept, Key, Record, Records};

/// For how long an address is good.
pub const UPLOAD_MINUTES: i64 = 15;

/// The name of what is sent: the SHA-256 of the ticket in its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UploadName(String);

impl UploadName {
    /// The text: 64 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the address of an upload ends with. Who has it may send; it is not kept, only its digest is.
#[derive(Clone)]
pub struct Ticket(String);

impl Ticket {
    /// A new one, of 256 random bits.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        Self(hex(&random.bytes::<32>()))
    }

    /// The ticket of this text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_hex(text).then(|| Self(text.to_owned()))
    }

    /// The name of what is sent with it.
    #[must_use]
    pub fn name(&self) -> UploadName {
        UploadName(hex(&sha256(self.0.as_bytes())))
    }

    /// The text itself. Every call is a place to look at in a review.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Ticket(…)")
    }
}

/// Where to send a file, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UploadAddress {
    /// Whoever has it may send.
    pub url: String,
    pub method: &'static str,
    /// Headers that must be sent so.
    pub headers: BTreeMap<&'static str, String>,
    pub expires_at: Timestamp,
}

/// Where files are sent to.
#[async_trait]
pub trait Uploads: Send + Sync + 'static {
    /// The address for a file of this length.
    ///
    /// # Errors
    /// [`Problem`] if there can be none now.
    async fn begin(
        &self,
        ticket: &Ticket,
        length: usize,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<UploadAddress, Problem>;

    /// Takes a file at an address of ours, where the addresses are ours.
    ///
    /// # Errors
    /// [`Problem`] for a ticket that is not good, or another length.
    async fn receive(&self, _: &Ticket, _: Bytes, _: Timestamp) -> Result<(), Problem> {
        Err(Problem::not_found())
    }

    /// What was sent, if something was.
    ///
    /// # Errors
    /// [`Problem`] if that cannot be said now.
    async fn find(&self, name: &UploadName, now: Timestamp) -> Result<Option<Bytes>, Problem>;

    /// Forgets what was sent. What fails expires by itself.
    async fn forget(&self, name: &UploadName, now: Timestamp);
}

/// Files in the store, at an address of the API's own.
#[derive(Clone)]
pub struct StoredUploads {
    records: Records,
    /// The API's address, without a slash at its end.
    api_url: String,
}

/// A file that is expected.
#[derive(Serialize, Deserialize)]
struct Slot {
    name: UploadName,
    length: usize,
    is_here: bool,
    expires_at: Timestamp,
}

impl Record for Slot {
    const KIND: &'static str = "upload";

    fn key(&self) -> Key {
        slot_key(&self.name)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

fn partition(name: &UploadName) -> String {
    format!("uploads/{}", name.as_str())
}

fn slot_key(name: &UploadName) -> Key {
    Key::new(partition(name), "slot")
}

impl StoredUploads {
    /// Uploads below this address of the API.
    pub fn new(records: Records, api_url: impl Into<String>) -> Self {
        Self { records, api_url: api_url.into().trim_end_matches('/').to_owned() }
    }

    async fn slot(&self, name: &UploadName, now: Timestamp) -> Result<Option<Kept<Slot>>, Problem> {
        self.records.get(&slot_key(name), now).await.map_err(Problem::broken)
    }
}

#[async_trait]
impl Uploads for StoredUploads {
    async fn begin(
        &self,
        ticket: &Ticket,
        length: usize,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<UploadAddress, Problem> {
        let mut commit = Commit::new();
        commit.create(&Slot { name: ticket.name(), length, is_here: false, expires_at });
        self.records.commit(commit, now).await.map_err(Problem::broken)?;
        Ok(UploadAddress {
            url: format!("{}{UPLOADS}{}", self.api_url, ticket.reveal()),
            method: "PUT",
            headers: [("content-length", length.to_string())].into(),
            expires_at,
        })
    }

    async fn receive(&self, ticket: &Ticket, file: Bytes, now: Timestamp) -> Result<(), Problem> {
        let name = ticket.name();
        let Some(mut slot) = self.slot(&name, now).await? else { return Err(Problem::not_found()) };
        if file.len() != slot.length {
            return Err(Problem::new(Kind::InvalidRequest)
                .saying("The file does not have the length that the address was made for."));
        }
        slot.is_here = true;
        let mut commit = Commit::new();
        put_file(&mut commit, &partition(&name), &file, Some(slot.expires_at));
        commit.save(&slot);
        match self.records.commit(commit, now).await {
            Ok(()) => Ok(()),
            Err(store::Refused::Conflict(_)) => Err(Kind::Contended.into()),
            Err(store::Refused::Broken(broken)) => Err(Problem::broken(broken)),
        }
    }

    async fn find(&self, name: &UploadName, now: Timestamp) -> Result<Option<Bytes>, Problem> {
        if !self.slot(name, now).await?.is_some_and(|slot| slot.is_here) {
            return Ok(None);
        }
        let found = get_file(&self.records, &partition(name), LARGEST_PICTURE, now).await;
        Ok(found.map_err(Problem::broken)?.map(Bytes::from))
    }

    async fn forget(&self, name: &UploadName, now: Timestamp) {
        let Ok(Some(slot)) = self.slot(name, now).await else { return };
        // Without its slot a file is not found any more; its pieces expire.
        let mut commit = Commit::new();
        commit.delete(&slot);
        if let Err(error) = self.records.commit(commit, now).await {
            tracing::warn!(%error, "an upload could not be forgotten");
        }
    }
}

/// The length of a file that may be sent.
///
/// # Errors
/// [`NoPicture::Empty`], [`NoPicture::TooLarge`].
pub(super) fn length(asked: u64) -> Result<usize, NoPicture> {
    match usize::try_from(asked) {
        Ok(0) => Err(NoPicture::Empty),
        Ok(length) if length <= LARGEST_PICTURE => Ok(length),
        _ => Err(NoPicture::TooLarge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::SeededRandom;
    use jiff::SignedDuration;
    use std::sync::Arc;
    use store::MemoryStore;

    #[tokio::test]
    async fn an_address_takes_the_file_it_was_made_for_until_it_ends() {
        let records = Records::new(Arc::new(MemoryStore::new()));
        let uploads = StoredUploads::new(records, "http://127.0.0.1:3000/");
        let now = Timestamp::UNIX_EPOCH;
        let end = now + SignedDuration::from_mins(UPLOAD_MINUTES);
        let ticket = Ticket::generate(&SeededRandom::new(1));
        let name = ticket.name();
        let address = uploads.begin(&ticket, 3, end, now).await.unwrap();
        let expected = format!("http://127.0.0.1:3000/assets/uploads/{}", ticket.reveal());
        assert_eq!((address.url, address.headers["content-length"].as_str()), (expected, "3"));
        assert!(!ticket.reveal().contains(name.as_str()) && format!("{ticket:?}") == "Ticket(…)");

        assert_eq!(uploads.find(&name, now).await.unwrap(), None);
        let send = async |ticket: &Ticket, file: &'static [u8], at| {
            uploads.receive(ticket, Bytes::from_static(file), at).await.map_err(|no| no.kind())
        };
        let other = Ticket::generate(&SeededRandom::new(2));
        assert_eq!(send(&other, b"abc", now).await, Err(Kind::NotFound));
        assert_eq!(send(&ticket, b"abcd", now).await, Err(Kind::InvalidRequest));
        assert_eq!(send(&ticket, b"abc", end).await, Err(Kind::NotFound));
        assert_eq!(send(&ticket, b"abc", now).await, Ok(()));
        assert_eq!(uploads.find(&name, now).await.unwrap().unwrap(), "abc");
        assert_eq!(uploads.find(&name, end).await.unwrap(), None);
        uploads.forget(&name, now).await;
        assert_eq!(uploads.find(&name, now).await.unwrap(), None);
    }

    #[test]
    fn tickets_and_lengths_are_strict() {
        for bad in ["", "..", &"A1".repeat(32), &"a".repeat(63), &"g".repeat(64)] {
            assert!(Ticket::parse(bad).is_none());
        }
        assert_eq!(length(0), Err(NoPicture::Empty));
        assert_eq!(length(u64::MAX), Err(NoPicture::TooLarge));
        assert_eq!(length(LARGEST_PICTURE as u64), Ok(LARGEST_PICTURE));
    }
}
