//! `AdminRespondToAuthChallenge`: goes on with a sign-in on a server.

use crate::{
    Idp,
    convert::auth::{Answer, Parameters},
    sign_in,
};
use pool::Error;
use wire::{Access, Operation, cognito_idp::AdminRespondToAuthChallenge};

impl Operation<Idp> for AdminRespondToAuthChallenge {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let metadata = input.client_metadata.unwrap_or_default();
        let responses = Parameters::new(input.challenge_responses);
        let (pool, client) = (&input.user_pool_id, &input.client_id);
        let (context, name) = (input.context_data.as_ref(), responses.find_username());
        let mut caller = idp.caller_of(pool, client, metadata, context, name.as_ref()).await?;
        caller.device = responses.device()?;
        let (name, session) = (input.challenge_name, input.session);
        let outcome = sign_in::answer(idp, &caller, name, session, &responses).await?;
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
