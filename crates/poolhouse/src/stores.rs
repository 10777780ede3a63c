//! Where is data kept, by the word of the command line?

use crate::{Problem, files};
use crypto::{MasterKey, Random, SystemRandom};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use store::{Commit, Key, MemoryStore, Record, Records, Refused, Store};
use store_embedded::EmbeddedStore;

/// A place to keep data.
pub enum Place {
    Memory,
    Embedded(PathBuf),
    Dynamo(String),
}

impl Place {
    /// The place of this text: `embedded:DIR` or `dynamodb:TABLE`.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        match text.split_once(':') {
            Some(("embedded", directory)) if !directory.is_empty() => {
                Ok(Self::Embedded(directory.into()))
            }
            Some(("dynamodb", table)) if !table.is_empty() => Ok(Self::Dynamo(table.to_owned())),
            _ => Err(Problem::text("--store is embedded:DIR or dynamodb:TABLE")),
        }
    }

    /// Opens the store there.
    pub async fn open(&self) -> Result<Arc<dyn Store>, Problem> {
        match self {
            Self::Memory => Ok(Arc::new(MemoryStore::default())),
            Self::Embedded(directory) => {
                let opened = EmbeddedStore::open(directory);
                let opened =
                    opened.map_err(|cause| Problem::new("the store does not open", cause))?;
                let store = Arc::new(opened);
                sweep(&store);
                Ok(store)
            }
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(table) => {
                let failed = |cause| Problem::new(format!("the DynamoDB table {table}"), cause);
                let store = store_dynamodb::DynamoStore::open(table).await;
                store.create_table_if_absent().await.map_err(failed)?;
                Ok(Arc::new(store))
            }
            #[cfg(not(feature = "dynamodb"))]
            Self::Dynamo(_) => Err(Problem::text(
                "this build has no DynamoDB store: build with --features dynamodb",
            )),
        }
    }
}

/// Removes what has expired, once a minute for as long as the store is used.
fn sweep(store: &Arc<EmbeddedStore>) {
    let store = Arc::downgrade(store);
    tokio::spawn(async move {
        let mut minutes = tokio::time::interval(Duration::from_secs(60));
        loop {
            minutes.tick().await;
            let Some(store) = store.upgrade() else { return };
            if let Err(broken) = store.sweep(Timestamp::now(), 10_000).await {
                tracing::warn!(cause = %broken, "expired items were not removed");
            }
        }
    });
}

/// The master key of this file, made now if there is none.
pub fn master_key(path: &Path) -> Result<MasterKey, Problem> {
    let random: &dyn Random = &SystemRandom;
    let text = files::secret(path, || format!("{}\n", *MasterKey::generate(random).to_text()))?;
    MasterKey::parse(text.trim()).map_err(|cause| Problem::new(path.display().to_string(), cause))
}

/// What a store remembers of the master key it was begun with. It tells the key from another one, and
/// nothing about it.
#[derive(Serialize, Deserialize)]
struct Fingerprint {
    digest: String,
}

impl Record for Fingerprint {
    const KIND: &'static str = "fingerprint of the master key";

    fn key(&self) -> Key {
        Key::new("house", "master-key")
    }
}

/// Refuses a master key that is not the one that the store was begun with: what was sealed would not open,
/// and what is sealed from now on would be lost to the other nodes.
pub async fn check_master_key(store: &Arc<dyn Store>, master: &MasterKey) -> Result<(), Problem> {
    let mut digest = [0; 16];
    master.derive("fingerprint", &mut digest);
    let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let ours = Fingerprint { digest };
    let records = Records::new(store.clone());
    let now = Timestamp::now();
    let mut commit = Commit::new();
    commit.create(&ours);
    match records.commit(commit, now).await {
        Ok(()) => return Ok(()),
        Err(Refused::Conflict(_)) => {}
        Err(Refused::Broken(cause)) => {
            return Err(Problem::new("the store does not answer", cause));
        }
    }
    let known = records.get::<Fingerprint>(&ours.key(), now).await;
    let known = known.map_err(|cause| Problem::new("the store does not answer", cause))?;
    if known.is_some_and(|known| known.digest == ours.digest) {
        return Ok(());
    }
    Err(Problem::text("the store was begun with another master key"))
}
