//! How do settings, users and challenges look in the API's words?

pub(crate) mod auth;
pub(crate) mod auth_event;
pub(crate) mod branding;
pub(crate) mod client;
pub(crate) mod context;
pub(crate) mod device;
pub(crate) mod domain;
pub(crate) mod group;
pub(crate) mod identity_provider;
pub(crate) mod import;
mod lambda;
pub(crate) mod limit;
pub(crate) mod mfa;
pub(crate) mod page;
pub(crate) mod passkey;
pub(crate) mod replica;
pub(crate) mod resource_server;
pub(crate) mod risk;
pub(crate) mod schema;
pub(crate) mod secret;
pub(crate) mod session;
pub(crate) mod tags;
mod template;
pub(crate) mod terms;
pub(crate) mod user;
pub(crate) mod user_pool;

use crate::Idp;
use names::{ClientId, UserPoolId};
use pool::Error;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Keeps a setting that has no meaning here as it was given, to be given back so.
pub(crate) fn keep<T: Serialize>(
    inert: &mut Map<String, Value>,
    name: &str,
    given: Option<&T>,
) -> Result<(), Error> {
    if let Some(given) = given {
        inert.insert(name.to_owned(), json(given)?);
    }
    Ok(())
}

/// Gives back a setting that was kept as it was given.
pub(crate) fn kept<T: DeserializeOwned>(
    inert: &Map<String, Value>,
    name: &str,
) -> Result<Option<T>, Error> {
    let Some(value) = inert.get(name) else { return Ok(None) };
    T::deserialize(value)
        .map(Some)
        .map_err(|_| Error::internal(format!("the kept setting {name} is malformed")))
}

/// A value as it is kept by those who give it back as it was.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(|_| Error::internal("a setting does not serialise"))
}

/// A value that was kept as it was.
pub(crate) fn from_json<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|_| Error::internal("a kept setting is malformed"))
}

/// The client of a pool that a call is about; `ALL`, or nothing, is the pool itself.
pub(crate) async fn client_or_all(
    idp: &Idp,
    pool: &UserPoolId,
    client: Option<&ClientId>,
) -> Result<Option<ClientId>, Error> {
    match client.filter(|client| client.as_str() != "ALL") {
        Some(client) => Ok(Some(idp.pools.client_of(pool, client).await?.id.clone())),
        None => Ok(None),
    }
}
