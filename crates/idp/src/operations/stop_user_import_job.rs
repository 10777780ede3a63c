//! `StopUserImportJob`: stops an import; who came in stays.

use crate::{Idp, convert::import::import_job_type};
use pool::Error;
use wire::{Access, Operation, cognito_idp::StopUserImportJob};

impl Operation<Idp> for StopUserImportJob {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let job = idp.pools.stop_import(&input.user_pool_id, &input.job_id).await?;
        Ok(Self::Output { user_import_job: Some(import_job_type(idp, &job)) })
    }
}
