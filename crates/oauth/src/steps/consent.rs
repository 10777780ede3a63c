//! Letting an application have what it asks for, or not.

use crate::{
    OAuth,
    asked::{Asked, Stop, form_target},
    pages::{Consent, ConsentScope},
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use names::ResourceServerId;
use pool::SignedInAt;

impl OAuth {
    /// Whether the application is somebody else's, and asks for more than it was allowed before.
    pub(crate) async fn needs_consent(
        &self,
        asked: &Asked,
        who: &SignedInAt,
    ) -> Result<bool, Stop> {
        let Asked { caller, grant, .. } = asked;
        Ok(self.third_parties.contains(&caller.client.id)
            && !self.pools.has_consented(caller, who, grant).await?)
    }

    /// Shows what the application asks for.
    pub(crate) async fn ask_for_consent(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let Some(who) = self.usable_session(visit, &asked).await? else {
            return Ok(visit.go(&asked.at("/login")));
        };
        let mut scopes = Vec::new();
        for scope in &asked.grant.scopes {
            let mut description = None;
            if let Some((server, name)) = scope.as_str().rsplit_once('/')
                && let Ok(server) = ResourceServerId::parse(server)
                && let Some(server) =
                    self.pools.find_resource_server(&asked.caller.pool.id, &server).await?
            {
                let found = server.scopes.iter().find(|scope| scope.name == name);
                description = found.map(|scope| scope.description.clone());
            }
            scopes.push(ConsentScope { scope: scope.to_string(), description });
        }
        let page = Consent {
            client: asked.caller.client.settings.name.clone(),
            form: visit.form_to(asked.at("/login/consent")),
            username: who.user.attribute("email").unwrap_or(who.user.username.as_str()).to_owned(),
            home: form_target(&asked.redirect_uri)
                .split_once("://")
                .map(|(_, host)| host.to_owned()),
            scopes,
            switch: Some(asked.at_with("/login", "prompt", "login consent")),
        };
        Ok(visit.show(StatusCode::OK, Some(&asked), &page))
    }

    /// Does as was decided, and remembers it: whoever says no takes back what they allowed before.
    pub(crate) async fn decide(&self, visit: &mut Visit<'_>) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let Some(who) = self.usable_session(visit, &asked).await? else {
            return Ok(visit.go(&asked.at("/login")));
        };
        let Asked { caller, grant, .. } = &asked;
        if visit.form.get("decision") != Some("allow") {
            let (pool, client) = (&caller.pool.id, &caller.client.id);
            self.pools.forget_consent(pool, &who.user.sub, client).await?;
            return Err(asked.denied("access_denied", "The user did not agree"));
        }
        self.pools.remember_consent(caller, &who, grant).await?;
        self.complete(visit, &asked, &who).await
    }
}
