//! How do terms look in the API's words?

use pool::{Refusal, Terms};
use std::collections::BTreeMap;
use wire::cognito_idp::{TermsDescriptionType, TermsEnforcementType, TermsSourceType, TermsType};

/// The language of everybody whose own has no link.
const DEFAULT: &str = "cognito:default";

pub(crate) fn terms_type(terms: &Terms) -> TermsType {
    TermsType {
        terms_id: terms.id.clone(),
        user_pool_id: terms.pool.clone(),
        client_id: terms.client.clone(),
        terms_name: terms.name.clone(),
        // The model has one value each for these.
        terms_source: TermsSourceType::Link,
        enforcement: TermsEnforcementType::None,
        links: terms.links.clone(),
        creation_date: terms.created_at.into(),
        last_modified_date: terms.modified_at.into(),
    }
}

pub(crate) fn terms_description(terms: &Terms) -> TermsDescriptionType {
    TermsDescriptionType {
        terms_id: terms.id.clone(),
        terms_name: terms.name.clone(),
        enforcement: TermsEnforcementType::None,
        creation_date: terms.created_at.into(),
        last_modified_date: terms.modified_at.into(),
    }
}

/// Refuses links that would leave somebody without any.
pub(crate) fn check_links(links: &BTreeMap<String, String>) -> Result<(), Refusal> {
    if links.contains_key(DEFAULT) {
        return Ok(());
    }
    Err(Refusal::invalid("Links must contain a link for cognito:default."))
}
