//! Where are people's pictures on AWS? In a bucket of S3.
//!
//! `users/<name>` are pictures that were drawn anew, `uploads/<name>` are files that wait for it. The bucket is
//! private; it forgets `uploads/` after a day by a rule of its own.

use crate::{
    Aws,
    signed::{Call, Service, domain},
};
use async_trait::async_trait;
use bytes::Bytes;
use http::Method;
use jiff::Timestamp;
use kit::Unavailable;
use names::Clock;
use std::time::Duration;
use store::Commit;
use users::{
    Problem,
    assets::{LARGEST_PICTURE, PictureName, Pictures, Ticket, UploadAddress, UploadName, Uploads},
};

const WHAT: &str = "the bucket of pictures";
/// No object here is longer.
const LONGEST: usize = LARGEST_PICTURE;

/// The objects of a bucket.
#[derive(Clone)]
struct Bucket {
    service: Service,
    /// Where it is, with a slash at its end.
    url: String,
}

impl Bucket {
    fn new(aws: &Aws, bucket: &str) -> Option<Self> {
        let service = Service::new(aws, "s3", WHAT)?;
        let region = service.region();
        let url = match aws.endpoint("S3") {
            // Whoever stands in for S3 need not know a host name for each bucket.
            Some(url) => format!("{}/{bucket}/", url.trim_end_matches('/')),
            None => format!("https://{bucket}.s3.{region}.{}/", domain(region)),
        };
        Some(Self { service, url })
    }

    async fn get(&self, key: &str, now: Timestamp) -> Result<Option<Bytes>, Problem> {
        match self.call(Method::GET, key, &[], &[], now).await {
            Ok((200, body)) => Ok(Some(Bytes::from(body))),
            // Without the right to list a bucket, S3 says of what is not there that it is not to be read.
            Ok((404 | 403, _)) => Ok(None),
            Ok((status, _)) => Err(answered(status)),
            Err(cause) => Err(Problem::broken(cause)),
        }
    }

    async fn put(&self, key: &str, body: &[u8], now: Timestamp) -> Result<(), Problem> {
        let headers = [("content-type", "image/png")];
        match self.call(Method::PUT, key, &headers, body, now).await {
            Ok((200, _)) => Ok(()),
            Ok((status, _)) => Err(answered(status)),
            Err(cause) => Err(Problem::broken(cause)),
        }
    }

    /// What fails here is not missed by anybody: it is in the log, and costs a little.
    async fn delete(&self, key: &str, now: Timestamp) {
        match self.call(Method::DELETE, key, &[], &[], now).await {
            Ok((200..=299, _)) => {}
            Ok((status, _)) => tracing::warn!(status, "an object could not be deleted"),
            Err(cause) => tracing::warn!(%cause, "an object could not be deleted"),
        }
    }

    async fn call(
        &self,
        method: Method,
        key: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
        now: Timestamp,
    ) -> Result<(u16, Vec<u8>), Unavailable> {
        let url = format!("{}{key}", self.url);
        self.service.call(Call { method, url, headers, body, longest: LONGEST }, now).await
    }
}

fn answered(status: u16) -> Problem {
    Problem::broken(Unavailable::new(WHAT, format!("S3 answered with {status}")))
}

/// Pictures in a bucket.
#[derive(Clone)]
pub struct S3Pictures {
    bucket: Bucket,
    clock: Clock,
}

impl S3Pictures {
    /// The pictures in the bucket of this name.
    #[must_use]
    pub fn new(aws: &Aws, bucket: &str, clock: Clock) -> Option<Self> {
        Some(Self { bucket: Bucket::new(aws, bucket)?, clock })
    }
}

fn picture_key(name: &PictureName) -> String {
    format!("users/{name}")
}

#[async_trait]
impl Pictures for S3Pictures {
    async fn find(&self, name: &PictureName, now: Timestamp) -> Result<Option<Bytes>, Problem> {
        self.bucket.get(&picture_key(name), now).await
    }

    async fn keep(
        &self,
        name: &PictureName,
        picture: &Bytes,
        _: &mut Commit,
    ) -> Result<(), Problem> {
        // Before the commit that makes it somebody's: what no profile points to is only lying there.
        self.bucket.put(&picture_key(name), picture, (self.clock)()).await
    }

    async fn leave(&self, _: &PictureName, _: &mut Commit, _: Timestamp) -> Result<(), Problem> {
        Ok(())
    }

    async fn left(&self, name: &PictureName) {
        self.bucket.delete(&picture_key(name), (self.clock)()).await;
    }
}

/// Files that wait, in a bucket. They are sent to S3 itself.
#[derive(Clone)]
pub struct S3Uploads {
    bucket: Bucket,
}

impl S3Uploads {
    /// The files in the bucket of this name.
    #[must_use]
    pub fn new(aws: &Aws, bucket: &str) -> Option<Self> {
        Some(Self { bucket: Bucket::new(aws, bucket)? })
    }
}

fn upload_key(name: &UploadName) -> String {
    format!("uploads/{}", name.as_str())
}

#[async_trait]
impl Uploads for S3Uploads {
    async fn begin(
        &self,
        ticket: &Ticket,
        length: usize,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<UploadAddress, Problem> {
        let url = format!("{}{}", self.bucket.url, upload_key(&ticket.name()));
        let length = length.to_string();
        // The length is signed: S3 takes no other, so nobody fills the bucket.
        let headers = [("content-length", length.as_str())];
        let lasts = Duration::try_from(expires_at.duration_since(now)).map_err(Problem::broken)?;
        let signed = self.bucket.service.address("PUT", &url, &headers, lasts, now).await;
        Ok(UploadAddress {
            url: signed.map_err(Problem::broken)?,
            method: "PUT",
            headers: [("content-length", length)].into(),
            expires_at,
        })
    }

    async fn find(&self, name: &UploadName, now: Timestamp) -> Result<Option<Bytes>, Problem> {
        self.bucket.get(&upload_key(name), now).await
    }

    async fn forget(&self, name: &UploadName, now: Timestamp) {
        self.bucket.delete(&upload_key(name), now).await;
    }
}
