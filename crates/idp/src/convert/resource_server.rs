//! How does a resource server look in the API's words?

use pool::{Refusal, ResourceScope, ResourceServer};
use std::collections::BTreeSet;
use wire::cognito_idp::{ResourceServerScopeType, ResourceServerType};

pub(crate) fn resource_server_type(server: &ResourceServer) -> ResourceServerType {
    let scopes = server.scopes.iter().map(|scope| ResourceServerScopeType {
        scope_name: scope.name.clone(),
        scope_description: scope.description.clone(),
    });
    ResourceServerType {
        user_pool_id: Some(server.pool.clone()),
        identifier: Some(server.identifier.clone()),
        name: Some(server.name.clone()),
        scopes: Some(scopes.collect()),
        managed_by: None,
    }
}

/// The scopes of a resource server, each name once.
pub(crate) fn scopes(
    given: Option<Vec<ResourceServerScopeType>>,
) -> Result<Vec<ResourceScope>, Refusal> {
    let given = given.unwrap_or_default();
    let mut names = BTreeSet::new();
    if let Some(twice) = given.iter().find(|scope| !names.insert(scope.scope_name.as_str())) {
        return Err(Refusal::invalid(format!("Duplicate scope: {}", twice.scope_name)));
    }
    let scope = |scope: ResourceServerScopeType| ResourceScope {
        name: scope.scope_name,
        description: scope.scope_description,
    };
    Ok(given.into_iter().map(scope).collect())
}
