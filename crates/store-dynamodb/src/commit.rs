//! How is a commit made once, over a connection that may break?

use crate::{
    attributes::{self, condition, is_nothing, is_written_by},
    dynamo::DynamoStore,
    failure::{Failure, Kind, Patience, unavailable},
};
use aws_sdk_dynamodb::{
    error::BuildError,
    operation::put_item::PutItemError,
    types::{
        ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure as OnFailure,
        TransactWriteItem,
    },
};
use jiff::Timestamp;
use std::error::Error;
use store::{Broken, Change, CommitError, Condition, Write};
use uuid::Uuid;

/// A commit on its way, the same in every attempt.
enum Commit {
    Put { put: Put, id: Uuid, index: usize },
    Delete { delete: Delete, is_guarded: bool, index: usize },
    Transaction { items: Vec<TransactWriteItem>, indexes: Vec<usize>, token: Uuid },
}

impl DynamoStore {
    /// Makes these writes, which are within the limits.
    pub(crate) async fn persist(
        &self,
        writes: Vec<Write>,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let id = Uuid::new_v4();
        let writes = writes.into_iter().enumerate();
        let mut writes: Vec<(usize, Write)> =
            writes.filter(|(_, write)| !is_nothing(write.condition, &write.change)).collect();
        let commit = match writes.len() {
            0 => return Ok(()),
            1 => match writes.pop() {
                Some((index, write)) if write.change == Change::Keep => {
                    return self.ask(index, &write, now).await;
                }
                Some((index, write)) => self.single(index, write, now, id),
                None => return Ok(()),
            },
            _ => self.transaction(writes, now, id),
        };
        let commit = commit.map_err(|error| unavailable("building a commit", error))?;
        self.send_until_known(&commit, Patience::new(id)).await
    }

    /// A condition by itself needs no transaction: that it held when it was read is all there is to say.
    async fn ask(&self, index: usize, write: &Write, now: Timestamp) -> Result<(), CommitError> {
        let found = self.get_one(&write.key).await?.filter(|item| !item.has_expired(now));
        let holds = write.condition.holds(found.map(|item| item.version));
        if holds { Ok(()) } else { Err(CommitError::Conflict(vec![index])) }
    }

    fn single(
        &self,
        index: usize,
        write: Write,
        now: Timestamp,
        id: Uuid,
    ) -> Result<Commit, BuildError> {
        let is_guarded = write.condition != Condition::Always;
        match &write.change {
            Change::Put { .. } => {
                let put = self.put(&write, now, is_guarded.then_some(id))?;
                Ok(Commit::Put { put, id, index })
            }
            Change::Delete | Change::Keep => {
                let delete = self.delete(&write, now)?;
                Ok(Commit::Delete { delete, is_guarded, index })
            }
        }
    }

    fn transaction(
        &self,
        writes: Vec<(usize, Write)>,
        now: Timestamp,
        token: Uuid,
    ) -> Result<Commit, BuildError> {
        let mut items = Vec::with_capacity(writes.len());
        let mut indexes = Vec::with_capacity(writes.len());
        for (index, write) in writes {
            let item = TransactWriteItem::builder();
            let item = match &write.change {
                Change::Put { .. } => item.put(self.put(&write, now, None)?),
                Change::Delete => item.delete(self.delete(&write, now)?),
                Change::Keep => item.condition_check(self.check(&write, now)?),
            };
            items.push(item.build());
            indexes.push(index);
        }
        Ok(Commit::Transaction { items, indexes, token })
    }

    fn put(
        &self,
        write: &Write,
        now: Timestamp,
        written_by: Option<Uuid>,
    ) -> Result<Put, BuildError> {
        let (body, expires_at) = match &write.change {
            Change::Put { body, expires_at } => (body.clone(), *expires_at),
            Change::Delete | Change::Keep => Default::default(),
        };
        let item = attributes::item(&write.key, &body, expires_at, written_by);
        let (expression, values) = condition(write.condition, now).unzip();
        Put::builder()
            .table_name(self.table())
            .set_item(Some(item))
            .set_condition_expression(expression.map(str::to_owned))
            .set_expression_attribute_values(values)
            .build()
    }

    fn delete(&self, write: &Write, now: Timestamp) -> Result<Delete, BuildError> {
        let (expression, values) = condition(write.condition, now).unzip();
        Delete::builder()
            .table_name(self.table())
            .set_key(Some(attributes::key(&write.key.partition, &write.key.sort)))
            .set_condition_expression(expression.map(str::to_owned))
            .set_expression_attribute_values(values)
            .build()
    }

