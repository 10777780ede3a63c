//! What do servers do with users?

use crate::{
    Activated, Client, Error, IdempotencyKey, NewUser, Page, Paging, Profile, Search, Secret,
    Status, UserPatch, Version, Versioned,
    connection::Credential::{Key, Nothing},
};
use http::Method;
use serde_json::{Map, Value};

impl Client {
    /// Makes a user, who is `pending` until the code of the letter has come back.
    ///
    /// # Errors
    /// [`Kind::Taken`](crate::Kind::Taken) if somebody has the address or the handle.
    pub async fn create_user(
        &self,
        new: &NewUser,
        key: Option<&IdempotencyKey>,
    ) -> Result<Versioned<Profile>, Error> {
        self.call(Method::POST, Key, &["user"]).json(new).once(key).versioned().await
    }

    /// A page of users, the oldest first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list_users(&self, search: &Search) -> Result<Page, Error> {
        let mut query = Vec::new();
        if let Some(status) = &search.status {
            query.push(("status", status.as_str().to_owned()));
        }
        if let Some(name) = &search.name {
            query.push(("name", name.clone()));
        }
        query.extend(pairs(&search.paging));
        self.call_with_query(Method::GET, Key, &["user"], &query).answer().await
    }

    /// A user's profile.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get_user(&self, id: &str) -> Result<Versioned<Profile>, Error> {
        self.call(Method::GET, Key, &["user", id]).versioned().await
    }

    /// Who has this address.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn find_user_by_email(&self, email: &str) -> Result<Versioned<Profile>, Error> {
        self.call(Method::GET, Key, &["user", "email", email]).versioned().await
    }

    /// Who has this handle.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn find_user_by_handle(&self, handle: &str) -> Result<Versioned<Profile>, Error> {
        self.call(Method::GET, Key, &["user", "handle", handle]).versioned().await
    }

    /// A page of those who have this name.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn find_users_by_name(&self, name: &str, paging: &Paging) -> Result<Page, Error> {
        let call = self.call_with_query(Method::GET, Key, &["user", "name", name], &pairs(paging));
        call.answer().await
    }

    /// Changes members of a profile.
    ///
    /// # Errors
    /// [`Kind::StaleVersion`](crate::Kind::StaleVersion) if it is not this version any more.
    pub async fn change_user(
        &self,
        id: &str,
        patch: &UserPatch,
        version: Option<&Version>,
    ) -> Result<Versioned<Profile>, Error> {
        let call = self.call(Method::PATCH, Key, &["user", id]).merge_patch(patch);
        call.of_version(version).versioned().await
    }

    /// Deletes a user: account, profile and what is kept beside it.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn delete_user(&self, id: &str, version: Option<&Version>) -> Result<(), Error> {
        self.call(Method::DELETE, Key, &["user", id]).of_version(version).done().await
    }

    /// Gives a user another status.
    ///
    /// # Errors
    /// [`Kind::StatusNotReachable`](crate::Kind::StatusNotReachable) if the one of now does not lead there.
    pub async fn change_status(
        &self,
        id: &str,
        status: &Status,
        version: Option<&Version>,
    ) -> Result<Versioned<Profile>, Error> {
        let segments = ["user", id, "status", status.as_str()];
        self.call(Method::PATCH, Key, &segments).of_version(version).versioned().await
    }

    /// Replaces what an app keeps of a user.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn replace_data(
        &self,
        id: &str,
        data: &Map<String, Value>,
        version: Option<&Version>,
    ) -> Result<Versioned<Profile>, Error> {
        let call = self.call(Method::PUT, Key, &["user", id, "data", "update"]).json(data);
        call.of_version(version).versioned().await
    }

    /// Changes what an app keeps of a user, by a merge patch.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn merge_data(
        &self,
        id: &str,
        patch: &Map<String, Value>,
        version: Option<&Version>,
    ) -> Result<Versioned<Profile>, Error> {
        let call = self.call(Method::PATCH, Key, &["user", id, "data", "update"]);
        call.merge_patch(patch).of_version(version).versioned().await
    }

    /// Gives a user a badge.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn issue_badge(
        &self,
        id: &str,
        badge: &str,
        version: Option<&Version>,
        key: Option<&IdempotencyKey>,
    ) -> Result<Versioned<Profile>, Error> {
        let call = self.call(Method::POST, Key, &["user", id, "badge", badge]);
        call.of_version(version).once(key).versioned().await
    }

    /// Takes a badge from a user.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn revoke_badge(
        &self,
        id: &str,
        badge: &str,
        version: Option<&Version>,
    ) -> Result<Versioned<Profile>, Error> {
        let call = self.call(Method::DELETE, Key, &["user", id, "badge", badge]);
        call.of_version(version).versioned().await
    }

    /// Has another activation letter sent.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn resend_activation(
        &self,
        id: &str,
        key: Option<&IdempotencyKey>,
    ) -> Result<(), Error> {
        self.call(Method::POST, Key, &["user", id, "activation"]).once(key).done().await
    }

    /// Activates the user whom a letter with this code was sent to, for pages of one's own. It needs no credential.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn activate(&self, code: &Secret) -> Result<Activated, Error> {
        self.call(Method::POST, Nothing, &["user", "activate", code.reveal()]).answer().await
    }
}

fn pairs(paging: &Paging) -> Vec<(&'static str, String)> {
    let limit = paging.limit.map(|limit| ("limit", limit.to_string()));
    let cursor = paging.cursor.clone().map(|cursor| ("cursor", cursor));
    limit.into_iter().chain(cursor).collect()
}
