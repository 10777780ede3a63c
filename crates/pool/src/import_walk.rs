//! How does a node walk over a file of users?
//!
//! A row at a time, and each new user in one commit with the place in the file and the counts: a row is
//! counted once, however often a node dies in between or two nodes walk at once. Rows that make nobody are
//! written down with the next commit.

use crate::{
    Error, ImportJob, ImportStatus, Pools, Refusal, Result, Taken, UserPool,
    background::Step,
    import::{File, Running, all},
    import_row::{Row, read_header},
};
use csv::{ByteRecord, ReaderBuilder};
use jiff::{SignedDuration, Timestamp};
use names::UserPoolId;
use serde::{Deserialize, Serialize};
use store::{Commit, Kept, Key, Record, Refused};

/// The rows of a step: few enough that a lease is renewed long before it ends.
const ROWS_AT_ONCE: usize = 100;
/// The most bytes of a row, in which a row may be that has every attribute at its longest.
const LONGEST_ROW: usize = 1024 * 1024;
/// The most rows of a file, the header not among them.
const MOST_ROWS: u64 = 500_000;
/// The lines of a page of the report, and the most lines of it; the log has all.
const LINES_ON_PAGE: u64 = 100;
const MOST_LINES: u64 = 5000;
/// How long a report is kept.
const REPORT_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The tracing target of the lines that say what became of each row.
const LOG: &str = "poolhouse::user_import";

/// A page of what is told of the rows that made nobody.
#[derive(Serialize, Deserialize)]
pub(crate) struct Report {
    partition: String,
    at: u64,
    lines: Vec<String>,
    expires_at: Timestamp,
}

impl Report {
    const PREFIX: &'static str = "report/";

    fn key_of(partition: &str, at: u64) -> Key {
        Key::new(partition, format!("{}{at:03}", Self::PREFIX))
    }
}

impl Record for Report {
    const KIND: &'static str = "report of an import";

