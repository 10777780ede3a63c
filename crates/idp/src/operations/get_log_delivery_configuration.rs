//! `GetLogDeliveryConfiguration`: tells where the logs of a pool are to go.

use crate::{Idp, convert::from_json};
use pool::Error;
use wire::{
    Access, Operation,
    cognito_idp::{GetLogDeliveryConfiguration, LogDeliveryConfigurationType},
};

impl Operation<Idp> for GetLogDeliveryConfiguration {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        let found = idp.pools.log_delivery(&pool.id).await?;
        let configurations = found.map(|found| found.into_inner().configurations);
        let log_configurations: Result<_, Error> =
            configurations.unwrap_or_default().into_iter().map(from_json).collect();
        let log_delivery_configuration = LogDeliveryConfigurationType {
            user_pool_id: pool.id.clone(),
            log_configurations: log_configurations?,
        };
        Ok(Self::Output { log_delivery_configuration: Some(log_delivery_configuration) })
    }
}
