//! `ListUsers`: the users of a pool, all or those that fit a filter, a page at a time.

use crate::{
    Idp,
    convert::{
        page::limit,
        user::{attribute_list_of, user_type},
    },
};
use pool::{Error, Filter, Refusal, User};
use wire::{Access, Operation, cognito_idp::ListUsers};

impl Operation<Idp> for ListUsers {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let wanted = input.attributes_to_get;
        let names = || wanted.iter().flatten();
        if names().any(|name| pool.schema.rule(name).is_none()) {
            return Err(missing().into());
        }
        let filter = Filter::parse(input.filter.as_deref().unwrap_or_default())?;
        let (limit, token) = (limit(input.limit), input.pagination_token.as_deref());
        let page = idp.pools.list_users(&pool, filter.as_ref(), limit, token).await?;
        // Whoever asks for an attribute has to know that everybody on the page has it.
        let is_without = |user: &User| names().any(|name| user.attribute(name).is_none());
        if page.items.iter().any(|user| is_without(user)) {
            return Err(missing().into());
        }
        let is_wanted =
            |name: &str| wanted.as_ref().is_none_or(|names| names.iter().any(|it| it == name));
        let users = page.items.iter();
        let users = users.map(|user| user_type(user, attribute_list_of(user, is_wanted)));
        Ok(Self::Output { users: Some(users.collect()), pagination_token: page.next })
    }
}

fn missing() -> Refusal {
    Refusal::invalid("One or more requested attributes do not exist.")
}
