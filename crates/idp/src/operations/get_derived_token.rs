//! `GetDerivedToken`: a narrower token in exchange for one, as the token endpoint gives it for `token-exchange`.

use crate::{Idp, operations::get_client_token::as_denied};
use names::Token;
use pool::{Error, Exchange, Flow, Refusal, Shown, Target, Use};
use std::collections::BTreeMap;
use wire::{
    Access, Operation,
    cognito_idp::{
        GetDerivedToken, IssuedTokenTypeIdentifierType as Issued, OAuthTokenTypeType,
        TokenTypeIdentifierType as Type,
    },
};

impl Operation<Idp> for GetDerivedToken {
    const ACCESS: Access = Access::IamOrClient;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let caller = idp.pools.caller(&input.client_id, BTreeMap::new()).await?;
        // An access key stands in for the secret, and makes no wrong one right.
        if input.client_secret.is_some() || !idp.origin.is_signed {
            let secret = input.client_secret.as_ref();
            idp.pools.check_client_secret(&caller.client, secret).map_err(as_denied)?;
        }
        if input.subject_token_provider_name.is_some() || input.actor_token_provider_name.is_some()
        {
            let text = "Tokens of other identity providers are not exchanged.";
            return Err(Refusal::Unsupported(text.into()).into());
        }
        let wanted = input.requested_token_type.unwrap_or(Issued::AccessToken);
        let exchange = Exchange {
            subject: shown(&input.subject_token, input.subject_token_type)?,
            actor: actor(input.actor_token.as_deref(), input.actor_token_type)?,
            scopes: input.scopes.filter(|scopes| !scopes.is_empty()),
            target: target(input.audiences, input.resources)?,
            wanted: match wanted {
                Issued::AccessToken => Use::AccessTokens,
                Issued::IdToken => Use::IdTokens,
            },
        };
        let derived = idp.pools.derive(&caller, &exchange).await.map_err(|error| match error {
            Error::Refused(Refusal::FlowNotAllowed) => not_allowed(exchange.flow()).into(),
            other => other,
        })?;
        Ok(Self::Output {
            issued_token: derived.token,
            issued_token_type: wanted,
            // An ID token opens nothing (RFC 8693, 2.2.1).
            token_type: match wanted {
                Issued::AccessToken => OAuthTokenTypeType::Bearer,
                Issued::IdToken => OAuthTokenTypeType::NA,
            },
            expires_in: i32::try_from(derived.expires_in).ok(),
            scopes: derived.scopes,
        })
    }
}

fn shown(token: &str, kind: Type) -> Result<Shown, Error> {
    let kind = match kind {
        Type::AccessToken => Use::AccessTokens,
        Type::IdToken => Use::IdTokens,
        Type::Saml2 => {
            let text = "SAML assertions are not exchanged.";
            return Err(Refusal::Unsupported(text.into()).into());
        }
    };
    let token = Token::parse(token);
    let token = token.map_err(|_| Refusal::NotExchanged("The token is not valid.".into()))?;
    Ok(Shown { token, kind })
}

fn actor(token: Option<&str>, kind: Option<Type>) -> Result<Option<Shown>, Error> {
    match (token, kind) {
        (None, None) => Ok(None),
        (Some(token), Some(kind)) => shown(token, kind).map(Some),
        (Some(_), None) => {
            Err(Refusal::invalid("ActorTokenType is required with an ActorToken.").into())
        }
        // Whoever names a type believes that somebody acts.
        (None, Some(_)) => {
            Err(Refusal::invalid("ActorToken is required with an ActorTokenType.").into())
        }
    }
}

fn target(
    audiences: Option<Vec<String>>,
    resources: Option<Vec<names::ResourceServerId>>,
) -> Result<Option<Target>, Error> {
    let audience = audiences.and_then(|mut names| names.pop());
    let resource = resources.and_then(|mut names| names.pop());
    match (audience, resource) {
        (None, None) => Ok(None),
        (Some(name), None) => Ok(Some(Target::Audience(name))),
        (None, Some(server)) => Ok(Some(Target::Resource(server))),
        (Some(_), Some(_)) => {
            let text = "Audiences and Resources cannot be requested together.";
            Err(Refusal::invalid(text).into())
        }
    }
}

fn not_allowed(flow: Flow) -> Refusal {
    let name = match flow {
        Flow::TokenExchangeDelegation => "ALLOW_TOKEN_EXCHANGE_DELEGATION",
        _ => "ALLOW_TOKEN_EXCHANGE_IMPERSONATION",
    };
    Refusal::NotAllowed(format!("{name} flow not enabled for this client").into())
}
