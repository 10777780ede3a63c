//! `DescribeRiskConfiguration`: tells how a pool, or one client, answers to risks.

use crate::{
    Idp,
    convert::{client_or_all, risk::risk_configuration_type},
};
use pool::Error;
use wire::{
    Access, Operation,
    cognito_idp::{DescribeRiskConfiguration, RiskConfigurationType},
};

impl Operation<Idp> for DescribeRiskConfiguration {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        pool.require_threat_protection()?;
        let client = client_or_all(idp, &pool.id, input.client_id.as_ref()).await?;
        let found = idp.pools.risk_configuration(&pool.id, client.as_ref()).await?;
        let risk_configuration = match found {
            Some(found) => risk_configuration_type(&found)?,
            None => RiskConfigurationType {
                user_pool_id: Some(pool.id.clone()),
                client_id: client,
                ..RiskConfigurationType::default()
            },
        };
        Ok(Self::Output { risk_configuration })
    }
}
