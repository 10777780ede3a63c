//! The cognito-idp operations: one file each, one table.
//!
//! An operation reads what the caller says in the API's words, asks [`pool`] for what should happen, and
//! tells in the API's words what came of it. Nothing here decides anything about users; what is decided
//! here is how Cognito puts it: which settings are written how (`convert`), which refusal has which name
//! and text (`fault`).
//!
//! ```no_run
//! # fn open(pools: pool::Pools, random: std::sync::Arc<dyn crypto::Random>) {
//! let idp = idp::Idp::new(pools);
//! let door = idp::door(wire::Admission::AnyCredentials, random);
//! // door.answer(&idp, request).await
//! # }
//! ```

mod callers;
mod categories;
mod convert;
mod fault;
mod needs;
mod operations;
mod plan;
pub mod provision;
mod sign_in;
mod table;

pub use table::table;

use crypto::Random;
use names::{Region, UserPoolId};
use pool::Pools;
use serde_json::Value;
use std::{net::IpAddr, sync::Arc};
use wire::{Admission, Call, Door, Fault, Service};

/// The user pools of a server as cognito-idp shows them. Cheap to clone.
#[derive(Clone)]
pub struct Idp {
    pub pools: Pools,
    /// Where new pools are made: the region that the call was signed for, or else the server's own.
    pub region: Region,
    /// Where this call comes from.
    pub(crate) origin: Origin,
}

/// What a door sees of where a call comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    pub peer: Option<IpAddr>,
    pub user_agent: Option<String>,
    /// Whether an access key has signed it, and the operation takes one.
    pub is_signed: bool,
}

impl Idp {
    /// The API of these pools.
    #[must_use]
    pub fn new(pools: Pools) -> Self {
        let region = pools.region().clone();
        Self { pools, region, origin: Origin::default() }
    }
}

impl Idp {
    /// The pool that an input names by its id or its ARN.
    fn named_pool(&self, input: &Value) -> Option<UserPoolId> {
        let text = |member| input.get(member).and_then(Value::as_str);
        match (text("UserPoolId"), text("ResourceArn")) {
            (Some(id), _) => UserPoolId::parse(id).ok(),
            (None, Some(arn)) => convert::tags::pool_of(self, arn).ok(),
            (None, None) => None,
        }
    }
}

impl Service for Idp {
    type Error = pool::Error;

    fn fault(error: pool::Error) -> Fault {
        fault::fault(error)
    }

    /// The pool that the input names. An id that is none leads to no pool, so it is nothing in particular.
    fn resource(&self, _: &str, input: &Value) -> String {
        let pool = self.named_pool(input);
        pool.map_or_else(|| "*".to_owned(), |pool| pool.arn(self.pools.account()))
    }

    fn admit(&self, operation: &'static str) -> Result<(), pool::Error> {
        if !self.pools.keeps_to_rates() {
            return Ok(());
        }
        categories::asked(operation).map_or(Ok(()), |asked| self.pools.admit(asked))
    }

    fn for_call(&self, call: &Call, input: &Value) -> Option<Self> {
        let region = call.region.as_ref().unwrap_or(&self.region).clone();
        let origin = Origin {
            peer: call.peer,
            user_agent: call.user_agent.clone(),
            is_signed: call.access_key_id.is_some(),
        };
        let need = needs::of(call.operation, input);
        Some(Self { pools: self.pools.met_in(&region, need), region, origin })
    }

    /// Not every operation looks at the pool that it names before it does anything.
    async fn may_begin(&self, input: &Value) -> Result<(), pool::Error> {
        match self.named_pool(input) {
            Some(pool) => self.pools.require_need(&pool).await,
            None => Ok(()),
        }
    }
}

/// The API, ready to answer requests for an [`Idp`].
#[must_use]
pub fn door(admission: Admission, random: Arc<dyn Random>) -> Door<Idp> {
    Door::new(&wire::cognito_idp::API, table(), admission, random)
}
