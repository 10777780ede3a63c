//! `UntagResource`: takes tags from a pool. One that it does not have is no matter.

use crate::{
    Idp,
    convert::tags::{pool_of, set_tags, tags},
    fault::without_tags,
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::UntagResource};

impl Operation<Idp> for UntagResource {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let id = pool_of(idp, &input.resource_arn)?;
        idp.pools
            .change_pool(&id, |pool| {
                let mut all = tags(&pool.settings)?;
                all.retain(|name, _| !input.tag_keys.contains(name));
                set_tags(&mut pool.settings, &all)
            })
            .await
            .map_err(without_tags)?;
        Ok(Self::Output::default())
    }
}
