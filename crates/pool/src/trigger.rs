//! What do the pool's functions say?
//!
//! A trigger is fired before a commit or after it, never inside. What a function threw reaches the caller
//! in the function's words; everything else that goes wrong reaches the caller as a name only, and the log
//! in full.

use crate::{
    Alias, Caller, Contact, Pools, Refusal, Result, TokenEventVersion, User, UserPool,
    challenge::Steps, custom_auth::not_configured, message::About,
};
use bytes::Bytes;
use events::cognito::{
    self, Attributes, CallerContext, CreateAuthChallengeRequest, CreateAuthChallengeResponse,
    CustomMessageRequest, CustomMessageResponse, DefineAuthChallengeRequest,
    DefineAuthChallengeResponse, Metadata, PostAuthenticationRequest, PostConfirmationRequest,
    PreAuthenticationRequest, PreSignUpRequest, PreSignUpResponse, PreTokenGenerationRequest,
    PreTokenGenerationV1Response, PreTokenGenerationV2Response, TriggerEvent, TriggerSource,
    UserMigrationRequest, UserMigrationResponse, VerifyAuthChallengeRequest,
    VerifyAuthChallengeResponse,
};
use functions::{Failure, crash_message};
use names::{ClientId, FunctionArn, Username};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// The placeholder for a link, as events carry it.
const LINK: &str = "{##Click Here##}";
/// The longest texts that a function may answer, in characters.
const LONGEST_TEXT: usize = 140;
const LONGEST_SUBJECT: usize = 140;
const LONGEST_MAIL: usize = 20_000;

/// What a function before tokens answered.
pub(crate) enum TokenChanges {
    None,
    V1(PreTokenGenerationV1Response),
    V2(PreTokenGenerationV2Response),
}

impl Pools {
    /// Asks the function before a sign-up, if there is one.
    pub(crate) async fn ask_pre_sign_up(
        &self,
        pool: &UserPool,
        client: Option<&ClientId>,
        source: TriggerSource,
        username: &Username,
        request: PreSignUpRequest,
    ) -> Result<PreSignUpResponse> {
        let Some(function) = &pool.settings.triggers.pre_sign_up else {
            return Ok(PreSignUpResponse::default());
        };
        let event = TriggerEvent::new(
            source,
            pool.id.as_str(),
            username.as_str(),
            context(client),
            request,
        );
        self.fire(function, &event).await
    }

    /// Tells the function after a confirmation, if there is one.
    pub(crate) async fn tell_post_confirmation(
        &self,
        pool: &UserPool,
        client: Option<&ClientId>,
        source: TriggerSource,
        user: &User,
        metadata: Metadata,
    ) -> Result<()> {
        let Some(function) = &pool.settings.triggers.post_confirmation else { return Ok(()) };
        let request = PostConfirmationRequest {
            user_attributes: event_attributes(pool, user),
            client_metadata: some(metadata),
        };
        let event = TriggerEvent::new(
            source,
            pool.id.as_str(),
            user.username.as_str(),
            context(client),
            request,
        );
        self.fire::<_, cognito::Empty>(function, &event).await.map(drop)
    }

    /// Asks the function that words messages, if there is one.
    pub(crate) async fn ask_custom_message(
        &self,
        about: About<'_>,
    ) -> Result<CustomMessageResponse> {
        let About { pool, client, user, occasion, metadata } = about;
        let Some(function) = &pool.settings.triggers.custom_message else {
            return Ok(CustomMessageResponse::default());
        };
        let source = occasion.custom_message();
        let invites = source == TriggerSource::CustomMessageAdminCreateUser;
        let request = CustomMessageRequest {
            user_attributes: event_attributes(pool, user),
            code_parameter: Some(CustomMessageRequest::CODE.to_owned()),
            link_parameter: Some(LINK.to_owned()),
            username_parameter: invites.then(|| CustomMessageRequest::USERNAME.to_owned()),
            client_metadata: some(metadata.clone()),
        };
        let event = TriggerEvent::new(
            source,
            pool.id.as_str(),
            user.username.as_str(),
            context(client),
            request,
        );
        let answer: CustomMessageResponse = self.fire(function, &event).await?;
        let bounds = [
            ("smsMessage", &answer.sms_message, LONGEST_TEXT),
            ("emailSubject", &answer.email_subject, LONGEST_SUBJECT),
            ("emailMessage", &answer.email_message, LONGEST_MAIL),
        ];
        for (name, text, longest) in bounds {
            if text.as_ref().is_some_and(|text| text.chars().nth(longest).is_some()) {
                let reason = format!("{name} has more than {longest} characters");
                return Err(Refusal::TriggerAnswer { trigger: "CustomMessage", reason }.into());
            }
        }
        Ok(answer)
    }

