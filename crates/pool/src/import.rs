//! How do users come in from a file?
//!
//! A job is made, its file is sent to an address that only we can have signed, the job is started, and the
//! walk over the file ([`crate::import_walk`]) goes on in the background. The file is kept in chunks with the
//! job, so that whichever node goes on finds it; what nobody starts or finishes expires.

use crate::{
    PageOf, Pools, Quota, Refusal, Result, UserPool,
    background::{Task, Work},
    import_row::csv_header,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use names::UserPoolId;
use serde::{Deserialize, Serialize};
use store::{Commit, Kept, Key, Range, Record, Refused};

/// How long the address for a file is good.
const ADDRESS_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// How long the same address gives the report of a job that has ended.
const REPORT_ADDRESS_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a job waits to be started.
const START_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// How long a file is kept: long enough for the slowest import.
const FILE_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Bytes of a file in one chunk: in base64 well below what an item may have.
const CHUNK: usize = 150 * 1024;

/// A job that makes users from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportJob {
    pub pool: UserPoolId,
    pub id: String,
    pub name: String,
    pub role_arn: String,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    /// As it was last written; [`Self::status_at`] knows of time.
    pub(crate) status: ImportStatus,
    pub imported: u64,
    pub skipped: u64,
    pub failed: u64,
    pub message: Option<String>,
    pub(crate) file: Option<File>,
    pub(crate) place: Place,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportStatus {
    Created,
    Pending,
    InProgress,
    Stopping,
    Stopped,
    Succeeded,
    Failed,
    Expired,
}

/// The file of a job, as the job remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct File {
    /// New with every upload, so that nobody reads chunks of two.
    pub upload: String,
    pub chunks: usize,
}

/// How far the walk over a file is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The bytes that were read.
    pub byte: u64,
    /// The rows that were read, the header included.
    pub rows: u64,
    /// The attributes of the columns, once the header was read.
    pub columns: Vec<String>,
    /// The lines of the report.
    pub reported: u64,
}

impl ImportJob {
    /// The most bytes of a file. It is taken and read in chunks, so what bounds it is the store: the same
    /// bound as on AWS.
    pub const LARGEST_FILE: usize = 100 * 1024 * 1024;

    fn key_of(pool: &UserPoolId, id: &str) -> Key {
        Key::new(Self::listing(pool), id)
    }

    /// The partition that the jobs of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/imports")
    }

    /// The partition of the chunks and the report of a job.
    pub(crate) fn content(&self) -> String {
        format!("pool/{}/import/{}", self.pool, self.id)
    }

    /// Where the job is at this time: one that nobody started expires by itself.
    #[must_use]
    pub fn status_at(&self, now: Timestamp) -> ImportStatus {
        let is_late = now >= self.created_at + START_WITHIN;
        match self.status {
            ImportStatus::Created if is_late => ImportStatus::Expired,
            status => status,
        }
    }

    /// When its address stops being good. Once the job has ended the address gives its report, for longer.
    fn address_ends(&self) -> i64 {
        let ends = match self.completed_at {
            None => self.created_at + ADDRESS_LIFE,
            Some(at) => at + REPORT_ADDRESS_LIFE,
        };
        ends.as_second()
    }
}

impl Record for ImportJob {
    const KIND: &'static str = "import job";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.id)
    }
}

/// The one job of a pool that runs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Running {
    pub pool: UserPoolId,
    pub job: String,
}

impl Running {
    pub(crate) fn key_of(pool: &UserPoolId) -> Key {
        Key::new(format!("pool/{pool}/importing"), "job")
    }
}

impl Record for Running {
    const KIND: &'static str = "running import";

    fn key(&self) -> Key {
        Self::key_of(&self.pool)
    }
}

/// A part of a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Chunk {
    partition: String,
    upload: String,
    at: usize,
    /// Base64.
    text: String,
    expires_at: Timestamp,
}

impl Chunk {
    const PREFIX: &'static str = "csv/";

    fn key_of(partition: &str, upload: &str, at: usize) -> Key {
        Key::new(partition, format!("{}{upload}/{at:05}", Self::PREFIX))
    }
}

