//! `GetCSVHeader`: the header of a file of users for a pool.

use crate::Idp;
use pool::Error;
use wire::{Access, Operation, cognito_idp::GetCSVHeader};

impl Operation<Idp> for GetCSVHeader {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let csv_header = Some(idp.pools.csv_header(&input.user_pool_id).await?);
        Ok(Self::Output { user_pool_id: Some(input.user_pool_id), csv_header })
    }
}
