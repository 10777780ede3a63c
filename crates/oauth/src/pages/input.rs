//! How does a page ask for one thing?

use super::{
    AttributeField, AttributeKind, Fault, Field, Identifier, Language, PasswordRules, Problem,
};

/// One labelled field, as the template writes it.
pub(super) struct Input {
    pub name: String,
    pub id: String,
    pub label: String,
    pub kind: Kind,
    pub value: String,
    pub autocomplete: &'static str,
    pub mode: Option<&'static str>,
    /// `ltr` for what is never written from right to left, else `auto`.
    pub direction: &'static str,
    pub is_required: bool,
    pub min_length: Option<u32>,
    pub max_length: u32,
    pub hint: Option<String>,
    pub rules: Vec<String>,
    pub fault: Option<String>,
    pub has_focus: bool,
}

/// Which element of HTML asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Email,
    Telephone,
    Password,
    Code,
    Date,
    Area,
    Tick,
}

impl Kind {
    pub const fn html(self) -> &'static str {
        match self {
            Self::Text | Self::Code | Self::Area => "text",
            Self::Email => "email",
            Self::Telephone => "tel",
            Self::Password => "password",
            Self::Date => "date",
            Self::Tick => "checkbox",
        }
    }
}

/// The longest user name and attribute that a pool takes.
const LONGEST_NAME: u32 = 128;
const LONGEST_ATTRIBUTE: u32 = 2048;
const LONGEST_PASSWORD: u32 = 256;
/// Room for a code with spaces that somebody pastes.
const LONGEST_CODE: u32 = 16;

impl Input {
    fn new(field: &Field, label: String, kind: Kind) -> Self {
        let name = field.name();
        Self {
            id: format!("field-{}", name.replace([':', '.'], "-")),
            name,
            label,
            kind,
            value: String::new(),
            autocomplete: "off",
            mode: None,
            direction: "ltr",
            is_required: true,
            min_length: None,
            max_length: LONGEST_NAME,
            hint: None,
            rules: Vec::new(),
            fault: None,
            has_focus: false,
        }
    }

    /// The name that somebody signs in with.
    pub fn identifier(identifier: Identifier, value: &str, language: &Language) -> Self {
        let (key, kind) = match identifier {
            Identifier::Username => ("field-username", Kind::Text),
            Identifier::Email => ("field-email", Kind::Email),
            Identifier::PhoneNumber => ("field-phone-number", Kind::Telephone),
            Identifier::EmailOrPhoneNumber => ("field-email-or-phone-number", Kind::Text),
            Identifier::UsernameOrEmail => ("field-username-or-email", Kind::Text),
            Identifier::UsernameOrPhoneNumber => ("field-username-or-phone-number", Kind::Text),
            Identifier::UsernameOrContact => ("field-username-or-contact", Kind::Text),
        };
        let mut input = Self::new(&Field::Username, language.say(key), kind);
        input.autocomplete = "username";
        value.clone_into(&mut input.value);
        if kind == Kind::Telephone {
            input.hint = Some(language.say("hint-phone-number"));
        }
        if kind == Kind::Text {
            input.direction = "auto";
        }
        input
    }

    /// A password that exists.
    pub fn password(language: &Language) -> Self {
        let mut input = Self::new(&Field::Password, language.say("field-password"), Kind::Password);
        input.autocomplete = "current-password";
        input.max_length = LONGEST_PASSWORD;
        input
    }

    /// A password that is chosen now, and the same once more.
    pub fn new_password(
        field: &Field,
        label: &str,
        rules: PasswordRules,
        language: &Language,
    ) -> [Self; 2] {
        let mut first = Self::new(field, language.say(label), Kind::Password);
        first.autocomplete = "new-password";
        first.max_length = LONGEST_PASSWORD;
        first.min_length = Some(u32::from(rules.minimum_length));
        first.rules.push(language.say_number("rule-length", "count", rules.minimum_length));
        for (needed, key) in [
            (rules.needs_lowercase, "rule-lowercase"),
            (rules.needs_uppercase, "rule-uppercase"),
            (rules.needs_numbers, "rule-number"),
            (rules.needs_symbols, "rule-symbol"),
        ] {
            if needed {
                first.rules.push(language.say(key));
            }
        }
        let label = language.say("field-repeated-password");
        let mut second = Self::new(&Field::RepeatedPassword, label, Kind::Password);
        second.autocomplete = "new-password";
        second.max_length = LONGEST_PASSWORD;
        [first, second]
    }

    /// A code from a message or an application.
    pub fn code(language: &Language) -> Self {
        let mut input = Self::new(&Field::Code, language.say("field-code"), Kind::Code);
        input.autocomplete = "one-time-code";
        input.mode = Some("numeric");
        input.max_length = LONGEST_CODE;
        input
    }

    /// How somebody calls the device that shows their codes.
    pub fn device_name(language: &Language) -> Self {
        let mut input = Self::new(&Field::Code, language.say("field-device-name"), Kind::Text);
        "device_name".clone_into(&mut input.name);
        "field-device-name".clone_into(&mut input.id);
        input.direction = "auto";
        input.is_required = false;
        input
    }

