//! `ListUserPoolClients`: the app clients of a pool, a page at a time.

use crate::{Idp, convert::page::limit};
use pool::Error;
use wire::{
    Access, Operation,
    cognito_idp::{ClientTypeType, ListUserPoolClients, UserPoolClientDescription},
};

impl Operation<Idp> for ListUserPoolClients {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let limit = limit(input.max_results);
        let token = input.next_token.as_deref();
        let page = idp.pools.list_clients(&input.user_pool_id, limit, token).await?;
        // Nobody registers clients dynamically here, so there are none of the other type.
        let is_asked_for = input.client_type.is_none_or(|kind| kind == ClientTypeType::Regular);
        let clients = page.items.iter().filter(|_| is_asked_for);
        let clients = clients.map(|client| UserPoolClientDescription {
            client_id: Some(client.id.clone()),
            user_pool_id: Some(client.pool.clone()),
            client_name: Some(client.settings.name.clone()),
        });
        Ok(Self::Output { user_pool_clients: Some(clients.collect()), next_token: page.next })
    }
}