    fn check(&self, write: &Write, now: Timestamp) -> Result<ConditionCheck, BuildError> {
        let (expression, values) = condition(write.condition, now).unzip();
        ConditionCheck::builder()
            .table_name(self.table())
            .set_key(Some(attributes::key(&write.key.partition, &write.key.sort)))
            .set_condition_expression(expression.map(str::to_owned))
            .set_expression_attribute_values(values)
            .build()
    }

    async fn send_until_known(
        &self,
        commit: &Commit,
        mut patience: Patience,
    ) -> Result<(), CommitError> {
        // Whether an attempt so far may have been carried out.
        let mut is_unknown = false;
        loop {
            let Err(Failure { kind, source }) = self.send(commit, is_unknown).await else {
                return Ok(());
            };
            match kind {
                Kind::Conflict(at) => return Err(CommitError::Conflict(at)),
                Kind::Refused | Kind::Undecided => return Err(not_committed(source)),
                Kind::Unknown => is_unknown = true,
                Kind::Busy | Kind::Throttled => {}
            }
            if !patience.wait().await {
                return match kind {
                    Kind::Busy if !is_unknown => Err(CommitError::Conflict(Vec::new())),
                    _ => Err(not_committed(source)),
                };
            }
            let error: &(dyn Error + 'static) = &*source;
            tracing::debug!(error, "sending a commit again");
        }
    }

    /// One attempt. A write that an earlier attempt is seen to have made is made.
    async fn send(&self, commit: &Commit, is_unknown: bool) -> Result<(), Failure> {
        match commit {
            Commit::Put { put, id, index } => {
                let outcome = self
                    .client()
                    .put_item()
                    .table_name(put.table_name())
                    .set_item(Some(put.item().clone()))
                    .set_condition_expression(put.condition_expression.clone())
                    .set_expression_attribute_values(put.expression_attribute_values.clone())
                    // What is there costs nothing to be told, but takes its time to send.
                    .set_return_values_on_condition_check_failure(
                        is_unknown.then_some(OnFailure::AllOld),
                    )
                    .customize()
                    .config_override(self.once())
                    .send()
                    .await;
                let Err(error) = outcome else { return Ok(()) };
                let is_ours = match error.as_service_error() {
                    Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                        failed.item().is_some_and(|item| is_written_by(item, *id))
                    }
                    _ => false,
                };
                if is_ours {
                    Ok(())
                } else {
                    Err(of_single(Failure::new(error), is_unknown, *index))
                }
            }
            Commit::Delete { delete, is_guarded, index } => {
                let outcome = self
                    .client()
                    .delete_item()
                    .table_name(delete.table_name())
                    .set_key(Some(delete.key().clone()))
                    .set_condition_expression(delete.condition_expression.clone())
                    .set_expression_attribute_values(delete.expression_attribute_values.clone())
                    .customize()
                    .config_override(self.once())
                    .send()
                    .await;
                // A deletion leaves nothing to recognise it by.
                let is_unknown = is_unknown && *is_guarded;
                outcome
                    .map(drop)
                    .map_err(|error| of_single(Failure::new(error), is_unknown, *index))
            }
            Commit::Transaction { items, indexes, token } => {
                // The token makes an attempt after one that was carried out succeed without effect, so
                // that a conflict is a conflict, whatever was before.
                let outcome = self
                    .client()
                    .transact_write_items()
                    .set_transact_items(Some(items.clone()))
                    .client_request_token(token.to_string())
                    .customize()
                    .config_override(self.once())
                    .send()
                    .await;
                outcome.map(drop).map_err(|error| Failure::of_transaction(error, indexes))
            }
        }
    }
}

/// The failure of a write by itself. That its condition does not hold says little if an earlier attempt may
/// have been made: it may be the very reason.
fn of_single(failure: Failure, is_unknown: bool, index: usize) -> Failure {
    let kind = match failure.kind {
        Kind::Conflict(_) if is_unknown => Kind::Undecided,
        Kind::Conflict(_) => Kind::Conflict(vec![index]),
        kind => kind,
    };
    Failure { kind, ..failure }
}

fn not_committed(source: Box<dyn Error + Send + Sync>) -> CommitError {
    CommitError::Broken(Broken::Unavailable { what: "committing", source })
}