    fn key(&self) -> Key {
        Self::key_of(&self.partition, self.at)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

/// What became of a row.
enum Fate {
    Skipped,
    Failed(String),
}

/// Why a walk ends before its file.
enum Stop {
    Failed(String),
    /// Somebody else wrote to the job.
    Lost,
}

impl Pools {
    /// Takes the next rows of a job's file.
    pub(crate) async fn import_step(&self, pool: &UserPoolId, id: &str) -> Result<Step> {
        let Some(mut job) = self.find_import_job(pool, id).await? else { return Ok(Step::Done) };
        let Some(pool) = self.find_pool(pool).await? else { return Ok(Step::Done) };
        let (status, message) = match job.status {
            ImportStatus::Pending => {
                job.status = ImportStatus::InProgress;
                let saved = self.try_commit(|commit| {
                    commit.save(&job);
                });
                return more_or_broken(saved.await);
            }
            ImportStatus::InProgress => match self.import_rows(&pool, &mut job).await? {
                Ok(Step::More) | Err(Stop::Lost) => return Ok(Step::More),
                Ok(Step::Done) => (ImportStatus::Succeeded, "The job completed.".to_owned()),
                Err(Stop::Failed(reason)) => (ImportStatus::Failed, reason),
            },
            ImportStatus::Stopping => (ImportStatus::Stopped, "The job was stopped.".to_owned()),
            _ => return Ok(Step::Done),
        };
        self.finish_import(job, status, message).await
    }

    async fn finish_import(
        &self,
        mut job: Kept<ImportJob>,
        status: ImportStatus,
        message: String,
    ) -> Result<Step> {
        job.status = status;
        job.message = Some(message);
        job.completed_at = Some(self.now());
        let file = job.file.take();
        let key = Running::key_of(&job.pool);
        let running = self.records().get::<Running>(&key, self.now()).await?;
        let saved = self.try_commit(|commit| {
            commit.save(&job);
            if let Some(running) = running.as_ref().filter(|running| running.job == job.id) {
                commit.delete(running);
            }
        });
        match saved.await {
            Ok(()) => {}
            Err(Refused::Conflict(_)) => return Ok(Step::More),
            Err(Refused::Broken(broken)) => return Err(broken.into()),
        }
        tracing::info!(
            target: LOG, pool = %job.pool, job = job.id, status = ?job.status, imported = job.imported,
            skipped = job.skipped, failed = job.failed, "an import ended"
        );
        if let Some(file) = file {
            self.remove_chunks(&job, &file.upload).await?;
        }
        Ok(Step::Done)
    }

    /// Takes some rows. The outer result is the store's; the inner one says how the walk goes on.
    async fn import_rows(
        &self,
        pool: &UserPool,
        job: &mut Kept<ImportJob>,
    ) -> Result<Result<Step, Stop>> {
        let Some(file) = job.file.clone() else {
            return Ok(Err(Stop::Failed("The file is gone.".to_owned())));
        };
        let mut window = Window::at(job.place.byte);
        let mut lines = Vec::new();
        for _ in 0..ROWS_AT_ONCE {
            let record = match self.next_row(job, &file, &mut window).await? {
                Ok(Some(record)) => record,
                Ok(None) => {
                    if job.place.columns.is_empty() {
                        return Ok(Err(Stop::Failed("The file has no header.".to_owned())));
                    }
                    let kept = self.keep_place(job, &window, &mut lines).await?;
                    return Ok(kept.map(|()| Step::Done));
                }
                Err(stop) => return Ok(Err(stop)),
            };
            job.place.rows += 1;
            if job.place.columns.is_empty() {
                match read_header(pool, &record) {
                    Ok(columns) => job.place.columns = columns,
                    Err(reason) => return Ok(Err(Stop::Failed(reason))),
                }
                continue;
            }
            if job.place.rows > MOST_ROWS + 1 {
                return Ok(Err(Stop::Failed("The file has too many rows.".to_owned())));
            }
            let row = Row::read(&job.place.columns, &record);
            let fate = match row {
                Err(reason) => Some(Fate::Failed(reason)),
                Ok(row) => match self.import_row(pool, job, row, &window, &mut lines).await? {
                    Ok(fate) => fate,
                    Err(stop) => return Ok(Err(stop)),
                },
            };
            let line = job.place.rows;
            let (word, reason) = match &fate {
                None => continue,
                Some(Fate::Skipped) => {
                    job.skipped += 1;
                    ("SKIPPED", "The user already exists.")
                }
                Some(Fate::Failed(reason)) => {
                    job.failed += 1;
                    ("FAILED", reason.trim_end())
                }
            };
            tracing::info!(
                target: LOG, pool = %job.pool, job = job.id, "[{word}] Line Number {line} - {}",
                reason.escape_debug()
            );
            lines.push(format!("[{word}] Line Number {line} - {}", reason.escape_debug()));
        }
        let kept = self.keep_place(job, &window, &mut lines).await?;
        Ok(kept.map(|()| Step::More))
    }

    /// Makes the user of a row, in one commit with the place after it.
    async fn import_row(
        &self,
        pool: &UserPool,
        job: &mut Kept<ImportJob>,
        row: Row,
        window: &Window,
        lines: &mut Vec<String>,
    ) -> Result<Result<Option<Fate>, Stop>> {
        if self.find_user(pool, &row.username).await?.is_some() {
            return Ok(Ok(Some(Fate::Skipped)));
        }
        let user = match self.imported_user(pool, row) {
            Ok(user) => user,
            Err(Error::Refused(Refusal::Invalid(reason))) => {
                return Ok(Ok(Some(Fate::Failed(reason.into_owned()))));
            }
            Err(Error::Refused(_)) => {
                return Ok(Ok(Some(Fate::Failed("The row does not fit the user pool".to_owned()))));
            }
            Err(error) => return Err(error),
        };
        let before = job.clone();
        job.imported += 1;
        let mut commit = Commit::new();
        commit.create(&user);
        match self.save_place(commit, job, window, lines).await {
            Ok(()) => {
                let line = job.place.rows;
                tracing::info!(
                    target: LOG, pool = %job.pool, job = job.id,
                    "[SUCCEEDED] Line Number {line} - The import succeeded."
                );
                Ok(self.read_again(job).await?.map(|()| None))
            }
            Err(Refused::Broken(broken)) => Err(broken.into()),
            Err(Refused::Conflict(conflict)) => {
                *job = before;
                // Nobody is overwritten: whose name it is keeps it.
                Ok(match user.taken(pool, |key| conflict.is_on(key)) {
                    _ if conflict.is_on(&job.key()) => Err(Stop::Lost),
                    Some(Taken::Username) => Ok(Some(Fate::Skipped)),
                    Some(Taken::Email) => Ok(Some(taken("email"))),
                    Some(Taken::PhoneNumber) => Ok(Some(taken("phone_number"))),
                    Some(Taken::PreferredUsername) => Ok(Some(taken("preferred_username"))),
                    None => Err(Stop::Lost),
                })
            }
        }
    }

    async fn keep_place(
        &self,
        job: &mut Kept<ImportJob>,
        window: &Window,
        lines: &mut Vec<String>,
    ) -> Result<Result<(), Stop>> {
        match self.save_place(Commit::new(), job, window, lines).await {
            Ok(()) => self.read_again(job).await,
            Err(Refused::Conflict(_)) => Ok(Err(Stop::Lost)),
            Err(Refused::Broken(broken)) => Err(broken.into()),
        }
    }

    /// Writes down how far the walk is, what there is to report since then, and what else is in the commit.
    async fn save_place(
        &self,
        mut commit: Commit,
        job: &mut Kept<ImportJob>,
        window: &Window,
        lines: &mut Vec<String>,
    ) -> Result<(), Refused> {
        let (place, reported) = (job.place.byte, job.place.reported);
        job.place.byte = window.at;
        let partition = job.content();
        let expires_at = self.now() + REPORT_LIFE;
        let mut pages: Vec<Report> = Vec::new();
        for line in lines.iter() {
            if job.place.reported >= MOST_LINES {
                break;
            }
            let at = job.place.reported / LINES_ON_PAGE;
            if pages.last().is_none_or(|page| page.at != at) {
                let mut page =
                    Report { partition: partition.clone(), at, lines: Vec::new(), expires_at };
                let is_begun = !job.place.reported.is_multiple_of(LINES_ON_PAGE);
                if pages.is_empty() && is_begun {
                    let key = Report::key_of(&partition, at);
                    let begun = self.records().get::<Report>(&key, self.now()).await?;
                    page.lines = begun.map(|begun| begun.lines.clone()).unwrap_or_default();
                }
                pages.push(page);
            }
            if let Some(page) = pages.last_mut() {
                page.lines.push(line.clone());
            }
            job.place.reported += 1;
        }
        for page in &pages {
            commit.put(page);
        }
        commit.save(job);
        let saved = self.records().commit(commit, self.now()).await;
        if saved.is_ok() {
            lines.clear();
        } else {
            (job.place.byte, job.place.reported) = (place, reported);
        }
        saved
    }

    /// Reads the job as it was just saved. Whether it is still in progress, and ours.
    async fn read_again(&self, job: &mut Kept<ImportJob>) -> Result<Result<(), Stop>> {
        let Some(found) = self.find_import_job(&job.pool, &job.id).await? else {
            return Ok(Err(Stop::Lost));
        };
        let is_ours = **job == *found;
        *job = found;
        Ok(if is_ours { Ok(()) } else { Err(Stop::Lost) })
    }

    /// The next row of a file, `None` at its end.
    async fn next_row(
        &self,
        job: &ImportJob,
        file: &File,
        window: &mut Window,
    ) -> Result<Result<Option<ByteRecord>, Stop>> {
        loop {
            let is_whole = window.chunk >= file.chunks;
            if let Some(record) = window.take(is_whole) {
                return Ok(record.map(Some).map_err(|_| unreadable()));
            }
            if is_whole {
                return Ok(Ok(None));
            }
            if window.bytes.len() > LONGEST_ROW {
                return Ok(Err(Stop::Failed("The file has a row that is too long.".to_owned())));
            }
            let Some(chunk) = self.read_chunk(job, file, window.chunk).await? else {
                return Ok(Err(Stop::Failed("The file is gone.".to_owned())));
            };
            let Some(chunk) = chunk.get(std::mem::take(&mut window.skip)..) else {
                return Ok(Err(unreadable()));
            };
            window.bytes.extend_from_slice(chunk);
            window.chunk += 1;
        }
    }

    /// What became of the rows that made nobody, as far as it is kept, a line each.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`], [`Refusal::NoImportJob`].
    pub async fn import_report(&self, pool: &UserPoolId, id: &str) -> Result<String> {
        let job = self.import_job(pool, id).await?;
        let mut range = all(job.content(), Report::PREFIX, 10);
        let mut text = String::new();
        loop {
            let (pages, next) = self.records().list::<Report>(&range, self.now()).await?;
            for line in pages.iter().flat_map(|page| &page.lines) {
                text.push_str(line);
                text.push('\n');
            }
            if next.is_none() {
                return Ok(text);
            }
            range.after = next;
        }
    }

    /// Removes the report of a job.
    pub(crate) async fn remove_report(&self, job: &ImportJob) -> Result<()> {
        let range = all(job.content(), Report::PREFIX, 100);
        self.empty_range::<Report>(range, false).await
    }
}

fn taken(attribute: &str) -> Fate {
    Fate::Failed(format!("Another user has the {attribute}"))
}

fn unreadable() -> Stop {
    Stop::Failed("The file is not CSV.".to_owned())
}

fn more_or_broken(saved: Result<(), Refused>) -> Result<Step> {
    match saved {
        Ok(()) | Err(Refused::Conflict(_)) => Ok(Step::More),
        Err(Refused::Broken(broken)) => Err(broken.into()),
    }
}

/// The part of a file that is in memory.
struct Window {
    /// The byte of the file that the first of `bytes` is.
    at: u64,
    bytes: Vec<u8>,
    /// The chunk that is read next, and what of it was read before.
    chunk: usize,
    skip: usize,
}

impl Window {
    fn at(byte: u64) -> Self {
        let (chunk, skip) = Pools::chunk_of(byte);
        Self { at: byte, bytes: Vec::new(), chunk, skip }
    }

    /// Takes a row. `None` if there is none, or if it could go on in what was not read yet.
    fn take(&mut self, is_whole: bool) -> Option<csv::Result<ByteRecord>> {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&*self.bytes);
        let mut record = ByteRecord::new();
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some(Err(error)),
        }
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        if end >= self.bytes.len() && !is_whole {
            return None;
        }
        self.bytes.drain(..end.min(self.bytes.len()));
        self.at += u64::try_from(end).unwrap_or_default();
        Some(Ok(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a file that comes in parts of this many bytes.
    fn rows(file: &str, size: usize) -> Vec<Vec<String>> {
        let mut window = Window::at(0);
        let mut parts = file.as_bytes().chunks(size).peekable();
        let mut rows = Vec::new();
        loop {
            let is_whole = parts.peek().is_none();
            if let Some(record) = window.take(is_whole) {
                let record = record.unwrap();
                let text = |field: &[u8]| String::from_utf8(field.to_vec()).unwrap();
                rows.push(record.iter().map(text).collect());
            } else if let Some(part) = parts.next() {
                window.bytes.extend_from_slice(part);
            } else {
                assert_eq!(window.at, file.len() as u64);
                return rows;
            }
        }
    }

    #[test]
    fn a_file_has_the_same_rows_however_it_is_cut() {
        let file = "\u{feff}a,b\r\n\"1,\r\n\"\"x\"\"\",2\r\n\r\n=3+4,\"\"\n@5,-6";
        let whole = rows(file, usize::MAX);
        assert_eq!(whole[0], ["a", "b"]);
        assert_eq!(whole[1], ["1,\r\n\"x\"", "2"]);
        assert_eq!(whole[2], ["=3+4", ""]);
        assert_eq!(whole[3], ["@5", "-6"]);
        for size in 1..file.len() {
            assert_eq!(rows(file, size), whole, "{size}");
        }
    }
}
