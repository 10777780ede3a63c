//! Proving, choosing and setting up what a sign-in asks besides the password.
//!
//! The challenge of the pool travels in the sealed step of the form, and a form leads to the next by its
//! answer: nothing of it is in an address. A form that is sent twice, or again from the history, finds its
//! challenge used up; whoever is signed in by then goes on, everybody else begins again.

use super::{client, field, login::Shown};
use crate::{
    OAuth,
    asked::{Asked, Stop},
    carried::{Asks, Carried, Waiting},
    fault,
    pages::{
        ChoicePurpose, ChooseFactor, EnrolAddress, EnrolTotp, EnterCode, Factor, Fault, Field,
        Means, Notice, Problem,
    },
    visit::Visit,
};
use bytes::Bytes;
use http::{Response, StatusCode};
use names::{Session, Username};
use pool::{Challenge, CodeOf, Contact, Error, Outcome, Refusal, Reply, SecondFactor};

/// Where the forms of factors lead.
pub(super) const PATH: &str = "/login/factor";
/// The longest name that somebody gives an authenticator.
const LONGEST_DEVICE_NAME: usize = 64;
/// The longest address or number that is looked at.
const LONGEST_ADDRESS: usize = 2048;

/// Why a factor was not taken.
enum Unproven {
    /// The form is shown again.
    Again(Problem),
    Failed(Error),
}

impl From<Error> for Unproven {
    fn from(error: Error) -> Self {
        match error {
            // The challenge waits for a better answer.
            Error::Refused(
                refusal @ (Refusal::WrongFactorCode
                | Refusal::WrongOneTimeCode
                | Refusal::SoftwareTokenUsed
                | Refusal::NotEnrolled
                | Refusal::LockedOut
                | Refusal::TooManyCodes),
            ) => Self::Again(fault::of_form(&refusal)),
            other => Self::Failed(other),
        }
    }
}

impl From<Refusal> for Unproven {
    fn from(refusal: Refusal) -> Self {
        Error::from(refusal).into()
    }
}

impl OAuth {
    /// Asks for what the pool waits for. A name is given where nobody has proven yet to be somebody.
    pub(super) async fn ask_factor(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        challenge: Challenge,
        name: Option<Username>,
    ) -> Result<Response<Bytes>, Stop> {
        let waiting = match challenge {
            Challenge::Code { session, user_id, delivery, is_first } => {
                let asks = Asks::SentCode {
                    contact: delivery.contact,
                    is_first,
                    to: delivery.destination,
                };
                Waiting { session, username: name.unwrap_or(user_id), asks }
            }
            Challenge::SoftwareToken { session, user_id, .. } => {
                Waiting { session, username: user_id, asks: Asks::TokenCode }
            }
            Challenge::SelectMfa { session, user_id, factors } => {
                Waiting { session, username: user_id, asks: Asks::Second(factors) }
            }
            Challenge::SetUpMfa { session, user_id, factors } => match factors.as_slice() {
                [only] => self.begin_set_up(session, user_id, *only).await?,
                _ => Waiting { session, username: user_id, asks: Asks::SetUp(factors) },
            },
            _ => {
                let text = "a sign-in on the pages led to what no page answers";
                return Err(Error::internal(text).into());
            }
        };
        self.show_factor(visit, asked, waiting, Vec::new(), None)
    }

    /// Takes what a form of a factor sent.
    pub(crate) async fn answer_factor(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        let waiting = match self.carried(visit, &asked.caller) {
            Some(Carried::Factor(waiting)) => waiting,
            Some(Carried::Choosing { username, choices }) => {
                return self.choose_how_to_begin(visit, &asked, username, choices).await;
            }
            _ => return self.begin_again(visit, &asked).await,
        };
        if visit.form.get("action") == Some("resend") {
            return self.resend_factor(visit, &asked, waiting).await;
        }
        let outcome = match &waiting.asks {
            Asks::SetUp(factors) => {
                let wanted = chosen(visit, factors, ChoicePurpose::Enrol);
                let Some(factor) = wanted else {
                    let problems = vec![Problem::new(Fault::Missing)];
                    return self.show_factor(visit, &asked, waiting, problems, None);
                };
                let Waiting { session, username, .. } = waiting;
                return match self.begin_set_up(session, username.clone(), factor).await {
                    Ok(next) => self.show_factor(visit, &asked, next, Vec::new(), None),
                    Err(error) => self.fail_factor(visit, &asked, username, error).await,
                };
            }
            _ => self.answer_waiting(visit, &asked, &waiting).await,
        };
        match outcome {
            Ok(outcome) => self.after_factor(visit, &asked, outcome).await,
            Err(Unproven::Again(problem)) => {
                self.show_factor(visit, &asked, waiting, vec![problem], None)
            }
            Err(Unproven::Failed(error)) => {
                self.fail_factor(visit, &asked, waiting.username, error).await
            }
        }
    }

