//! `CreateUserImportJob`: makes a job that waits for a file of users.

use crate::{Idp, convert::import::import_job_type};
use pool::{Error, Refusal};
use wire::{Access, Operation, cognito_idp::CreateUserImportJob};

impl Operation<Idp> for CreateUserImportJob {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        if input.password_hashing_algorithm.is_some() {
            let text =
                "PasswordHashingAlgorithm is not supported: users are imported without passwords.";
            return Err(Refusal::Unsupported(text.into()).into());
        }
        let (name, role) = (input.job_name, input.cloud_watch_logs_role_arn);
        let job = idp.pools.create_import_job(&input.user_pool_id, name, role).await?;
        Ok(Self::Output { user_import_job: Some(import_job_type(idp, &job)) })
    }
}
