//! What may a machine have that speaks for itself?

use crate::{
    Ask, Caller, Error, OAuthFlow, Pools, Result, TokenEventVersion,
    tokens::{change, change_scopes, too_large},
    trigger::context,
};
use events::cognito::{
    PreTokenGenerationRequest, PreTokenGenerationV2Response, TriggerEvent, TriggerSource,
};
use names::{Scope, Token};
use serde_json::{Map, Value};

/// An access token that no user is behind.
#[derive(Debug, Clone)]
pub struct MachineToken {
    pub access: Token,
    /// Seconds until it expires.
    pub expires_in: i64,
}

/// The name that functions hear instead of a user's.
const NAME: &str = "ClientCredentials";

impl Pools {
    /// An access token for a client that has proven itself, with the scopes of resource servers that it asks
    /// for, or all that it may have.
    ///
    /// # Errors
    /// [`crate::Refusal::FlowNotAllowed`], [`crate::Refusal::ScopeNotGranted`], and what the function before
    /// tokens refuses.
    pub async fn issue_to_machine(
        &self,
        caller: &Caller,
        scopes: Option<&[Scope]>,
    ) -> Result<MachineToken> {
        let ask = Ask { flow: OAuthFlow::ClientCredentials, scopes };
        let granted = self.grantable(caller, ask).await?;
        let mut scopes: Vec<String> = granted.iter().map(Scope::to_string).collect();
        let changes = self.ask_about_machine(caller, &scopes).await?;

        let settings = &caller.client.settings;
        let now = self.now().as_second();
        let expires_in = settings.access_token_life().as_secs();
        let client = Value::from(caller.client.id.as_str());
        let mut claims = Map::from_iter([
            ("sub".to_owned(), client.clone()),
            ("iss".to_owned(), self.issuer(&caller.pool.id)?.as_str().into()),
            ("iat".to_owned(), now.into()),
            ("auth_time".to_owned(), now.into()),
            ("exp".to_owned(), (now + expires_in).into()),
            ("jti".to_owned(), self.random().uuid_v4().into()),
            ("token_use".to_owned(), "access".into()),
            ("client_id".to_owned(), client.clone()),
            ("version".to_owned(), 2.into()),
        ]);
        let details = changes.claims_and_scope_override_details.unwrap_or_default();
        if let Some(token) = details.access_token_generation {
            if token.claims_to_add_or_override.get("aud") == Some(&client) {
                claims.insert("aud".to_owned(), client);
            }
            change(&mut claims, token.claims_to_add_or_override, &token.claims_to_suppress);
            change_scopes(&mut scopes, token.scopes_to_add, &token.scopes_to_suppress);
        }
        claims.insert("scope".to_owned(), scopes.join(" ").into());

        let keys = self.keys(&caller.pool.id).await?;
        let claims =
            serde_json::to_vec(&claims).map_err(|_| Error::internal("claims do not serialise"))?;
        let signed = self.work(move || keys.access_tokens.sign(&claims).ok()).await?;
        Ok(MachineToken { access: signed.ok_or_else(too_large)?, expires_in })
    }

    /// Asks the function before tokens, which hears of machines from version 3 on.
    async fn ask_about_machine(
        &self,
        caller: &Caller,
        scopes: &[String],
    ) -> Result<PreTokenGenerationV2Response> {
        let trigger = &caller.pool.settings.triggers.pre_token_generation;
        let asked = trigger.as_ref().filter(|it| it.version == TokenEventVersion::V3);
        let Some(trigger) = asked else { return Ok(PreTokenGenerationV2Response::default()) };
        let metadata = caller.metadata.clone();
        let request = PreTokenGenerationRequest {
            scopes: Some(scopes.to_vec()),
            client_metadata: (!metadata.is_empty()).then_some(metadata),
            ..PreTokenGenerationRequest::default()
        };
        let event = TriggerEvent::<_, PreTokenGenerationV2Response>::new(
            TriggerSource::TokenGenerationClientCredentials,
            caller.pool.id.as_str(),
            NAME,
            context(Some(&caller.client.id)),
            request,
        );
        self.fire(&trigger.function, &event.with_version("3")).await
    }
}
