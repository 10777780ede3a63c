//! Signing up.

use super::{client, field, identifier, login::kind, rules};
use crate::{
    OAuth,
    asked::{Asked, Stop},
    carried::{Carried, STEP},
    fault,
    pages::{AttributeField, Fault, Field, PageFault, Problem, Provider, SignUp},
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use names::{Password, Username};
use pool::{Attributes, Contact, Error, UserPool};
use std::collections::BTreeMap;

impl OAuth {
    /// Shows the page.
    pub(crate) async fn ask_to_sign_up(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        self.show_sign_up(visit, &asked, Vec::new()).await
    }

    /// Makes a user of what was written.
    pub(crate) async fn sign_up(&self, visit: &mut Visit<'_>) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        refuse_closed(&asked)?;
        let (username, password, attributes) = match written(visit, &asked) {
            Ok(written) => written,
            Err(problem) => return self.show_sign_up(visit, &asked, vec![problem]).await,
        };
        let caller = &asked.caller;
        let hash = self.pools.own_secret_hash(&caller.client, username.as_str())?;
        let sign_up = pool::SignUp {
            username: &username,
            password: Some(&password),
            attributes,
            validation_data: BTreeMap::new(),
            hash: hash.as_ref(),
        };
        let signed_up = match self.pools.sign_up(caller, sign_up).await {
            Ok(signed_up) => signed_up,
            Err(Error::Refused(refusal)) => {
                let problem = fault::of_form(&refusal);
                return self.show_sign_up(visit, &asked, vec![problem]).await;
            }
            Err(error) => return Err(error.into()),
        };
        if signed_up.is_confirmed {
            let outcome = self.pools.sign_in_from_sign_up_page(caller, &signed_up.sub).await?;
            return self.after_factor(visit, &asked, outcome).await;
        }
        let sent_to = signed_up.delivery.map(|delivery| delivery.destination);
        let carried = Carried::SignedUp { sub: signed_up.sub, username, sent_to };
        let step = self.carry(visit, caller, carried)?;
        Ok(visit.go(&asked.at_with("/confirm", STEP, &step)))
    }

    async fn show_sign_up(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        problems: Vec<Problem>,
    ) -> Result<Response<Bytes>, Stop> {
        refuse_closed(asked)?;
        let pool = &asked.caller.pool;
        let choices = self.federation.choices(&asked.caller).await?;
        let providers = choices.into_iter().map(|choice| Provider {
            href: asked.at_with("/oauth2/authorize", "identity_provider", &choice.name),
            kind: kind(choice.kind),
            name: choice.name,
        });
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        let page = SignUp {
            client: client(asked),
            form: visit.form_to(asked.at("/signup")),
            identifier: (only_name(pool).is_none()).then(|| identifier_of_new(pool)),
            username: visit.form.get("username").unwrap_or_default().to_owned(),
            rules: Some(rules(pool)),
            attributes: fields(visit, asked),
            providers: providers.collect(),
            sign_in: asked.at("/login"),
            problems,
        };
        Ok(visit.show(status, Some(asked), &page))
    }
}

/// The one attribute that is the name of everybody in the pool, if that is how it is.
fn only_name(pool: &UserPool) -> Option<Contact> {
    match pool.names.username_attributes.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// A new user has a name of their own; an alias comes with its attribute.
fn identifier_of_new(pool: &UserPool) -> crate::pages::Identifier {
    if pool.has_username_attributes() {
        identifier(pool)
    } else {
        crate::pages::Identifier::Username
    }
}

/// What is asked for besides name and password: what everybody must have, and where a code can go to.
fn fields(visit: &Visit<'_>, asked: &Asked) -> Vec<AttributeField> {
    let pool = &asked.caller.pool;
    let verified = &pool.settings.auto_verified;
    let names = &pool.names.username_attributes;
    let mut fields = Vec::new();
    for rule in &pool.schema.rules {
        let contact = Contact::of(&rule.name);
        // With two kinds of name, the one that is written is the attribute as well.
        let is_name = contact.is_some_and(|contact| names.contains(&contact));
        if rule.name == "sub" || (is_name && names.len() > 1) {
            continue;
        }
        let is_verified = contact.is_some_and(|contact| verified.contains(&contact));
        let is_required = rule.is_required || is_name || (is_verified && verified.len() == 1);
        let may_write = asked.caller.client.settings.may_write(&rule.name);
        if (is_required || is_verified) && (may_write || is_name) {
            let sent = visit.form.get(&format!("attribute.{}", rule.name)).unwrap_or_default();
            fields.push(field(rule, is_required, sent));
        }
    }
    fields
}

/// The name, password and attributes of a form.
fn written(visit: &Visit<'_>, asked: &Asked) -> Result<(Username, Password, Attributes), Problem> {
    let pool = &asked.caller.pool;
    let mut attributes = Attributes::new();
    for field in fields(visit, asked) {
        let value = field.value.trim();
        if value.is_empty() && field.is_required {
            return Err(Problem::at(Field::Attribute(field.name), Fault::Missing));
        }
        if !value.is_empty() {
            attributes.insert(field.name.clone(), value.to_owned());
        }
    }
    let (name, at) = match only_name(pool) {
        Some(contact) => {
            let attribute = contact.attribute();
            let name = attributes.get(attribute).cloned().unwrap_or_default();
            (name, Field::Attribute(attribute.to_owned()))
        }
        None => (visit.form.get("username").unwrap_or_default().trim().to_owned(), Field::Username),
    };
    if name.is_empty() {
        return Err(Problem::at(at, Fault::Missing));
    }
    let username = Username::parse(&name).map_err(|_| Problem::at(at, Fault::Malformed))?;
    // The page has one password field for a new account, under either name.
    let (password, at) = match visit.form.get("new_password") {
        Some(password) => (password, Field::NewPassword),
        None => (visit.form.get("password").unwrap_or_default(), Field::Password),
    };
    if password.is_empty() {
        return Err(Problem::at(at, Fault::Missing));
    }
    if visit.form.get("repeated_password").is_some_and(|repeated| repeated != password) {
        return Err(Problem::at(Field::RepeatedPassword, Fault::PasswordsDiffer));
    }
    let password =
        Password::parse(password).map_err(|_| Problem::at(at, Fault::PasswordBreaksPolicy))?;
    Ok((username, password, attributes))
}

fn refuse_closed(asked: &Asked) -> Result<(), Stop> {
    if asked.is_local() && !asked.caller.pool.settings.only_admins_create_users {
        return Ok(());
    }
    let text = "SignUp is not permitted for this user pool";
    Err(Stop::Page(PageFault::BadRequest, Some(text.into())))
}
