//! `TagResource`: gives a pool tags, besides those that it has.

use crate::{
    Idp,
    convert::tags::{pool_of, set_tags, tags},
    fault::without_tags,
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::TagResource};

impl Operation<Idp> for TagResource {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let id = pool_of(idp, &input.resource_arn)?;
        idp.pools
            .change_pool(&id, |pool| {
                let mut all = tags(&pool.settings)?;
                all.extend(input.tags.clone());
                set_tags(&mut pool.settings, &all)
            })
            .await
            .map_err(without_tags)?;
        Ok(Self::Output::default())
    }
}
