//! How does an import of users look in the API's words?

use crate::Idp;
use pool::{ImportJob, ImportStatus};
use wire::cognito_idp::{UserImportJobStatusType, UserImportJobType};

pub(crate) fn import_job_type(idp: &Idp, job: &ImportJob) -> UserImportJobType {
    let count = |users: u64| Some(i64::try_from(users).unwrap_or(i64::MAX));
    UserImportJobType {
        job_name: Some(job.name.clone()),
        job_id: Some(job.id.clone()),
        user_pool_id: Some(job.pool.clone()),
        pre_signed_url: Some(idp.pools.upload_url(job)),
        creation_date: Some(job.created_at.into()),
        start_date: job.started_at.map(Into::into),
        completion_date: job.completed_at.map(Into::into),
        status: Some(match job.status_at(idp.pools.now()) {
            ImportStatus::Created => UserImportJobStatusType::Created,
            ImportStatus::Pending => UserImportJobStatusType::Pending,
            ImportStatus::InProgress => UserImportJobStatusType::InProgress,
            ImportStatus::Stopping => UserImportJobStatusType::Stopping,
            ImportStatus::Stopped => UserImportJobStatusType::Stopped,
            ImportStatus::Succeeded => UserImportJobStatusType::Succeeded,
            ImportStatus::Failed => UserImportJobStatusType::Failed,
            ImportStatus::Expired => UserImportJobStatusType::Expired,
        }),
        cloud_watch_logs_role_arn: Some(job.role_arn.clone()),
        imported_users: count(job.imported),
        skipped_users: count(job.skipped),
        failed_users: count(job.failed),
        completion_message: job.message.clone(),
        password_hashing_algorithm: None,
    }
}
