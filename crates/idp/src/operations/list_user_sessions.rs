//! `ListUserSessions`: the sessions of the user of a token.

use crate::{Idp, convert::session};
use pool::Error;
use wire::{Access, Operation, cognito_idp::ListUserSessions};

impl Operation<Idp> for ListUserSessions {
    const ACCESS: Access = Access::AccessToken;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let bearer = idp.bearer::<Self>(&input.access_token).await?;
        bearer.pool.require_session_tracking()?;
        let token = input.next_token.as_deref();
        let page = idp.pools.list_sessions(&bearer.user, session::PAGE, token).await?;
        let current = idp.pools.session_id(&bearer.origin);
        let sessions = page.items.iter();
        let sessions = sessions.map(|it| session::description(it, it.id == current)).collect();
        Ok(Self::Output { sessions: Some(sessions), next_token: page.next })
    }
}
