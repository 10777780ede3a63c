//! `ListUsers`: the users of a pool, all or those that fit a filter, a page at a time.

use crate::{
    Idp,
    convert::{
        page::limit,
        user::{attribute_list_of, user_type},
    },
};
use pool::{Error, Filter, Refusal};
use wire::{Access, Operation, cognito_idp::ListUsers};

impl Operation<Idp> for ListUsers {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let wanted = input.attributes_to_get.filter(|names| !names.is_empty());
        let mut names = wanted.iter().flatten();
        if names.any(|name| pool.schema.rule(name).is_none()) {
            let text = "One or more requested attributes do not exist in user pool.";
            return Err(Refusal::invalid(text).into());
        }
        let filter = Filter::parse(input.filter.as_deref().unwrap_or_default())?;
        let (limit, token) = (limit(input.limit), input.pagination_token.as_deref());
        let page = idp.pools.list_users(&pool, filter.as_ref(), limit, token).await?;
        let is_wanted =
            |name: &str| wanted.as_ref().is_none_or(|names| names.iter().any(|it| it == name));
        let users = page.items.iter();
        let users = users.map(|user| user_type(user, attribute_list_of(user, is_wanted)));
        Ok(Self::Output { users: Some(users.collect()), pagination_token: page.next })
    }
}