    /// Asks the function that brings users over.
    pub(crate) async fn ask_user_migration(
        &self,
        caller: &Caller,
        source: TriggerSource,
        name: &Username,
        request: UserMigrationRequest,
    ) -> Result<UserMigrationResponse> {
        let Some(function) = &caller.pool.settings.triggers.user_migration else {
            return Ok(UserMigrationResponse::default());
        };
        self.fire(function, &self.sign_in_event(caller, source, name, request)).await
    }

    /// Asks the function before a password is looked at, if there is one. A user that does not exist is
    /// asked about too where the client hides that.
    pub(crate) async fn ask_pre_authentication(
        &self,
        caller: &Caller,
        name: &Username,
        user: Option<&User>,
    ) -> Result<()> {
        let Some(function) = &caller.pool.settings.triggers.pre_authentication else {
            return Ok(());
        };
        let request = PreAuthenticationRequest {
            user_attributes: user_attributes(caller, user),
            validation_data: some(caller.metadata.clone()),
            user_not_found: user_not_found(caller, user),
        };
        let username = user.map_or(name, |user| &user.username);
        let source = TriggerSource::PreAuthentication;
        let event = self.sign_in_event(caller, source, username, request);
        self.fire::<_, cognito::Empty>(function, &event).await.map(drop)
    }

    /// Asks the function that decides what comes next in a custom sign-in.
    pub(crate) async fn ask_define_auth_challenge(
        &self,
        caller: &Caller,
        steps: &Steps,
        user: Option<&User>,
    ) -> Result<DefineAuthChallengeResponse> {
        let function = &caller.pool.settings.triggers.define_auth_challenge;
        let function = function.as_ref().ok_or_else(not_configured)?;
        let request = DefineAuthChallengeRequest {
            user_attributes: user_attributes(caller, user),
            session: steps.results.clone(),
            client_metadata: some(caller.metadata.clone()),
            user_not_found: user_not_found(caller, user),
        };
        let source = TriggerSource::DefineAuthChallenge;
        self.fire(function, &self.sign_in_event(caller, source, &steps.name, request)).await
    }

    /// Asks the function that makes the challenges of a custom sign-in.
    pub(crate) async fn ask_create_auth_challenge(
        &self,
        caller: &Caller,
        steps: &Steps,
        user: Option<&User>,
        challenge_name: &str,
    ) -> Result<CreateAuthChallengeResponse> {
        let function = &caller.pool.settings.triggers.create_auth_challenge;
        let function = function.as_ref().ok_or(Refusal::IncompleteTriggers)?;
        let request = CreateAuthChallengeRequest {
            user_attributes: user_attributes(caller, user),
            challenge_name: challenge_name.to_owned(),
            session: steps.results.clone(),
            client_metadata: some(caller.metadata.clone()),
            user_not_found: user_not_found(caller, user),
        };
        let source = TriggerSource::CreateAuthChallenge;
        self.fire(function, &self.sign_in_event(caller, source, &steps.name, request)).await
    }

    /// Asks the function that looks at the answers of a custom sign-in. It has to say yes or no.
    pub(crate) async fn ask_verify_auth_challenge(
        &self,
        caller: &Caller,
        steps: &Steps,
        user: Option<&User>,
        private: Option<BTreeMap<String, String>>,
        answer: &str,
    ) -> Result<bool> {
        let function = &caller.pool.settings.triggers.verify_auth_challenge_response;
        let function = function.as_ref().ok_or(Refusal::IncompleteTriggers)?;
        let request = VerifyAuthChallengeRequest {
            user_attributes: user_attributes(caller, user),
            private_challenge_parameters: private,
            challenge_answer: answer.to_owned(),
            client_metadata: some(caller.metadata.clone()),
            user_not_found: user_not_found(caller, user),
        };
        let source = TriggerSource::VerifyAuthChallengeResponse;
        let event = self.sign_in_event(caller, source, &steps.name, request);
        let said: VerifyAuthChallengeResponse = self.fire(function, &event).await?;
        said.answer_correct.ok_or_else(|| {
            let reason = "Unrecognizable lambda output".to_owned();
            Refusal::TriggerAnswer { trigger: "VerifyAuthChallengeResponse", reason }.into()
        })
    }

    /// Tells the function after a sign-in, if there is one.
    pub(crate) async fn tell_post_authentication(
        &self,
        caller: &Caller,
        user: &User,
        is_device_new: bool,
    ) -> Result<()> {
        let Some(function) = &caller.pool.settings.triggers.post_authentication else {
            return Ok(());
        };
        let request = PostAuthenticationRequest {
            user_attributes: event_attributes(&caller.pool, user),
            new_device_used: is_device_new,
            client_metadata: some(caller.metadata.clone()),
        };
        let source = TriggerSource::PostAuthentication;
        let event = self.sign_in_event(caller, source, &user.username, request);
        self.fire::<_, cognito::Empty>(function, &event).await.map(drop)
    }

