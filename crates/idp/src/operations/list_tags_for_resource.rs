//! `ListTagsForResource`: the tags of a pool.

use crate::{
    Idp,
    convert::tags::{pool_of, tags},
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListTagsForResource};

impl Operation<Idp> for ListTagsForResource {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&pool_of(idp, &input.resource_arn)?).await?;
        Ok(Self::Output { tags: Some(tags(&pool.settings)?) })
    }
}
