//! What is a user told when a sign-in does not look like theirs?

use crate::{
    Body, Caller, Channel, Contact, Error, Message, NoticeText, Notices, Pools, Result,
    SmsSettings, TakeoverAnswer, User, trigger::context,
};
use events::cognito::{CustomSender, CustomSenderRequest, Empty, SenderKind, TriggerSource};
use std::collections::BTreeMap;

const SUBJECT: &str = "A sign-in to your account";
const BODY: &str = "Somebody signed in, or tried to, as {username} at {login-time} from {ip-address} with \
     {device-name}.\n\nIf it was you: {one-click-link-valid}\nIf it was not you: {one-click-link-invalid}";
const PURPOSE: &str = "AccountTakeOverNotification";

impl TakeoverAnswer {
    /// The word for it in an event.
    fn as_str(self) -> &'static str {
        match self {
            Self::NoAction => "NO_ACTION",
            Self::MfaIfConfigured => "MFA_IF_CONFIGURED",
            Self::MfaRequired => "MFA_REQUIRED",
            Self::Block => "BLOCK",
        }
    }
}

/// What a notice can speak of, by the names that functions hear.
struct Facts(Vec<(&'static str, &'static str, String)>);

impl Facts {
    fn placed(&self, text: &str, is_html: bool) -> String {
        // One pass over the template: a value never becomes a placeholder.
        let mut placed = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            placed.push_str(before);
            let found = self.0.iter().find_map(|(placeholder, _, value)| {
                let after = after.strip_prefix(placeholder)?.strip_prefix('}')?;
                Some((value, after))
            });
            rest = match found {
                Some((value, after)) => {
                    let value =
                        if is_html { crate::message::escaped(value) } else { value.clone() };
                    placed.push_str(&value);
                    after
                }
                None => {
                    placed.push('{');
                    after
                }
            };
        }
        placed.push_str(rest);
        placed
    }

    fn attributes(self) -> BTreeMap<String, String> {
        let told = self.0.into_iter().filter(|(_, _, value)| !value.is_empty());
        told.map(|(_, name, value)| (name.to_owned(), value)).collect()
    }
}

impl Pools {
    /// Tells a user of a sign-in, by mail or by the function that sends mails. A notice that does not arrive
    /// is no reason for anything, so that nobody waits for it and the log alone knows.
    pub(crate) async fn tell_of_takeover(
        &self,
        caller: &Caller,
        user: &User,
        answer: TakeoverAnswer,
        notices: &Notices,
    ) -> Result<()> {
        let Caller { pool, client, circumstances, event_id, .. } = caller;
        let token = self.seal_feedback_token(user, event_id)?;
        let link = |word: &str| {
            format!(
                "{}/{}/auth-event-feedback?is={word}&token={token}",
                self.house().public_url,
                pool.id
            )
        };
        let address = circumstances.address.map(|address| address.to_string()).unwrap_or_default();
        let mut facts = Facts(vec![
            ("username", "USER_NAME", user.username.to_string()),
            ("ip-address", "IP_ADDRESS", address),
            ("event-id", "EVENT_ID", event_id.clone()),
            ("login-time", "LOGIN_TIME", self.now().to_string()),
            ("one-click-link-valid", "ONE_CLICK_LINK_VALID", link("valid")),
            ("one-click-link-invalid", "ONE_CLICK_LINK_INVALID", link("invalid")),
            ("feedback-token", "FEEDBACK_TOKEN", token.clone()),
            ("device-name", "DEVICE_NAME", circumstances.device_name.clone().unwrap_or_default()),
            ("city", "CITY", String::new()),
            ("country", "COUNTRY", String::new()),
        ]);
        if let Some(function) = pool.settings.triggers.custom_email_sender.clone() {
            facts.0.push(("", "ACCOUNT_TAKE_OVER_ACTION", answer.as_str().to_owned()));
            let request = CustomSenderRequest {
                kind: SenderKind::Email,
                code: None,
                user_attributes: facts.attributes(),
                client_metadata: None,
            };
            let source = TriggerSource::CustomEmailSenderAccountTakeOverNotification;
            let name = user.username.as_str();
            let event = CustomSender::new(
                source,
                pool.id.as_str(),
                name,
                context(Some(&client.id)),
                request,
            );
            let pools = self.clone();
            tokio::spawn(async move {
                if let Err(Error::Broken(broken)) = pools.fire::<_, Empty>(&function, &event).await
                {
                    tracing::error!(%source, ?broken, "a notice was not sent");
                }
            });
            return Ok(());
        }
        let Some(to) = user.attribute("email").filter(|_| user.is_verified(Contact::Email)) else {
            return Ok(());
        };
        let text = match answer {
            TakeoverAnswer::Block => &notices.block,
            TakeoverAnswer::MfaIfConfigured | TakeoverAnswer::MfaRequired => &notices.mfa,
            TakeoverAnswer::NoAction => &notices.no_action,
        };
        let ours = || NoticeText { subject: SUBJECT.into(), body: BODY.into(), is_html: false };
        let text = text.clone().unwrap_or_else(ours);
        let message = Message {
            to: to.to_owned(),
            channel: Channel::Email,
            purpose: PURPOSE,
            subject: facts.placed(&text.subject, false),
            body: if text.is_html {
                Body::Html(facts.placed(&text.body, true))
            } else {
                Body::Plain(facts.placed(&text.body, false))
            },
            code: String::new(),
            sent_at: self.now(),
            mail: notices.sender(&pool.settings.mail),
            sms: SmsSettings::default(),
        };
        if let Err(undelivered) = self.house().post.send(message).await {
            tracing::warn!(purpose = PURPOSE, reason = %undelivered, "a message was not handed over");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_values_once() {
        let facts = Facts(vec![
            ("username", "USER_NAME", "<{event-id}>".to_owned()),
            ("event-id", "EVENT_ID", "7".to_owned()),
        ]);
        let text = "{ {username} {event-id}{nothing} {";
        assert_eq!(facts.placed(text, false), "{ <{event-id}> 7{nothing} {");
        assert_eq!(facts.placed(text, true), "{ &lt;{event-id}&gt; 7{nothing} {");
    }
}
