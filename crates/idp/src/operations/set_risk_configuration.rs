//! `SetRiskConfiguration`: says how a pool, or one client, answers to risks; nothing given is the default.

use crate::{
    Idp,
    convert::{
        client_or_all,
        risk::{parts, risk_configuration_type, settings},
    },
};
use pool::{Error, RiskConfiguration};
use wire::{Access, Operation, cognito_idp::SetRiskConfiguration};

impl Operation<Idp> for SetRiskConfiguration {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        pool.require_threat_protection()?;
        let client = client_or_all(idp, &pool.id, input.client_id.as_ref()).await?;
        let configuration = RiskConfiguration {
            pool: pool.id.clone(),
            client,
            modified_at: idp.pools.now(),
            parts: parts(&input)?,
            settings: settings(&input),
        };
        idp.pools.set_risk_configuration(&configuration).await?;
        Ok(Self::Output { risk_configuration: risk_configuration_type(&configuration)? })
    }
}
