//! `AdminInitiateAuth`: begins a sign-in on a server, or goes on with a session by its refresh token.

use crate::{
    Idp,
    convert::auth::{Answer, Parameters},
    sign_in,
};
use pool::{Error, Flow};
use wire::{
    Access, Operation,
    cognito_idp::{AdminInitiateAuth, AuthFlowType},
};

impl Operation<Idp> for AdminInitiateAuth {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let metadata = input.client_metadata.unwrap_or_default();
        let parameters = Parameters::new(input.auth_parameters);
        let (pool, client) = (&input.user_pool_id, &input.client_id);
        let (context, name) = (input.context_data.as_ref(), parameters.find_username());
        let mut caller = idp.caller_of(pool, client, metadata, context, name.as_ref()).await?;
        caller.device = parameters.device()?;
        let outcome = match input.auth_flow {
            AuthFlowType::AdminUserPasswordAuth | AuthFlowType::AdminNoSrpAuth => {
                sign_in::by_password(idp, &caller, Flow::AdminUserPassword, &parameters).await?
            }
            flow => sign_in::begin(idp, &caller, flow, input.session, &parameters).await?,
        };
        let answer = Answer::of(outcome)?;
        Ok(Self::Output {
            challenge_name: answer.challenge_name,
            session: answer.session,
            challenge_parameters: Some(answer.challenge_parameters),
            authentication_result: answer.authentication_result,
            available_challenges: answer.available_challenges,
        })
    }
}
