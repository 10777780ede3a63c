//! `SetRiskConfiguration`: says how a pool, or one client, answers to risks; nothing given is the default.

use crate::{Idp, convert::risk::risk_configuration_type, fault::without_unverified, provision};
use pool::Error;
use wire::{Access, Operation, cognito_idp::SetRiskConfiguration};

impl Operation<Idp> for SetRiskConfiguration {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let wanted = provision::wanted_risk_configuration(idp, &input).await?;
        if let Some(identity) = &wanted.settings.notices.mail.identity {
            idp.pools.try_mail_identity(identity).await.map_err(without_unverified)?;
        }
        let configuration = provision::set_risk_configuration(idp, wanted).await?;
        Ok(Self::Output { risk_configuration: risk_configuration_type(&configuration)? })
    }
}
