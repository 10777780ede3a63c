//! With which requests of the API is one of the pages or endpoints counted?

use crate::{
    endpoints::{CALLBACK, TOKEN_EXCHANGE},
    steps::passkey,
};
use pool::{Asked, Category};

/// What a page asks for, as far as rates go. Pages that only show a form ask for nothing.
pub(crate) fn of_page(path: &str, is_post: bool) -> Option<Asked> {
    if path.starts_with(CALLBACK) {
        return Some(Asked::Of(Category::UserFederation));
    }
    let category = match path {
        _ if !is_post => return None,
        "/login" | "/login/factor" | passkey::SIGN_IN => Category::UserAuthentication,
        "/login/new-password" | "/forgotPassword" | "/confirmForgotPassword" => {
            Category::UserAccountRecovery
        }
        "/signup" | "/confirm" | "/confirmUser" => Category::UserCreation,
        "/resendcode" => Category::UserResourceRead,
        passkey::PATH => Category::UserResourceUpdate,
        _ => return None,
    };
    Some(Asked::Of(category))
}

/// What the token endpoint is asked for.
pub(crate) fn of_grant(grant_type: &str) -> Option<Asked> {
    match grant_type {
        "authorization_code" => Some(Asked::CodeRedemption),
        "refresh_token" | TOKEN_EXCHANGE => Some(Asked::Of(Category::UserAuthentication)),
        "client_credentials" => Some(Asked::Of(Category::ClientAuthentication)),
        _ => None,
    }
}