    /// Leaves the form of a factor for the beginning, which whoever is signed in passes by.
    pub(crate) async fn leave_factor(
        &self,
        visit: &mut Visit<'_>,
    ) -> Result<Response<Bytes>, Stop> {
        let asked = self.asked(&visit.place, &visit.query).await?;
        Ok(visit.go(&asked.at("/login")))
    }

    /// Gives the pool the answer of a form.
    async fn answer_waiting(
        &self,
        visit: &Visit<'_>,
        asked: &Asked,
        waiting: &Waiting,
    ) -> Result<Outcome, Unproven> {
        let Waiting { session, username, asks } = waiting;
        let caller = &asked.caller;
        let hash = self.pools.own_secret_hash(&caller.client, username.as_str())?;
        let reply = Reply { username, session, hash: hash.as_ref() };
        match asks {
            Asks::TokenCode => {
                let code = code(visit)?;
                Ok(self.pools.answer_code(caller, &reply, CodeOf::SoftwareToken, &code).await?)
            }
            Asks::SentCode { contact, is_first, .. } => {
                let of = match (contact, is_first) {
                    (Contact::Email, _) => CodeOf::Email,
                    (Contact::PhoneNumber, true) => CodeOf::SmsOtp,
                    (Contact::PhoneNumber, false) => CodeOf::SmsMfa,
                };
                Ok(self.pools.answer_code(caller, &reply, of, &code(visit)?).await?)
            }
            Asks::Second(factors) => {
                let missing = || Unproven::Again(Problem::new(Fault::Missing));
                let factor = chosen(visit, factors, ChoicePurpose::SecondFactor);
                let factor = Some(factor.ok_or_else(missing)?);
                Ok(self.pools.answer_mfa_choice(caller, &reply, factor).await?)
            }
            Asks::FirstTokenCode(_) => {
                let name = device_name(visit);
                let verified = self.pools.verify_in_sign_in(session, &code(visit)?, name).await?;
                let reply = Reply { session: &verified, ..reply };
                Ok(self.pools.answer_mfa_setup(caller, &reply, None).await?)
            }
            Asks::Address(contact) => {
                let address = address(visit, *contact)?;
                Ok(self.pools.send_set_up_code(caller, &reply, (*contact, &address)).await?)
            }
            Asks::SetUp(_) => Err(Refusal::InvalidSession.into()),
        }
    }

    /// Sends another code.
    async fn resend_factor(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        waiting: Waiting,
    ) -> Result<Response<Bytes>, Stop> {
        let Waiting { session, username, asks } = &waiting;
        let hash = self.pools.own_secret_hash(&asked.caller.client, username.as_str())?;
        let reply = Reply { username, session, hash: hash.as_ref() };
        let outcome = self.pools.resend_sign_in_code(&asked.caller, &reply).await;
        match outcome.map_err(Unproven::from) {
            Ok(Outcome::Challenge(Challenge::Code { session, delivery, .. })) => {
                let notice = Notice::CodeSent { to: Some(delivery.destination) };
                let next = Waiting { session, username: username.clone(), asks: asks.clone() };
                self.show_factor(visit, asked, next, Vec::new(), Some(notice))
            }
            Ok(_) => Err(Error::internal("a code was sent and is not asked for").into()),
            Err(Unproven::Again(problem)) => {
                self.show_factor(visit, asked, waiting, vec![problem], None)
            }
            Err(Unproven::Failed(error)) => {
                self.fail_factor(visit, asked, waiting.username, error).await
            }
        }
    }

    /// Begins to set up a factor: an authenticator gets its secret, an address is asked for.
    async fn begin_set_up(
        &self,
        session: Session,
        username: Username,
        factor: SecondFactor,
    ) -> Result<Waiting, Error> {
        if let Some(contact) = factor.contact() {
            return Ok(Waiting { session, username, asks: Asks::Address(contact) });
        }
        let given = self.pools.associate_in_sign_in(&session).await?;
        let session = given.session.ok_or(Refusal::InvalidSession)?;
        let asks = Asks::FirstTokenCode(given.text.to_string());
        Ok(Waiting { session, username, asks })
    }

    /// Ends a sign-in that cannot go on from its challenge.
    async fn fail_factor(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        name: Username,
        error: Error,
    ) -> Result<Response<Bytes>, Stop> {
        match error {
            Error::Refused(
                Refusal::InvalidSession | Refusal::SessionExpired | Refusal::SessionUsed,
            ) => self.begin_again(visit, asked).await,
            Error::Refused(refusal) => {
                self.refuse_sign_in(visit, asked, Some(name), String::new(), &refusal).await
            }
            broken @ Error::Broken(_) => Err(broken.into()),
        }
    }

    /// Goes on where somebody is signed in meanwhile, and else to the beginning.
    pub(super) async fn begin_again(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
    ) -> Result<Response<Bytes>, Stop> {
        if !asked.prompt.login && self.usable_session(visit, asked).await?.is_some() {
            return Ok(visit.go(&asked.at("/login")));
        }
        let problems = vec![Problem::new(Fault::SessionExpired)];
        let shown = Shown { problems, ..Shown::default() };
        self.show_sign_in(visit, asked, StatusCode::BAD_REQUEST, shown).await
    }

