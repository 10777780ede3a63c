//! How does a file of users come in, and how does the report of its import go out?
//!
//! Both at the address in `PreSignedUrl`, which needs no credentials: it carries our signature and the time
//! at which it ends. The signature is looked at before anything of a body is read.

use crate::{
    listen::{Taker, Way},
    page,
};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Response, StatusCode, Uri, request::Parts};
use pool::{Error, Pools, Refusal, Upload};

/// How the body of a request is taken, if it is to an address for files.
pub async fn way(pools: &Pools, head: &Parts) -> Option<Way> {
    if head.method != Method::PUT || !head.uri.path().starts_with(Pools::UPLOADS) {
        return None;
    }
    let Some((pool, job)) = signed(pools, &head.uri) else {
        return Some(Way::Refused(expired()));
    };
    Some(match pools.begin_upload(&pool, &job).await {
        Ok(upload) => Way::InParts(Box::new(Taking(upload))),
        Err(error) => Way::Refused(refusal(error)),
    })
}

/// The report of an import, if this is an address of one.
pub async fn report(pools: &Pools, uri: &Uri) -> Option<Response<Bytes>> {
    if !uri.path().starts_with(Pools::UPLOADS) {
        return None;
    }
    let Some((pool, job)) = signed(pools, uri) else { return Some(expired()) };
    Some(match pools.import_report(&pool, &job).await {
        Ok(report) => text(StatusCode::OK, report),
        Err(error) => refusal(error),
    })
}

fn signed(pools: &Pools, uri: &Uri) -> Option<(names::UserPoolId, String)> {
    pools.upload_of(uri.path(), uri.query().unwrap_or_default())
}

struct Taking(Upload);

#[async_trait]
impl Taker for Taking {
    async fn take(&mut self, part: Bytes) -> Result<(), Response<Bytes>> {
        self.0.take(&part).await.map_err(refusal)
    }

    async fn end(self: Box<Self>) -> Response<Bytes> {
        match self.0.end().await {
            Ok(()) => text(StatusCode::OK, ""),
            Err(error) => refusal(error),
        }
    }
}

fn refusal(error: Error) -> Response<Bytes> {
    match error {
        Error::Refused(Refusal::WrongMoment(reason)) => {
            text(StatusCode::CONFLICT, format!("{reason}\n"))
        }
        Error::Refused(Refusal::TooMany(reason)) => {
            text(StatusCode::PAYLOAD_TOO_LARGE, format!("{reason}\n"))
        }
        Error::Refused(_) => text(StatusCode::NOT_FOUND, "There is no such import job.\n"),
        Error::Broken(broken) => {
            tracing::error!(?broken, "a file of users could not be taken");
            text(StatusCode::INTERNAL_SERVER_ERROR, "Something is broken on our side.\n")
        }
    }
}

fn expired() -> Response<Bytes> {
    text(StatusCode::FORBIDDEN, "This address is not signed by us, or has expired.\n")
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    page::dress(response.headers_mut(), "text/plain; charset=utf-8", "no-store");
    response
}
