//! How do a profile and its user in Amazon Cognito change together?
//!
//! There is no commit over both, so the account goes first, under the status that was read, and the profile
//! follows only if it still has that status. If it cannot, the account is put back as the profile says: a
//! profile that says `active` must not hide a user who is kept out, and the other way round.

use crate::{
    Aws, Table,
    aws::unavailable,
    directory,
    document::{self, ID, Item, STATUS},
    table,
};
use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::Client;
use jiff::Timestamp;
use kit::Unavailable;
use names::{Sub, UserPoolId};
use serde_json::Value;
use users::{Accounts, Problem, Profile, ProfileSource, Status};

/// Accounts in a user pool of Amazon Cognito, with profiles in a table.
pub struct PoolAccounts {
    client: Client,
    pool: UserPoolId,
    profiles: Table,
}

/// How often somebody else may be quicker.
const TRIES: usize = 4;

impl PoolAccounts {
    /// The accounts of this pool.
    #[must_use]
    pub fn new(aws: &Aws, pool: UserPoolId, profiles: Table) -> Self {
        Self { client: directory::client(aws), pool, profiles }
    }

    /// Lets the user in, or keeps them out and signs them out everywhere. A user who was deleted is as the
    /// profile says: they do not come in.
    async fn apply(&self, id: &Sub, status: Status) -> Result<(), Unavailable> {
        let what = "the user pool";
        let pool = self.pool.as_str();
        if status.may_sign_in() {
            let enable = self.client.admin_enable_user().user_pool_id(pool).username(id.as_str());
            return match enable.send().await {
                Err(error)
                    if !error
                        .as_service_error()
                        .is_some_and(|e| e.is_user_not_found_exception()) =>
                {
                    Err(unavailable(what, error))
                }
                _ => Ok(()),
            };
        }
        let disable = self.client.admin_disable_user().user_pool_id(pool).username(id.as_str());
        match disable.send().await {
            Ok(_) => {}
            Err(error)
                if error.as_service_error().is_some_and(|e| e.is_user_not_found_exception()) =>
            {
                return Ok(());
            }
            Err(error) => return Err(unavailable(what, error)),
        }
        let sign_out =
            self.client.admin_user_global_sign_out().user_pool_id(pool).username(id.as_str());
        match sign_out.send().await {
            Err(error)
                if !error.as_service_error().is_some_and(|e| e.is_user_not_found_exception()) =>
            {
                Err(unavailable(what, error))
            }
            _ => Ok(()),
        }
    }

    /// Puts the account back. What cannot be put back is written down: somebody has to look.
    async fn put_back(&self, id: &Sub, status: Status) {
        if let Err(cause) = self.apply(id, status).await {
            tracing::error!(
                sub = %id,
                status = status.as_str(),
                cause = %cause.cause,
                "an account is not as its profile says"
            );
        }
    }

    /// Gives the profile a status, if it still has the one that was read. Answers the profile as it is then.
    async fn write(&self, id: &Sub, from: Status, to: Status) -> Result<Option<Item>, Unavailable> {
        let update = self.profiles.client.update_item().table_name(&self.profiles.name);
        let update = update
            .key(ID, document::text(id.as_str()))
            .update_expression("SET #status = :to")
            .condition_expression("attribute_exists(#id) AND #status = :from")
            .expression_attribute_names("#id", ID)
            .expression_attribute_names("#status", STATUS)
            .expression_attribute_values(":from", document::text(from.as_str()))
            .expression_attribute_values(":to", document::text(to.as_str()))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew);
        match update.send().await {
            Ok(updated) => Ok(updated.attributes),
            Err(error) => {
                let is_other = error
                    .as_service_error()
                    .is_some_and(|error| error.is_conditional_check_failed_exception());
                if is_other { Ok(None) } else { Err(unavailable(table::WHAT, error)) }
            }
        }
    }
}

#[async_trait]
impl Accounts for PoolAccounts {
    async fn set_status(&self, id: &Sub, status: Status) -> Result<Profile, Problem> {
        let mut is_changed = false;
        let mut last = status;
        for _ in 0..TRIES {
            let read = self.profiles.item(id).await.map_err(broken);
            let profile = match read {
                Ok(Some(item)) => profile(item)?,
                Ok(None) => return Err(Problem::NotFound),
                Err(problem) => return Err(problem),
            };
            let from = profile.status;
            last = from;
            if !from.leads_to(status) {
                if is_changed {
                    self.put_back(id, from).await;
                }
                let (from, to) = (from.as_str(), status.as_str());
                return Err(Problem::Conflict(format!(
                    "A profile that is {from} cannot become {to}."
                )));
            }
            if let Err(cause) = self.apply(id, status).await {
                self.put_back(id, from).await;
                return Err(broken(cause));
            }
            is_changed = true;
            match self.write(id, from, status).await {
                Ok(Some(item)) => return self::profile(item),
                // Somebody else changed it meanwhile. What they changed it to decides.
                Ok(None) => {}
                Err(cause) => {
                    self.put_back(id, from).await;
                    return Err(broken(cause));
                }
            }
        }
        self.put_back(id, last).await;
        Err(Problem::Conflict("The profile is being changed by somebody else.".to_owned()))
    }
}

#[async_trait]
impl ProfileSource for Table {
    async fn find(&self, id: &Sub, _: Timestamp) -> Result<Option<Profile>, Problem> {
        self.item(id).await.map_err(broken)?.map(profile).transpose()
    }
}

fn profile(item: Item) -> Result<Profile, Problem> {
    serde_json::from_value(Value::Object(document::from_item(item))).map_err(|cause| {
        // A reader's own text quotes what it could not read.
        let kind = cause.classify();
        tracing::error!(?kind, "an item of the table is no profile");
        Problem::Internal
    })
}

fn broken(unavailable: Unavailable) -> Problem {
    tracing::error!(cause = %unavailable.cause, "{} cannot be reached", unavailable.what);
    Problem::Internal
}
