//! What stands in a mail, whoever carries it?

use lettre::{Address, message::Mailbox};
use pool::{Body, MailSettings, Message, Undelivered};

/// A mail with everything that was left to the server filled in.
pub struct Letter {
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    pub to: Address,
    pub subject: String,
    pub html: Option<String>,
    pub plain: String,
}

impl Letter {
    /// The mail of a message; `from` is whom mails are from whose pool does not say.
    pub fn of(message: Message, from: Option<&Mailbox>) -> Result<Self, Undelivered> {
        let to = address(&message.to).ok_or_else(|| undelivered("the address is none"))?;
        let said = sender(&message.mail).transpose()?;
        let from = said.or_else(|| from.cloned());
        let from = from.ok_or_else(|| undelivered("nobody says whom mails are from"))?;
        let reply_to = message.mail.reply_to.as_deref().map(mailbox).transpose()?;
        let (html, plain) = match message.body {
            Body::Plain(text) => (None, text),
            Body::Html(html) => {
                let plain = plain(&html);
                (Some(html), plain)
            }
            Body::Both { html, plain } => (Some(html), plain),
        };
        Ok(Self { from, reply_to, to, subject: one_line(&message.subject), html, plain })
    }
}

/// An address, or a name with an address in angle brackets.
pub fn mailbox(text: &str) -> Result<Mailbox, Undelivered> {
    let read: Result<Mailbox, _> = text.parse();
    let mailbox = read.map_err(|_| undelivered("whom mails are from is no address"))?;
    let email = address(mailbox.email.as_ref());
    let email = email.ok_or_else(|| undelivered("whom mails are from is no address"))?;
    let name = mailbox.name.as_deref().map(one_line);
    Ok(Mailbox::new(name, email))
}

/// Whom a pool's mails are from: whom it names, or else the identity that it has at SES.
fn sender(mail: &MailSettings) -> Option<Result<Mailbox, Undelivered>> {
    if let Some(from) = &mail.from {
        return Some(mailbox(from));
    }
    let (_, identity) = mail.identity.as_deref()?.split_once(":identity/")?;
    let address = match identity.contains('@') {
        true => identity.to_owned(),
        false => format!("no-reply@{identity}"),
    };
    Some(mailbox(&address))
}

/// An address with its domain as the name system knows it. What is before the `@` stays: only the server it
/// is delivered to may read anything into that.
fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    let domain = idna::domain_to_ascii_strict(domain).ok()?;
    Address::new(local, domain).ok()
}

/// A header is a line: what would end it is a blank.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// What of HTML is left to read without it: the text, a link's address behind its words, and lines where
/// blocks end.
fn plain(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    let mut link = None;
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        plain.push_str(text);
        let Some((tag, after)) = after.split_once('>') else {
            rest = "";
            break;
        };
        rest = after;
        let tag = tag.trim();
        let name: String = tag
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '/')
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        match name.as_str() {
            "a" => link = href(tag),
            "/a" => {
                if let Some(link) = link.take() {
                    plain.push_str(&format!(" ({link})"));
                }
            }
            "br" | "br/" | "/p" | "/div" | "/tr" | "/li" | "/h1" | "/h2" | "/h3" => {
                plain.push('\n')
            }
            "style" | "script" => {
                // Nobody wants to read these.
                let end = format!("</{name}");
                rest = rest.find(&end).and_then(|at| rest.get(at..)).unwrap_or_default();
            }
            _ => {}
        }
    }
    plain.push_str(rest);
    let known = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    known
        .iter()
        .fold(plain, |text, (entity, letter)| text.replace(entity, letter))
        .trim()
        .to_owned()
}

fn href(tag: &str) -> Option<String> {
    let (_, after) = tag.split_once("href=")?;
    let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    after.get(1..)?.split(quote).next().map(str::to_owned)
}

fn undelivered(reason: &str) -> Undelivered {
    Undelivered::new(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pool::Channel;

    fn message(to: &str, subject: &str, mail: MailSettings) -> Message {
        Message {
            to: to.to_owned(),
            channel: Channel::Email,
            purpose: "SignUp",
            subject: subject.to_owned(),
            body: Body::Html("<p>Your code is <b>123456</b></p>".to_owned()),
            code: "123456".to_owned(),
            sent_at: jiff::Timestamp::UNIX_EPOCH,
            mail,
            sms: pool::SmsSettings::default(),
        }
    }

    fn from(mail: MailSettings) -> String {
        let server = mailbox("Server <server@example.com>").unwrap();
        let letter = Letter::of(message("ann@example.com", "Hello", mail), Some(&server));
        letter.unwrap().from.to_string()
    }

    #[test]
    fn the_pool_says_whom_mails_are_from_before_the_server_does() {
        let some = |text: &str| Some(text.to_owned());
        let said =
            MailSettings { from: some("Orchard <no-reply@orchard.example>"), ..Default::default() };
        assert_eq!(from(said), "Orchard <no-reply@orchard.example>");
        for (identity, expected) in [
            ("arn:aws:ses:eu-west-1:1:identity/shop@orchard.example", "shop@orchard.example"),
            ("arn:aws:ses:eu-west-1:1:identity/orchard.example", "no-reply@orchard.example"),
            ("arn:aws:ses:eu-west-1:1:nothing", "Server <server@example.com>"),
        ] {
            let said = MailSettings { identity: some(identity), ..Default::default() };
            assert_eq!(from(said), expected);
        }
        assert_eq!(from(MailSettings::default()), "Server <server@example.com>");
        let nobody = Letter::of(message("a@b.example", "x", MailSettings::default()), None);
        assert!(nobody.is_err());
    }

    #[test]
    fn nothing_that_is_said_ends_a_header() {
        let server = mailbox("server@example.com").unwrap();
        let sent =
            message("ann@example.com", "Hi\r\nBcc: eve@evil.example", MailSettings::default());
        assert_eq!(Letter::of(sent, Some(&server)).unwrap().subject, "Hi  Bcc: eve@evil.example");
        for bad in
            ["ann@example.com\r\nRCPT TO:<eve@evil.example>", "ann", "a b@", "a@b>,<c@d.example"]
        {
            let sent = message(bad, "x", MailSettings::default());
            assert!(Letter::of(sent, Some(&server)).is_err(), "{bad}");
        }
        let from = mailbox("Ann\r\nBcc: eve@evil.example <ann@example.com>");
        assert!(from.is_err() || !from.unwrap().to_string().contains('\n'));
    }

    #[test]
    fn a_domain_of_other_letters_is_the_one_of_the_name_system() {
        let address = |text| address(text).map(|address| address.to_string());
        assert_eq!(address("ann@bücher.example").as_deref(), Some("ann@xn--bcher-kva.example"));
        assert_eq!(address("jürgen@example.com").as_deref(), Some("jürgen@example.com"));
    }

    #[test]
    fn html_can_be_read_without_it() {
        for (html, expected) in [
            ("Your code is 123456", "Your code is 123456"),
            ("<p>Hello &lt;Ann&gt;</p><p>Bye</p>", "Hello <Ann>\nBye"),
            (
                "<a href=\"https://x.example/?a=1&amp;b=2\">Verify</a>",
                "Verify (https://x.example/?a=1&b=2)",
            ),
            ("<style>p { color: red }</style>a<br>b", "a\nb"),
            ("1 < 2", "1"),
            ("&amp;lt;", "&lt;"),
        ] {
            assert_eq!(plain(html), expected);
        }
    }
}