    fn show_factor(
        &self,
        visit: &mut Visit<'_>,
        asked: &Asked,
        waiting: Waiting,
        problems: Vec<Problem>,
        notice: Option<Notice>,
    ) -> Result<Response<Bytes>, Stop> {
        let (asks, account) = (waiting.asks.clone(), waiting.username.to_string());
        let step = self.carry(visit, &asked.caller, Carried::Factor(waiting))?;
        let form = visit.form_with_step(asked.at(PATH), step);
        let status = status(&problems);
        let (client, sign_in) = (client(asked), asked.at("/login"));
        let (means, resend) = match asks {
            Asks::TokenCode => (Means::Totp, None),
            Asks::SentCode { contact, to, .. } => {
                let means = match contact {
                    Contact::Email => Means::Email { to: Some(to) },
                    Contact::PhoneNumber => Means::Sms { to: Some(to) },
                };
                (means, Some(form.clone().with("action", "resend")))
            }
            Asks::Second(factors) => {
                let (factors, purpose) = (named(&factors), ChoicePurpose::SecondFactor);
                let page = ChooseFactor { client, form, purpose, factors, sign_in, problems };
                return Ok(visit.show(status, Some(asked), &page));
            }
            Asks::SetUp(factors) => {
                let (factors, purpose) = (named(&factors), ChoicePurpose::Enrol);
                let page = ChooseFactor { client, form, purpose, factors, sign_in, problems };
                return Ok(visit.show(status, Some(asked), &page));
            }
            Asks::FirstTokenCode(secret) => {
                let issuer = asked.caller.pool.settings.name.clone();
                let page =
                    EnrolTotp { client, form, account, issuer, secret, skip: None, problems };
                return Ok(visit.show(status, Some(asked), &page));
            }
            Asks::Address(contact) => {
                let pool = &asked.caller.pool;
                let Some(rule) = pool.schema.rule(contact.attribute()) else {
                    return Err(Error::internal("a pool has no attribute for a contact").into());
                };
                let sent = visit.form.get(&form_name(contact)).unwrap_or_default();
                let address = field(rule, true, sent);
                let page = EnrolAddress { form, address, sign_in, problems };
                return Ok(visit.show(status, Some(asked), &page));
            }
        };
        let page =
            EnterCode { client, form, means, resend, others: None, sign_in, problems, notice };
        Ok(visit.show(status, Some(asked), &page))
    }
}

/// A form that is shown again is no success.
pub(super) fn status(problems: &[Problem]) -> StatusCode {
    if problems.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST }
}

/// The factors as the pages name them.
fn named(factors: &[SecondFactor]) -> Vec<Factor> {
    factors.iter().map(|factor| page_factor(*factor)).collect()
}

fn page_factor(factor: SecondFactor) -> Factor {
    match factor {
        SecondFactor::SoftwareToken => Factor::Totp,
        SecondFactor::Sms => Factor::Sms { to: None },
        SecondFactor::Email => Factor::Email { to: None },
    }
}

/// The factor that a form chose, if it was offered.
fn chosen(
    visit: &Visit<'_>,
    offered: &[SecondFactor],
    purpose: ChoicePurpose,
) -> Option<SecondFactor> {
    let wanted = visit.form.get("factor")?;
    offered.iter().copied().find(|factor| page_factor(*factor).value(purpose) == wanted)
}

/// The code of a form. Authenticators show their codes with a gap, and people write it.
fn code(visit: &Visit<'_>) -> Result<String, Unproven> {
    let sent = visit.form.get("code").unwrap_or_default();
    let code: String = sent.chars().filter(|letter| !letter.is_whitespace()).take(64).collect();
    if code.is_empty() {
        return Err(Unproven::Again(Problem::at(Field::Code, Fault::Missing)));
    }
    Ok(code)
}

fn device_name(visit: &Visit<'_>) -> Option<String> {
    let name = visit.form.get("device_name").unwrap_or_default().trim();
    let name: String =
        name.chars().filter(|letter| !letter.is_control()).take(LONGEST_DEVICE_NAME).collect();
    (!name.is_empty()).then_some(name)
}

fn form_name(contact: Contact) -> String {
    Field::Attribute(contact.attribute().to_owned()).name()
}

/// The address or number of a form.
fn address(visit: &Visit<'_>, contact: Contact) -> Result<String, Unproven> {
    let again = |fault| {
        let at = Field::Attribute(contact.attribute().to_owned());
        Err(Unproven::Again(Problem::at(at, fault)))
    };
    let address = visit.form.get(&form_name(contact)).unwrap_or_default().trim();
    if address.is_empty() {
        return again(Fault::Missing);
    }
    let (is_one, malformed) = match contact {
        Contact::Email => (pool::is_email(address), Fault::MalformedEmail),
        Contact::PhoneNumber => (pool::is_phone_number(address), Fault::MalformedPhoneNumber),
    };
    if address.len() > LONGEST_ADDRESS || !is_one {
        return again(malformed);
    }
    Ok(address.to_owned())
}
