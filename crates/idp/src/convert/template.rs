//! Which texts does a pool send?
//!
//! A verification text may be given in two places, which Cognito keeps the same.

use pool::{ByLink, MessageTemplates, Refusal};
use wire::cognito_idp::{
    DefaultEmailOptionType, MessageTemplateType, VerificationMessageTemplateType,
};

/// The verification texts of a request.
pub(crate) struct Verification {
    pub sms: Option<String>,
    pub email: Option<String>,
    pub subject: Option<String>,
    pub template: Option<VerificationMessageTemplateType>,
}

/// The texts that a request asks for.
pub(crate) fn messages(
    verification: Verification,
    invitation: Option<MessageTemplateType>,
) -> Result<MessageTemplates, Refusal> {
    let template = verification.template.unwrap_or_default();
    let confirms_by_link =
        template.default_email_option == Some(DefaultEmailOptionType::ConfirmWithLink);
    let by_link = confirms_by_link.then_some(ByLink {
        subject: template.email_subject_by_link,
        email: template.email_message_by_link,
    });
    let invitation = invitation.unwrap_or_default();
    Ok(MessageTemplates {
        verification_subject: one("Subject", verification.subject, template.email_subject)?,
        verification_email: one("Message", verification.email, template.email_message)?,
        verification_sms: one("SMS message", verification.sms, template.sms_message)?,
        invitation_subject: invitation.email_subject,
        invitation_email: invitation.email_message,
        invitation_sms: invitation.sms_message,
        by_link,
    })
}

fn one(
    what: &str,
    plain: Option<String>,
    in_template: Option<String>,
) -> Result<Option<String>, Refusal> {
    match (plain, in_template) {
        (Some(plain), Some(in_template)) if plain != in_template => Err(Refusal::invalid(format!(
            "{what} of the verification message and of VerificationMessageTemplate must be the same."
        ))),
        (plain, in_template) => Ok(in_template.or(plain)),
    }
}

/// The verification template as a description shows it: what was given, with the texts filled in.
pub(crate) fn verification_template(
    messages: &MessageTemplates,
    given: Option<VerificationMessageTemplateType>,
) -> VerificationMessageTemplateType {
    VerificationMessageTemplateType {
        sms_message: messages.verification_sms.clone(),
        email_message: messages.verification_email.clone(),
        email_subject: messages.verification_subject.clone(),
        default_email_option: Some(match messages.by_link {
            Some(_) => DefaultEmailOptionType::ConfirmWithLink,
            None => DefaultEmailOptionType::ConfirmWithCode,
        }),
        ..given.unwrap_or_default()
    }
}

/// The invitation as a description shows it.
pub(crate) fn invite_template(messages: &MessageTemplates) -> Option<MessageTemplateType> {
    let template = MessageTemplateType {
        sms_message: messages.invitation_sms.clone(),
        email_message: messages.invitation_email.clone(),
        email_subject: messages.invitation_subject.clone(),
    };
    (template != MessageTemplateType::default()).then_some(template)
}