    /// An attribute of the user.
    pub fn attribute(field: &AttributeField, language: &Language) -> Self {
        let label = attribute_label(&field.name, language);
        let kind = match field.kind {
            AttributeKind::Text | AttributeKind::Number => Kind::Text,
            AttributeKind::Email => Kind::Email,
            AttributeKind::PhoneNumber => Kind::Telephone,
            AttributeKind::Date => Kind::Date,
            AttributeKind::Address => Kind::Area,
            AttributeKind::Boolean => Kind::Tick,
        };
        let mut input = Self::new(&Field::Attribute(field.name.clone()), label, kind);
        input.autocomplete = autocomplete(&field.name);
        input.value.clone_from(&field.value);
        // A box that has to be ticked would leave no way to say no.
        input.is_required = field.is_required && kind != Kind::Tick;
        input.max_length = field.max_length.unwrap_or(LONGEST_ATTRIBUTE).min(LONGEST_ATTRIBUTE);
        input.min_length = field.min_length.filter(|least| *least > 1);
        match field.kind {
            AttributeKind::Text | AttributeKind::Address => input.direction = "auto",
            AttributeKind::Number => input.mode = Some("decimal"),
            AttributeKind::PhoneNumber => input.hint = Some(language.say("hint-phone-number")),
            _ => {}
        }
        input
    }

    pub fn is_area(&self) -> bool {
        self.kind == Kind::Area
    }

    pub fn is_code(&self) -> bool {
        self.kind == Kind::Code
    }

    pub fn is_tick(&self) -> bool {
        self.kind == Kind::Tick
    }

    /// What is never written back into a page.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Password | Kind::Code)
    }

    /// What is written letter by letter, and so has a length.
    pub fn is_written(&self) -> bool {
        !matches!(self.kind, Kind::Tick | Kind::Date)
    }

    /// Whether it was ticked before.
    pub fn is_ticked(&self) -> bool {
        self.value == "true"
    }

    /// The ids of what describes it, for `aria-describedby`.
    pub fn described_by(&self) -> Option<String> {
        let parts = [
            self.fault.is_some().then_some("fault"),
            self.hint.is_some().then_some("hint"),
            (!self.rules.is_empty()).then_some("rules"),
        ];
        let ids: Vec<String> =
            parts.into_iter().flatten().map(|part| format!("{}-{part}", self.id)).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// Puts each problem at its field, and the cursor where it is needed first.
pub(super) fn settle(inputs: &mut [Input], problems: &[Problem], language: &Language) {
    for input in inputs.iter_mut() {
        let here = |problem: &&Problem| {
            problem.at.as_ref().is_some_and(|field| field.name() == input.name)
        };
        input.fault = problems.iter().find(here).map(|problem| problem.fault.words(language));
    }
    let wrong = inputs.iter().position(|input| input.fault.is_some());
    let empty = || {
        let is_empty = |input: &Input| input.value.is_empty() && input.kind != Kind::Tick;
        inputs.iter().position(is_empty)
    };
    if let Some(input) = wrong.or_else(empty).and_then(|index| inputs.get_mut(index)) {
        input.has_focus = true;
    }
}

/// One line of the summary of problems, which leads to the field if it has one on this page.
pub(super) struct Told {
    pub text: String,
    pub anchor: Option<String>,
}

/// The summary of problems.
pub(super) fn told(inputs: &[Input], problems: &[Problem], language: &Language) -> Vec<Told> {
    let tell = |problem: &Problem| {
        let name = problem.at.as_ref().map(Field::name);
        let input = inputs.iter().find(|input| Some(&input.name) == name.as_ref());
        let words = problem.fault.words(language);
        // "Fill this in" needs a name where it stands apart from its field.
        let text = match input {
            Some(input) if problem.fault == Fault::Missing => {
                language.say_of("fault-missing-of", "field", &input.label)
            }
            _ => words,
        };
        Told { text, anchor: input.map(|input| input.id.clone()) }
    };
    problems.iter().map(tell).collect()
}

fn attribute_label(name: &str, language: &Language) -> String {
    let is_plain =
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-'));
    let key = format!("attribute-{}", name.replace([':', '_'], "-"));
    let known = if is_plain { language.find(&key, None) } else { None };
    known.unwrap_or_else(|| name.strip_prefix("custom:").unwrap_or(name).replace(['_', '-'], " "))
}

fn autocomplete(attribute: &str) -> &'static str {
    match attribute {
        "address" => "street-address",
        "birthdate" => "bday",
        "email" => "email",
        "family_name" => "family-name",
        "gender" => "sex",
        "given_name" => "given-name",
        "locale" => "language",
        "middle_name" => "additional-name",
        "name" => "name",
        "nickname" => "nickname",
        "phone_number" => "tel",
        "picture" => "photo",
        "website" | "profile" => "url",
        _ => "off",
    }
}
