//! `SetRiskConfiguration`: says how a pool, or one client, answers to risks; nothing given is the default.

use crate::{Idp, convert::risk::risk_configuration_type, provision};
use pool::Error;
use wire::{Access, Operation, cognito_idp::SetRiskConfiguration};

impl Operation<Idp> for SetRiskConfiguration {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let configuration = provision::risk_configuration(idp, &input).await?;
        Ok(Self::Output { risk_configuration: risk_configuration_type(&configuration)? })
    }
}
