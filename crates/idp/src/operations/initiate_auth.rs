//! `InitiateAuth`: begins a sign-in, or goes on with a session by its refresh token.

use crate::{
    Idp,
    convert::auth::{Answer, Parameters},
    fault::without_no_factor,
    sign_in,
};
use pool::{Error, Flow};
use wire::{
    Access, Operation,
    cognito_idp::{AuthFlowType, InitiateAuth},
};

impl Operation<Idp> for InitiateAuth {
    const ACCESS: Access = Access::Public;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let metadata = input.client_metadata.unwrap_or_default();
        let parameters = Parameters::new(input.auth_parameters);
        let (client, context) = (&input.client_id, input.user_context_data.as_ref());
        let name = parameters.find_username();
        let mut caller = idp.caller(client, metadata, context, name.as_ref()).await?;
        caller.device = parameters.device()?;
        let outcome = match input.auth_flow {
            AuthFlowType::UserPasswordAuth => {
                sign_in::by_password(idp, &caller, Flow::UserPassword, &parameters).await
            }
            flow => sign_in::begin(idp, &caller, flow, input.session, &parameters).await,
        };
        let answer = Answer::of(outcome.map_err(without_no_factor)?)?;
        Ok(Self::Output {
            challenge_name: answer.challenge_name,
            session: answer.session,
            challenge_parameters: Some(answer.challenge_parameters),
            authentication_result: answer.authentication_result,
            available_challenges: answer.available_challenges,
        })
    }
}
