//! How does a message look?

use super::{
    About, Brand, Link, Written,
    catalogue::{Catalogue, Words},
};
use askama::Template;

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    language: &'a str,
    direction: &'static str,
    brand: &'a Brand,
    words: &'a Words,
    code: Option<&'a str>,
    address: Option<&'a str>,
    placeholder: Option<&'a str>,
    username: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Text<'a> {
    brand: &'a Brand,
    words: &'a Words,
    code: Option<&'a str>,
    link: Option<&'a str>,
    username: Option<&'a str>,
}

/// Puts the words into their places.
pub(super) fn write(
    brand: &Brand,
    catalogue: &Catalogue,
    words: &Words,
    about: About<'_>,
) -> Option<Written> {
    let (address, placeholder) = match about.link {
        Some(Link::Address(address)) => (Some(address), None),
        Some(Link::Placeholder(placeholder)) => (None, Some(placeholder)),
        None => (None, None),
    };
    let html = Html {
        language: &catalogue.language.to_string(),
        direction: if catalogue.is_right_to_left() { "rtl" } else { "ltr" },
        brand,
        words,
        code: about.code,
        address,
        placeholder,
        username: about.username,
    };
    let text = Text {
        brand,
        words,
        code: about.code,
        link: address.or(placeholder),
        username: about.username,
    };
    Some(Written {
        subject: words.subject.clone(),
        html: html.render().ok()?,
        text: text.render().ok()?,
        sms: words.sms.clone(),
    })
}
