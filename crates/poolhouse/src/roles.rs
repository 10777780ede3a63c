//! With whose rights does a text message of a pool leave? In the role that the pool names, taken on through STS.

use crate::on_aws::{Regions, is_denied, said};
use aws_sdk_sns::{
    Client,
    config::{Credentials, IdentityCache},
};
use aws_sdk_sts::{Client as Sts, error::ProvideErrorMetadata};
use moka::sync::Cache;
use pool::{Barred, SmsRole, SmsSettings, Undelivered};
use std::time::{Duration, SystemTime};

/// What the sessions are called in the log of the role's account.
const SESSION: &str = "poolhouse-text-messages";
/// How long before their end credentials are not used any more. A message is tried for some seconds.
const SPARE: Duration = Duration::from_secs(300);
/// For how many roles credentials are held at once, and for how long at most: an hour is what STS gives.
const HELD: u64 = 1000;
const LONGEST: Duration = Duration::from_secs(3600);

/// The roles of pools, each with credentials while they last.
pub struct Roles {
    sts: Regions<Sts>,
    held: Cache<SmsSettings, Held>,
}

/// SNS in a role.
#[derive(Clone)]
struct Held {
    client: Client,
    until: SystemTime,
}

impl Roles {
    /// Roles that are taken on when they are needed. Credentials and endpoint (`AWS_ENDPOINT_URL_STS`) are where the
    /// AWS tools take them.
    pub fn new() -> Self {
        let held = Cache::builder().max_capacity(HELD).time_to_live(LONGEST).build();
        Self { sts: Regions::new(Sts::new), held }
    }

    /// SNS in this role of a pool, with the credentials that there are while they last. Of messages that come at
    /// once to a role that is not taken on yet each may take it on.
    pub async fn client(
        &self,
        own: &Client,
        sms: &SmsSettings,
        role: &SmsRole,
    ) -> Result<Client, Undelivered> {
        match self.held.get(sms) {
            Some(held) if SystemTime::now() < held.until => Ok(held.client),
            _ => self.take_on(own, sms, role).await,
        }
    }

    /// SNS in this role of a pool, with new credentials: what was allowed a while ago may not be any more.
    pub async fn take_on(
        &self,
        own: &Client,
        sms: &SmsSettings,
        role: &SmsRole,
    ) -> Result<Client, Undelivered> {
        let sts = self.sts.of(sms.region.as_deref()).await;
        let asked = sts
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(SESSION)
            .set_external_id(role.external_id.clone());
        let taken = asked.send().await.map_err(|error| {
            self.drop(sms);
            let said = said("STS", &error);
            // An ARN or an external id that STS cannot read will not be trusted either.
            let is_refused = is_denied(&error) || error.code() == Some("ValidationError");
            if is_refused { said.barred(Barred::SmsRoleTrust) } else { said }
        })?;
        let given = taken.credentials();
        let given = given.ok_or_else(|| Undelivered::new("STS: it gave no credentials"))?;
        let ends = SystemTime::try_from(*given.expiration());
        let ends = ends.map_err(|cause| Undelivered::new(format!("STS: {cause}")))?;
        let credentials = Credentials::new(
            given.access_key_id(),
            given.secret_access_key(),
            Some(given.session_token().to_owned()),
            Some(ends),
            "the role of a pool",
        );
        // They are held here, and the cache of the server's own client would never let go of them.
        let config = own.config().to_builder().identity_cache(IdentityCache::no_cache());
        let client = Client::from_conf(config.credentials_provider(credentials).build());
        let until = ends.checked_sub(SPARE).unwrap_or(SystemTime::UNIX_EPOCH);
        self.held.insert(sms.clone(), Held { client: client.clone(), until });
        Ok(client)
    }

    /// Lets go of the credentials of a role.
    pub fn drop(&self, sms: &SmsSettings) {
        self.held.invalidate(sms);
    }
}
