//! What does a failed call mean for the write it was to make?

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
};
use std::{error::Error, fmt, time::Duration};
use store::Broken;
use uuid::Uuid;

/// A write that was not acknowledged.
#[derive(Debug)]
pub struct Failure {
    pub kind: Kind,
    pub source: Box<dyn Error + Send + Sync>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing was changed: these conditions did not hold.
    Conflict(Vec<usize>),
    /// Nothing was changed: another write of the same items was under way.
    Busy,
    /// Nothing was changed: more was asked for than the table gives.
    Throttled,
    /// It may have been made.
    Unknown,
    /// An earlier attempt may have been made, and what is there now does not tell.
    Undecided,
    /// Nothing was changed, and trying again is of no use.
    Refused,
}

impl Failure {
    pub fn new<E, R>(error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        R: StatusCode + fmt::Debug + Send + Sync + 'static,
    {
        let kind = match &error {
            SdkError::ConstructionFailure(_) => Kind::Refused,
            SdkError::ServiceError(service) => match service.err().code() {
                Some("ConditionalCheckFailedException") => Kind::Conflict(vec![0]),
                Some(
                    "TransactionConflictException"
                    | "TransactionInProgressException"
                    | "ReplicatedWriteConflictException",
                ) => Kind::Busy,
                Some(
                    "ThrottlingException"
                    | "ProvisionedThroughputExceededException"
                    | "RequestLimitExceeded"
                    | "LimitExceededException",
                ) => Kind::Throttled,
                _ if service.raw().code() >= 500 => Kind::Unknown,
                _ => Kind::Refused,
            },
            // Timeouts, broken connections, answers that end in the middle.
            _ => Kind::Unknown,
        };
        Self { kind, source: told(error) }
    }

    /// Of a transaction, whose error says why for each of its writes; `indexes` are the caller's.
    pub fn of_transaction<R>(error: SdkError<TransactWriteItemsError, R>, indexes: &[usize]) -> Self
    where
        R: StatusCode + fmt::Debug + Send + Sync + 'static,
    {
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
            error.as_service_error()
        else {
            return Self::new(error);
        };
        let reasons = || cancelled.cancellation_reasons().iter().map(|reason| reason.code());
        let failed: Vec<usize> = reasons()
            .zip(indexes)
            .filter(|(code, _)| *code == Some("ConditionalCheckFailed"))
            .map(|(_, index)| *index)
            .collect();
        let has = |names: &[&str]| reasons().flatten().any(|code| names.contains(&code));
        let kind = if !failed.is_empty() {
            Kind::Conflict(failed)
        } else if has(&["TransactionConflict"]) {
            Kind::Busy
        } else if has(&["ThrottlingError", "ProvisionedThroughputExceeded"]) {
            Kind::Throttled
        } else {
            Kind::Refused
        };
        Self { kind, source: told(error) }
    }
}

/// The status of an answer.
pub trait StatusCode {
    fn code(&self) -> u16;
}

impl StatusCode for aws_sdk_dynamodb::config::http::HttpResponse {
    fn code(&self) -> u16 {
        self.status().as_u16()
    }
}

/// How long to go on trying.
pub struct Patience {
    attempts: u32,
    chance: u128,
}

impl Patience {
    const ATTEMPTS: u32 = 9;
    const FIRST: Duration = Duration::from_millis(10);
    const LONGEST: Duration = Duration::from_millis(500);

    /// Begins to try. The id decides how the waits are spread, so that those who met once meet no more.
    pub fn new(id: Uuid) -> Self {
        Self { attempts: 1, chance: id.as_u128() }
    }

    /// Waits for the next attempt; `false` if there have been enough.
    pub async fn wait(&mut self) -> bool {
        let Some(pause) = self.pause() else { return false };
        tokio::time::sleep(pause).await;
        true
    }

    /// Between half of a bound that doubles and all of it.
    fn pause(&mut self) -> Option<Duration> {
        if self.attempts >= Self::ATTEMPTS {
            return None;
        }
        let bound = (Self::FIRST * (1 << self.attempts)).min(Self::LONGEST);
        self.attempts += 1;
        // Eight bits of the id for each attempt.
        self.chance = self.chance.rotate_right(8);
        let share = u32::from(self.chance.to_le_bytes()[0]);
        Some(bound / 2 + bound * share / 512)
    }
}

/// A call that was not answered as it should be.
pub fn failed<E, R>(what: &'static str, error: SdkError<E, R>) -> Broken
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    Broken::Unavailable { what, source: told(error) }
}

/// What a log may say of it. The message of a service may quote a key, and with it a name; its code does
/// not.
fn told<E, R>(error: SdkError<E, R>) -> Box<dyn Error + Send + Sync>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    match &error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("an error without a code");
            format!("the service answered with {code}").into()
        }
        _ => Box::new(error),
    }
}

pub fn unavailable(what: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Broken {
    Broken::Unavailable { what, source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_grows_and_ends() {
        for id in [Uuid::nil(), Uuid::max(), Uuid::from_u128(0x1234_5678_9abc_def0)] {
            let mut patience = Patience::new(id);
            let pauses: Vec<Duration> = std::iter::from_fn(|| patience.pause()).collect();
            assert_eq!(pauses.len(), 8);
            assert!(
                pauses[0] >= Duration::from_millis(10) && pauses[0] <= Duration::from_millis(20)
            );
            assert!(pauses.iter().all(|pause| *pause <= Patience::LONGEST));
            let total: Duration = pauses.iter().sum();
            assert!(total > Duration::from_millis(900) && total < Duration::from_secs(3));
        }
    }
}
