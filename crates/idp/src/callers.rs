//! Who calls, by which token or through which client, and from where?
//!
//! From where is asked in pools that look for threats alone. What the configuration bars comes no further.

use crate::{Idp, convert::context, fault};
use names::{ClientId, Token, UserPoolId, Username};
use pool::{Bearer, Caller, Error, Refusal};
use std::{collections::BTreeMap, sync::Arc};
use wire::{
    Modelled,
    cognito_idp::{ContextDataType, UserContextDataType},
};

type Metadata = BTreeMap<String, String>;

impl Idp {
    /// The user that an access token speaks for, or why not, in words that the operation has.
    pub(crate) async fn bearer<Of: Modelled>(&self, token: &Token) -> Result<Bearer, Error> {
        self.pools.bearer(token).await.map_err(fault::of_token::<Of>)
    }

    /// As [`Self::bearer`], of a token that the model does not ask for, and that must be there all the same.
    pub(crate) async fn bearer_of_device<Of: Modelled>(
        &self,
        token: Option<&Token>,
    ) -> Result<Bearer, Error> {
        match token {
            Some(token) => self.bearer::<Of>(token).await,
            None => Err(Refusal::InvalidAccessToken.into()),
        }
    }

    /// A call of a client that names no pool; `name` is who wants to sign in, where that is what is wanted.
    pub(crate) async fn caller(
        &self,
        client: &ClientId,
        metadata: Metadata,
        told: Option<&UserContextDataType>,
        name: Option<&Username>,
    ) -> Result<Caller, Error> {
        let mut caller = self.pools.caller(client, metadata).await?;
        caller.address = self.origin.peer;
        if caller.pool.settings.threats.is_on() {
            caller.circumstances = Arc::new(context::of_user(&self.origin, &caller.client, told)?);
            self.pools.refuse_blocked(&caller, name).await?;
        }
        Ok(caller)
    }

    /// A call of a server for one of its users. Its own address says nothing of where the user is.
    pub(crate) async fn caller_of(
        &self,
        pool: &UserPoolId,
        client: &ClientId,
        metadata: Metadata,
        told: Option<&ContextDataType>,
        name: Option<&Username>,
    ) -> Result<Caller, Error> {
        let mut caller = self.pools.caller_of(pool, client, metadata).await?;
        if caller.pool.settings.threats.is_on() {
            caller.circumstances =
                Arc::new(told.map(context::of_server).transpose()?.unwrap_or_default());
            self.pools.refuse_blocked(&caller, name).await?;
        }
        Ok(caller)
    }
}
