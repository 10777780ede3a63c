//! `DescribeUserImportJob`: tells of an import job.

use crate::{Idp, convert::import::import_job_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::DescribeUserImportJob};

impl Operation<Idp> for DescribeUserImportJob {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let job = idp.pools.import_job(&input.user_pool_id, &input.job_id).await?;
        Ok(Self::Output { user_import_job: Some(import_job_type(idp, &job)) })
    }
}
