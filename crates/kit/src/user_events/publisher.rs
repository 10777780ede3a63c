//! What is told on about a user, and to whom?

use super::{Account, Heard};
use crate::Unavailable;
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::sha256;
use events::{UserEvent, UserEventKind, UserEventSource, cognito::CallerContext};
use names::{Sub, UserPoolId};

/// Whoever wants to hear what users do: a topic, an outbox, a log.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Tells one event. It may come more than once, since a pool repeats a call that took too long.
    ///
    /// # Errors
    /// [`Unavailable`] if it may not have been told. Nobody tries again.
    async fn publish(&self, event: &UserEvent) -> Result<(), Unavailable>;
}

/// What is told of what was heard; nothing of what names no pool.
pub(super) fn event(
    kind: UserEventKind,
    heard: &Heard<'_>,
    account: &Account,
    new_device_used: Option<bool>,
) -> Option<UserEvent> {
    // A user is created once, whenever that is told; everything else happens again and again.
    let time = match kind {
        UserEventKind::Created => String::new(),
        _ => heard.at.to_string(),
    };
    let sub = heard.sub.as_ref().map_or("", Sub::as_str);
    let what = [kind.as_str(), heard.pool, heard.client, sub, heard.username, &time].join("\0");
    let id = URL_SAFE_NO_PAD.encode(sha256(what.as_bytes()));
    let pool = UserPoolId::parse(heard.pool).ok()?;
    let source = UserEventSource::new(&account.partition, &account.id, &pool);
    let mut event = UserEvent::new(id, source, kind, heard.sub.clone(), heard.at);
    // Administrators' calls come from no client.
    let client = Some(heard.client).filter(|client| *client != CallerContext::NO_CLIENT);
    event.data.client_id = client.map(str::to_owned);
    event.data.new_device_used = new_device_used;
    Some(event)
}
