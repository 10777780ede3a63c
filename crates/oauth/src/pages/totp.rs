//! How does somebody tell their authenticator application the secret?

use super::{
    Form, Look, Page, Problem, Render,
    input::Input,
    sheet::{Frame, Second},
    write,
};
use askama::Template;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{EcLevel, QrCode, types::Color};
use std::fmt::{self, Write as _};

/// Shows a new secret as a picture and as text, and takes the first code.
#[derive(Clone)]
pub struct EnrolTotp {
    pub client: Option<String>,
    pub form: Form,
    /// The account, as the application lists it.
    pub account: String,
    /// The service, as the application lists it.
    pub issuer: String,
    /// In base32.
    pub secret: String,
    /// Goes on without it.
    pub skip: Option<Form>,
    pub problems: Vec<Problem>,
}

#[derive(Template)]
#[template(path = "enrol_totp.html")]
struct View<'a> {
    frame: Frame<'a>,
    form: &'a Form,
    inputs: Vec<Input>,
    uri: String,
    picture: Option<Picture>,
    /// In groups of four, to be read.
    groups: String,
    submit: String,
    second: Option<Second<'a>>,
}

/// A QR code as one path of SVG.
struct Picture {
    /// The length of a side in modules, with the margin.
    side: usize,
    path: String,
}

impl Render for EnrolTotp {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let mut inputs = vec![Input::code(language), Input::device_name(language)];
        let frame = Frame::new(look, language.say("enrol-totp-title"))
            .lead(language.say("enrol-totp-lead"))
            .problems(&mut inputs, &self.problems);
        let uri = self.uri();
        let skip = |form| Second { form, label: language.say("link-not-now") };
        write(&View {
            frame,
            form: &self.form,
            inputs,
            picture: draw(&uri),
            uri,
            groups: groups(&self.secret),
            submit: language.say("enrol-totp-submit"),
            second: self.skip.as_ref().map(skip),
        })
    }
}

/// All that RFC 3986 does not leave alone.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The margin that readers need around the code, in modules.
const MARGIN: usize = 4;

impl EnrolTotp {
    /// The address that authenticator applications understand. A colon parts the names, so they hold none.
    fn uri(&self) -> String {
        let plain = |text: &str| {
            let text: String = text.chars().filter(|letter| *letter != ':').take(64).collect();
            utf8_percent_encode(&text, RESERVED).to_string()
        };
        let (issuer, account) = (plain(&self.issuer), plain(&self.account));
        let secret = utf8_percent_encode(&self.secret, RESERVED);
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}")
    }
}

/// Draws the code; nothing if the text is too long for one, and then there is still the text.
fn draw(text: &str) -> Option<Picture> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        // One stroke for dark modules that touch: a tenth of the text, and no seams between them.
        for run in row.chunk_by(|one, other| one == other) {
            if run.first() == Some(&Color::Dark) {
                let length = run.len();
                write!(path, "M{} {}h{length}v1h-{length}z", x + MARGIN, y + MARGIN).ok()?;
            }
            x += run.len();
        }
    }
    Some(Picture { side: width + 2 * MARGIN, path })
}

fn groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().take(256).collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Without the secret.
impl fmt::Debug for EnrolTotp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("EnrolTotp")
            .field("form", &self.form)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(account: &str, issuer: &str) -> EnrolTotp {
        EnrolTotp {
            client: None,
            form: Form::new("/mfa", "csrf"),
            account: account.to_owned(),
            issuer: issuer.to_owned(),
            secret: "JBSWY3DPEHPK3PXP".to_owned(),
            skip: None,
            problems: Vec::new(),
        }
    }

    #[test]
    fn the_address_is_the_one_that_applications_read() {
        assert_eq!(
            page("ann@example.com", "Blue Whale").uri(),
            "otpauth://totp/Blue%20Whale:ann%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Blue%20Whale"
        );
    }

    #[test]
    fn a_name_cannot_add_to_the_address() {
        let uri = page("a&secret=AAAA#?", "b:c/d").uri();
        assert_eq!(uri.matches("secret=").count(), 1);
        assert!(
            uri.starts_with("otpauth://totp/bcd:") || uri.starts_with("otpauth://totp/bc%2Fd:")
        );
    }

    #[test]
    fn the_picture_holds_every_dark_module_and_a_margin() {
        let text = "otpauth://totp/x";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let picture = draw(text).unwrap();
        let drawn: usize = picture
            .path
            .split('h')
            .skip(1)
            .filter_map(|part| part.split('v').next()?.parse::<usize>().ok())
            .sum();
        assert_eq!(drawn, dark);
        assert_eq!(picture.side, code.width() + 8);
        assert!(draw(&"x".repeat(5000)).is_none());
    }

    #[test]
    fn the_secret_can_be_read_and_is_not_logged() {
        let page = page("ann", "house");
        assert_eq!(groups(&page.secret), "JBSW Y3DP EHPK 3PXP");
        assert!(!format!("{page:?}").contains("JBSW"));
    }
}