impl Record for Chunk {
    const KIND: &'static str = "part of an import";

    fn key(&self) -> Key {
        Self::key_of(&self.partition, &self.upload, self.at)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

/// A file that is on its way in.
pub struct Upload {
    pools: Pools,
    job: Kept<ImportJob>,
    name: String,
    chunks: usize,
    bytes: usize,
    rest: Vec<u8>,
}

impl Upload {
    /// Takes the next part of the file.
    ///
    /// # Errors
    /// [`Refusal::TooMany`] beyond [`ImportJob::LARGEST_FILE`].
    pub async fn take(&mut self, part: &[u8]) -> Result<()> {
        self.bytes += part.len();
        if self.bytes > ImportJob::LARGEST_FILE {
            return Err(Refusal::TooMany("The file is larger than 100 MB.".into()).into());
        }
        self.rest.extend_from_slice(part);
        while self.rest.len() >= CHUNK {
            let more = self.rest.split_off(CHUNK);
            let chunk = std::mem::replace(&mut self.rest, more);
            self.keep(&chunk).await?;
        }
        Ok(())
    }

    /// Takes the end of the file, which is the job's from now on, instead of one that was sent before.
    ///
    /// # Errors
    /// [`Refusal::WrongMoment`] for a job that was started meanwhile.
    pub async fn end(mut self) -> Result<()> {
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_empty() {
            self.keep(&rest).await?;
        }
        let before = self.job.file.replace(File { upload: self.name, chunks: self.chunks });
        let saved = self.pools.try_commit(|commit| {
            commit.save(&self.job);
        });
        match saved.await {
            Ok(()) => {}
            Err(Refused::Conflict(_)) => {
                return Err(Refusal::WrongMoment("The job has changed meanwhile.").into());
            }
            Err(Refused::Broken(broken)) => return Err(broken.into()),
        }
        match before {
            Some(before) => self.pools.remove_chunks(&self.job, &before.upload).await,
            None => Ok(()),
        }
    }

    async fn keep(&mut self, bytes: &[u8]) -> Result<()> {
        let chunk = Chunk {
            partition: self.job.content(),
            upload: self.name.clone(),
            at: self.chunks,
            text: STANDARD.encode(bytes),
            expires_at: self.pools.now() + FILE_LIFE,
        };
        self.chunks += 1;
        self.pools
            .commit(|commit| {
                commit.put(&chunk);
            })
            .await
    }
}

impl Pools {
    /// The header that a file for this pool begins with.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`].
    pub async fn csv_header(&self, pool: &UserPoolId) -> Result<Vec<String>> {
        Ok(csv_header(&*self.pool(pool).await?))
    }

    /// Makes a job that waits for its file.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`], [`Refusal::TooMany`].
    pub async fn create_import_job(
        &self,
        pool: &UserPoolId,
        name: String,
        role_arn: String,
    ) -> Result<ImportJob> {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let pool = self.pool(pool).await?;
        let _room = self.room_in(Quota::ImportJobs, &pool.id).await?;
        let job = ImportJob {
            pool: pool.id.clone(),
            id: format!("import-{}", self.random().text(ALPHABET, 10)),
            name,
            role_arn,
            created_at: self.now(),
            started_at: None,
            completed_at: None,
            status: ImportStatus::Created,
            imported: 0,
            skipped: 0,
            failed: 0,
            message: None,
            file: None,
            place: Place::default(),
        };
        self.commit(|commit| {
            commit.keep(&pool).create(&job);
        })
        .await?;
        Ok(job)
    }

    /// The job of this id.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`], [`Refusal::NoImportJob`].
    pub async fn import_job(&self, pool: &UserPoolId, id: &str) -> Result<Kept<ImportJob>> {
        let pool = self.pool(pool).await?;
        self.find_import_job(&pool.id, id)
            .await?
            .ok_or_else(|| Refusal::NoImportJob(id.to_owned()).into())
    }

    pub(crate) async fn find_import_job(
        &self,
        pool: &UserPoolId,
        id: &str,
    ) -> Result<Option<Kept<ImportJob>>> {
        Ok(self.records().get(&ImportJob::key_of(pool, id), self.now()).await?)
    }

    /// A page of the jobs of a pool, by id.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_import_jobs(
        &self,
        pool: &UserPoolId,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<ImportJob>>> {
        self.pool(pool).await?;
        let question = format!("import jobs of {pool}");
        self.list_by_key(&question, ImportJob::listing(pool), limit, token).await
    }

    /// Starts a job. The walk over its file begins in the background.
    ///
    /// # Errors
    /// [`Refusal::WrongMoment`] for a job that was started before or has no file yet, and while another job
    /// of the pool runs.
    pub async fn start_import(&self, pool: &UserPoolId, id: &str) -> Result<Kept<ImportJob>> {
        let mut job = self.import_job(pool, id).await?;
        let now = self.now();
        match job.status_at(now) {
            ImportStatus::Created => {}
            ImportStatus::Expired => {
                return Err(Refusal::WrongMoment("The import job has expired.").into());
            }
            _ => {
                return Err(Refusal::WrongMoment("The import job has already been started.").into());
            }
        }
        if job.file.is_none() {
            return Err(Refusal::WrongMoment("No CSV file has been uploaded yet.").into());
        }
        job.status = ImportStatus::Pending;
        job.started_at = Some(now);
        let running = Running { pool: pool.clone(), job: id.to_owned() };
        let work = Work::new(Task::Import { pool: pool.clone(), job: id.to_owned() });
        let done = self.try_commit(|commit| {
            commit.save(&job).create(&running).put(&work);
        });
        match done.await {
            Ok(()) => {}
            Err(Refused::Conflict(conflict)) if conflict.is_on(&running.key()) => {
                let text = "Another import job of the user pool is in progress.";
                return Err(Refusal::WrongMoment(text).into());
            }
            Err(refused) => return Err(refused.into()),
        }
        self.wake_background();
        Ok(job)
    }

    /// Stops a job that runs. What came in stays.
    ///
    /// # Errors
    /// [`Refusal::WrongMoment`] for a job that does not run.
    pub async fn stop_import(&self, pool: &UserPoolId, id: &str) -> Result<Kept<ImportJob>> {
        // The walk writes to the job after every user, so this may take some tries.
        for _ in 0..100 {
            let mut job = self.import_job(pool, id).await?;
            match job.status {
                ImportStatus::Pending | ImportStatus::InProgress => {}
                ImportStatus::Stopping => return Ok(job),
                _ => return Err(Refusal::WrongMoment("The import job is not running.").into()),
            }
            job.status = ImportStatus::Stopping;
            let saved = self.try_commit(|commit| {
                commit.save(&job);
            });
            match saved.await {
                Ok(()) => {
                    self.wake_background();
                    return Ok(job);
                }
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::Contended.into())
    }

    /// Refuses while users come into the pool from a file.
    ///
    /// # Errors
    /// [`Refusal::ImportRunning`].
    pub async fn check_no_import(&self, pool: &UserPoolId) -> Result<()> {
        let running = self.records().get::<Running>(&Running::key_of(pool), self.now()).await?;
        if running.is_some() { Err(Refusal::ImportRunning.into()) } else { Ok(()) }
    }

    fn upload_path(&self, job: &ImportJob) -> String {
        let ends = job.address_ends();
        let signature = self.sign_upload(&job.pool, &job.id, ends);
        format!("{}{}/{}?expires={ends}&signature={signature}", Self::UPLOADS, job.pool, job.id)
    }

    /// What the paths of those addresses begin with.
    pub const UPLOADS: &'static str = "/user-imports/";

    /// The address that a job's file is sent to, and that gives the report of a job that has ended. Only we
    /// can have signed it.
    #[must_use]
    pub fn upload_url(&self, job: &ImportJob) -> String {
        format!("{}{}", self.house().public_url, self.upload_path(job))
    }

    /// Whether an address is one of ours and still good: the pool and the job in it. Reads nothing but the
    /// clock, so that it can be asked before anything of a file is taken.
    #[must_use]
    pub fn upload_of(&self, path: &str, query: &str) -> Option<(UserPoolId, String)> {
        let (pool, job) = path.strip_prefix(Self::UPLOADS)?.split_once('/')?;
        let pool = UserPoolId::parse(pool).ok()?;
        let of = |name: &str| {
            let mut parts = query.split('&').filter_map(|part| part.split_once('='));
            parts.find(|(found, _)| *found == name).map(|(_, value)| value)
        };
        let ends: i64 = of("expires")?.parse().ok()?;
        let signature = self.sign_upload(&pool, job, ends);
        let is_ours = crypto::equal(signature.as_bytes(), of("signature")?.as_bytes());
        (is_ours && self.now().as_second() < ends).then(|| (pool, job.to_owned()))
    }

    fn sign_upload(&self, pool: &UserPoolId, job: &str, ends: i64) -> String {
        let message = format!("{pool}\n{job}\n{ends}");
        let signature = crypto::hmac_sha256(&self.house().seals.uploads, &[message.as_bytes()]);
        signature.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Begins to take the file of a job.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`], [`Refusal::NoImportJob`], [`Refusal::WrongMoment`] for a job that was
    /// started.
    pub async fn begin_upload(&self, pool: &UserPoolId, id: &str) -> Result<Upload> {
        let job = self.import_job(pool, id).await?;
        if job.status_at(self.now()) != ImportStatus::Created {
            return Err(Refusal::WrongMoment("The import job takes no file any more.").into());
        }
        Ok(Upload {
            pools: self.clone(),
            job,
            name: self.random().uuid_v4(),
            chunks: 0,
            bytes: 0,
            rest: Vec::new(),
        })
    }

    /// A chunk of a job's file.
    pub(crate) async fn read_chunk(
        &self,
        job: &ImportJob,
        file: &File,
        at: usize,
    ) -> Result<Option<Vec<u8>>> {
        let key = Chunk::key_of(&job.content(), &file.upload, at);
        let found = self.records().get::<Chunk>(&key, self.now()).await?;
        Ok(found.and_then(|chunk| STANDARD.decode(&chunk.text).ok()))
    }

    /// Which chunk of a file has this byte, and where in it.
    pub(crate) fn chunk_of(byte: u64) -> (usize, usize) {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        (byte / CHUNK, byte % CHUNK)
    }

    /// Removes the file of a job, or what of it was sent under this name.
    pub(crate) async fn remove_chunks(&self, job: &ImportJob, upload: &str) -> Result<()> {
        let prefix = format!("{}{upload}", Chunk::PREFIX);
        // One at a time: a page of chunks would be a page of the file's bytes in memory.
        loop {
            let range = all(job.content(), &prefix, 4);
            let (chunks, _) = self.records().list::<Chunk>(&range, self.now()).await?;
            if chunks.is_empty() {
                return Ok(());
            }
            let mut commit = Commit::new();
            for chunk in &chunks {
                commit.delete(chunk);
            }
            match self.records().commit(commit, self.now()).await {
                Ok(()) | Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
    }

    /// Removes the jobs of a pool that is deleted.
    pub(crate) async fn remove_imports(&self, pool: &UserPoolId) -> Result<()> {
        loop {
            let range = all(ImportJob::listing(pool), "", 100);
            let (jobs, next) = self.records().list::<ImportJob>(&range, self.now()).await?;
            for job in &jobs {
                self.remove_chunks(job, "").await?;
                self.remove_report(job).await?;
            }
            for job in &jobs {
                let mut commit = Commit::new();
                commit.delete(job);
                match self.records().commit(commit, self.now()).await {
                    Ok(()) | Err(Refused::Conflict(_)) => {}
                    Err(Refused::Broken(broken)) => return Err(broken.into()),
                }
            }
            if next.is_none() {
                break;
            }
        }
        self.empty::<Running>(&Running::key_of(pool).partition, false).await
    }

    /// Whether the pool is still there, for work that goes on without a caller.
    pub(crate) async fn find_pool(&self, id: &UserPoolId) -> Result<Option<Kept<UserPool>>> {
        Ok(self.records().get(&UserPool::key_of(id), self.now()).await?)
    }
}

pub(crate) fn all(partition: String, prefix: &str, limit: usize) -> Range {
    Range { partition, prefix: prefix.to_owned(), after: None, limit }
}