    /// Asks the function before tokens, if there is one. Its failure is the sign-in's: tokens without what it
    /// would have changed are never issued.
    pub(crate) async fn ask_pre_token_generation(
        &self,
        caller: &Caller,
        source: TriggerSource,
        user: &User,
        mut request: PreTokenGenerationRequest,
    ) -> Result<TokenChanges> {
        let Some(trigger) = &caller.pool.settings.triggers.pre_token_generation else {
            return Ok(TokenChanges::None);
        };
        request.user_attributes = event_attributes(&caller.pool, user);
        let version = match trigger.version {
            TokenEventVersion::V1 => {
                request.scopes = None;
                let event = self.sign_in_event(caller, source, &user.username, request);
                let answer = self.fire(&trigger.function, &event).await?;
                return Ok(TokenChanges::V1(answer));
            }
            TokenEventVersion::V2 => "2",
            TokenEventVersion::V3 => "3",
        };
        let event = self
            .sign_in_event::<_, PreTokenGenerationV2Response>(
                caller,
                source,
                &user.username,
                request,
            )
            .with_version(version);
        Ok(TokenChanges::V2(self.fire(&trigger.function, &event).await?))
    }

    fn sign_in_event<Request, Response: Default>(
        &self,
        caller: &Caller,
        source: TriggerSource,
        username: &Username,
        request: Request,
    ) -> TriggerEvent<Request, Response> {
        let context = context(Some(&caller.client.id));
        TriggerEvent::new(source, caller.pool.id.as_str(), username.as_str(), context, request)
    }

    pub(crate) async fn fire<Request: Serialize, Response: Serialize + DeserializeOwned>(
        &self,
        function: &FunctionArn,
        event: &TriggerEvent<Request, Response>,
    ) -> Result<Response> {
        let trigger = event.trigger_source.trigger().as_str();
        let payload = serde_json::to_vec(event)
            .map_err(|_| crate::Error::internal("a trigger event does not serialise"))?;
        let id = self.random().uuid_v4();
        let answer = self.house().functions.fire(function, Bytes::from(payload), id.clone()).await;
        let answer = answer.map_err(|failure| {
            tracing::warn!(trigger, %function, request_id = id, %failure, "a trigger failed");
            match failure {
                Failure::Thrown { message, .. } => Refusal::TriggerThrew { trigger, message },
                Failure::Crashed { reason } => {
                    Refusal::TriggerThrew { trigger, message: crash_message(&id, &reason) }
                }
                other => {
                    let reason = other.service_error().unwrap_or("ServiceException").to_owned();
                    Refusal::TriggerUnreachable { trigger, reason }
                }
            }
        })?;
        cognito::answer(&answer).map_err(|unrecognizable| {
            tracing::warn!(trigger, %function, %unrecognizable, "a trigger answered something else");
            let reason =
                if unrecognizable.is_json() { "Unrecognizable lambda output" } else { "Invalid JSON" };
            Refusal::TriggerAnswer { trigger, reason: reason.to_owned() }.into()
        })
    }
}

pub(crate) fn context(client: Option<&ClientId>) -> CallerContext {
    client.map_or_else(CallerContext::without_client, |id| CallerContext::new(id.as_str()))
}

/// Whether there is no such user, which functions are told where the client is not.
fn user_not_found(caller: &Caller, user: Option<&User>) -> Option<bool> {
    caller.client.settings.hides_missing_users.then_some(user.is_none())
}

fn some(metadata: Metadata) -> Option<Metadata> {
    (!metadata.is_empty()).then_some(metadata)
}

/// What functions see of a user of a sign-in, and of nobody nothing.
fn user_attributes(caller: &Caller, user: Option<&User>) -> Attributes {
    user.map(|user| event_attributes(&caller.pool, user)).unwrap_or_default()
}

/// A user's attributes as functions see them. An address or number that the user can sign in with is there a
/// second time, as the alias that it is.
pub(crate) fn event_attributes(pool: &UserPool, user: &User) -> Attributes {
    let mut attributes = user.attributes.clone();
    attributes.insert("sub".to_owned(), user.sub.to_string());
    attributes.insert("cognito:user_status".to_owned(), user.status.as_str().to_owned());
    for (contact, alias, name) in [
        (Contact::Email, Alias::Email, "cognito:email_alias"),
        (Contact::PhoneNumber, Alias::PhoneNumber, "cognito:phone_number_alias"),
    ] {
        let is_name = pool.names.username_attributes.contains(&contact)
            || (pool.names.alias_attributes.contains(&alias) && user.is_verified(contact));
        if let Some(value) = user.attribute(contact.attribute()).filter(|_| is_name) {
            attributes.insert(name.to_owned(), value.to_owned());
        }
    }
    attributes
}
