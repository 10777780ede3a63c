//! One of every page, in every state that looks different.

use oauth::pages::{
    Account, AskSignOut, AttributeField, AttributeKind, ChoicePurpose, ChooseAccount, ChooseFactor,
    Confirm, ConfirmLink, Consent, ConsentScope, Deed, Done, EnrolAddress, EnrolPasskey, EnrolTotp,
    EnterCode, EnterPassword, ErrorPage, Factor, Fault, Field, ForgotPassword, Form, Identifier,
    LinkAccount, LinkProof, LinkPurpose, LocalSignIn, Means, NewPassword, Notice, Onward,
    PageFault, PasskeyRequest, PasswordRules, Problem, Provider, ProviderKind, Render, Resend,
    ResetPassword, SignIn, SignUp, SignedOut,
};

/// A page and what it is called.
pub type Sample = (&'static str, Box<dyn Render>);

const RULES: PasswordRules = PasswordRules {
    minimum_length: 8,
    needs_lowercase: true,
    needs_uppercase: true,
    needs_numbers: true,
    needs_symbols: true,
};

/// What a browser is asked for; nothing in it is secret.
const OPTIONS: &str = r#"{"challenge":"AAECAwQFBgcICQoLDA0ODw","rpId":"localhost","timeout":60000,"userVerification":"preferred","allowCredentials":[]}"#;
const CREATION: &str = r#"{"challenge":"AAECAwQFBgcICQoLDA0ODw","rp":{"id":"localhost","name":"Poolhouse"},"user":{"id":"YW5u","name":"ann@example.com","displayName":"ann@example.com"},"pubKeyCredParams":[{"type":"public-key","alg":-7},{"type":"public-key","alg":-257}],"authenticatorSelection":{"residentKey":"required","userVerification":"preferred"},"excludeCredentials":[]}"#;

/// All of them. Everything that somebody else may choose goes through `text` first.
pub fn samples(text: &dyn Fn(&str) -> String) -> Vec<Sample> {
    let client = || Some(text("Orchard Market"));
    let form = |action: &str| {
        Form::new(format!("{action}?client_id=orchard"), text("9yJ2mS0xqLk"))
            .with("state", text("af0ifjsldkj"))
    };
    let href = |path: &str| format!("{path}?client_id=orchard&{}", escape(&text("state=x")));
    let field = |name: &str, kind, is_required, value: &str| AttributeField {
        name: name.to_owned(),
        kind,
        is_required,
        min_length: None,
        max_length: Some(256),
        value: text(value),
    };
    let provider = |name: &str, kind| Provider { name: text(name), kind, href: href("/federate") };
    let providers = || {
        vec![
            provider("Google", ProviderKind::Google),
            provider("SignInWithApple", ProviderKind::Apple),
            provider("Contoso Staff", ProviderKind::Other),
        ]
    };
    let passkey = || PasskeyRequest { form: form("/passkeys/verify"), options: text(OPTIONS) };
    let local = |asks_password| LocalSignIn {
        form: form("/login"),
        identifier: Identifier::Email,
        username: String::new(),
        asks_password,
        forgot_password: Some(href("/forgotPassword")),
        passkey: None,
    };
    let sign_in = || SignIn {
        client: client(),
        local: Some(local(true)),
        providers: Vec::new(),
        sign_up: Some(href("/signup")),
        problems: Vec::new(),
        notice: None,
    };
    let sign_up = || SignUp {
        client: client(),
        form: form("/signup"),
        identifier: None,
        username: String::new(),
        rules: Some(RULES),
        attributes: vec![
            field("email", AttributeKind::Email, true, ""),
            field("given_name", AttributeKind::Text, true, ""),
            field("family_name", AttributeKind::Text, false, ""),
        ],
        providers: Vec::new(),
        sign_in: href("/login"),
        problems: Vec::new(),
    };
    let code = |means, notice| EnterCode {
        client: client(),
        form: form("/mfa"),
        resend: (means != Means::Totp).then(|| form("/mfa/resend")),
        means,
        others: Some(href("/mfa/choose")),
        sign_in: href("/login"),
        problems: Vec::new(),
        notice,
    };
    let choose = |purpose, factors| ChooseFactor {
        client: client(),
        form: form("/mfa/choose"),
        purpose,
        factors,
        sign_in: href("/login"),
        problems: Vec::new(),
    };
    let error = |fault, detail: Option<&str>| ErrorPage {
        fault,
        detail: detail.map(text),
        reference: Some(text("01JD3ZQ4W8")),
        onward: None,
    };
    let phone = || Some(text("+*******5309"));
    let mail = || Some(text("a***@e***"));
    vec![
        ("sign-in", Box::new(sign_in())),
        (
            "sign-in-wrong",
            Box::new(SignIn {
                local: Some(LocalSignIn { username: text("ann@example.com"), ..local(true) }),
                problems: vec![Problem::new(Fault::WrongCredentials)],
                ..sign_in()
            }),
        ),
        (
            "sign-in-all",
            Box::new(SignIn {
                local: Some(LocalSignIn {
                    identifier: Identifier::UsernameOrContact,
                    passkey: Some(passkey()),
                    ..local(false)
                }),
                providers: providers(),
                notice: Some(Notice::AccountConfirmed),
                ..sign_in()
            }),
        ),
        (
            "sign-in-providers",
            Box::new(SignIn { local: None, providers: providers(), sign_up: None, ..sign_in() }),
        ),
        (
            "password",
            Box::new(EnterPassword {
                client: client(),
                form: form("/login"),
                username: text("ann@example.com"),
                change: href("/login"),
                forgot_password: Some(href("/forgotPassword")),
                others: Some(href("/login/ways")),
                problems: Vec::new(),
            }),
        ),
        ("sign-up", Box::new(sign_up())),
        (
            "sign-up-wrong",
            Box::new(SignUp {
                identifier: Some(Identifier::Username),
                username: text("ann"),
                attributes: vec![
                    field("email", AttributeKind::Email, true, "ann@example"),
                    field("phone_number", AttributeKind::PhoneNumber, false, ""),
                    field("birthdate", AttributeKind::Date, false, "1990-02-28"),
                    field("address", AttributeKind::Address, false, "1 Pool Lane"),
                    field("custom:loyalty-number", AttributeKind::Number, false, "12"),
                    field("custom:newsletter", AttributeKind::Boolean, false, "true"),
                ],
                providers: providers(),
                problems: vec![
                    Problem::at(Field::Username, Fault::UsernameTaken),
                    Problem::at(Field::Attribute("email".to_owned()), Fault::MalformedEmail),
                    Problem::at(Field::Password, Fault::PasswordBreaksPolicy),
                    Problem::at(Field::RepeatedPassword, Fault::Missing),
                    Problem::new(Fault::Said(text("PreSignUp failed with error: not today."))),
                ],
                ..sign_up()
            }),
        ),
        (
            "confirm",
            Box::new(Confirm {
                client: client(),
                form: form("/confirm"),
                username: text("ann@example.com"),
                is_username_known: true,
                resend: Some(form("/resendcode")),
                sign_in: href("/login"),
                problems: Vec::new(),
                notice: Some(Notice::CodeSent { to: mail() }),
            }),
        ),
        (
            "confirm-unknown",
            Box::new(Confirm {
                client: None,
                form: form("/confirm"),
                username: text("ann"),
                is_username_known: false,
                resend: None,
                sign_in: href("/login"),
                problems: vec![Problem::at(Field::Code, Fault::WrongCode)],
                notice: None,
            }),
        ),
        (
            "resend",
            Box::new(Resend {
                client: client(),
                form: form("/resendcode"),
                identifier: Identifier::EmailOrPhoneNumber,
                username: text("ann@example.com"),
                sign_in: href("/login"),
                problems: Vec::new(),
            }),
        ),
        (
            "enrol-address",
            Box::new(EnrolAddress {
                form: form("/login/factor"),
                address: AttributeField {
                    name: text("phone_number"),
                    kind: AttributeKind::PhoneNumber,
                    is_required: true,
                    min_length: None,
                    max_length: None,
                    value: String::new(),
                },
                sign_in: href("/login"),
                problems: Vec::new(),
            }),
        ),
        (
            "forgot-password",
            Box::new(ForgotPassword {
                client: client(),
                form: form("/forgotPassword"),
                identifier: Identifier::PhoneNumber,
                username: String::new(),
                sign_in: href("/login"),
                problems: Vec::new(),
            }),
        ),
        (
            "reset-password",
            Box::new(ResetPassword {
                client: client(),
                form: form("/confirmForgotPassword"),
                username: text("ann@example.com"),
                rules: RULES,
                resend: Some(form("/forgotPassword")),
                sign_in: href("/login"),
                problems: vec![
                    Problem::at(Field::Code, Fault::ExpiredCode),
                    Problem::at(Field::RepeatedPassword, Fault::PasswordsDiffer),
                ],
                notice: Some(Notice::CodeSent { to: None }),
            }),
        ),
        (
            "new-password",
            Box::new(NewPassword {
                client: client(),
                form: form("/login"),
                username: text("ann@example.com"),
                rules: PasswordRules { needs_symbols: false, minimum_length: 14, ..RULES },
                attributes: vec![field("name", AttributeKind::Text, true, "")],
                problems: Vec::new(),
            }),
        ),
        (
            "choose-way",
            Box::new(choose(
                ChoicePurpose::SignIn,
                vec![Factor::Password, Factor::Email { to: mail() }, Factor::Sms { to: phone() }],
            )),
        ),
        (
            "choose-second",
            Box::new(choose(
                ChoicePurpose::SecondFactor,
                vec![Factor::Totp, Factor::Sms { to: phone() }],
            )),
        ),
        (
            "choose-enrol",
            Box::new(choose(ChoicePurpose::Enrol, vec![Factor::Totp, Factor::Email { to: None }])),
        ),
        (
            "enrol-totp",
            Box::new(EnrolTotp {
                client: client(),
                form: form("/mfa"),
                account: text("ann@example.com"),
                issuer: text("Orchard Market"),
                secret: text("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW"),
                skip: Some(form("/mfa/skip")),
                problems: Vec::new(),
            }),
        ),
        ("code-totp", Box::new(code(Means::Totp, None))),
        ("code-sms", Box::new(code(Means::Sms { to: phone() }, None))),
        (
            "code-email",
            Box::new(EnterCode {
                problems: vec![Problem::at(Field::Code, Fault::WrongCode)],
                ..code(Means::Email { to: None }, Some(Notice::ProveAgain))
            }),
        ),
        (
            "enrol-passkey",
            Box::new(EnrolPasskey {
                client: client(),
                form: form("/passkeys/add"),
                options: text(CREATION),
                skip: Some(href("/passkeys/skip")),
                problems: Vec::new(),
            }),
        ),
        (
            "choose-account",
            Box::new(ChooseAccount {
                client: client(),
                form: form("/login/account"),
                accounts: vec![
                    Account {
                        value: text("1"),
                        name: text("Ann Lee"),
                        detail: Some(text("ann@example.com")),
                    },
                    Account { value: text("2"), name: text("bo"), detail: None },
                ],
                other: href("/login"),
            }),
        ),
        (
            "consent",
            Box::new(Consent {
                client: text("Orchard Market"),
                form: form("/oauth2/consent"),
                username: text("ann@example.com"),
                home: Some(text("orchard.example")),
                scopes: vec![
                    ConsentScope { scope: text("openid"), description: None },
                    ConsentScope { scope: text("email"), description: None },
                    ConsentScope {
                        scope: text("orders/read"),
                        description: Some(text("Read your orders")),
                    },
                    ConsentScope { scope: text("orders/write"), description: None },
                ],
                switch: Some(href("/login")),
            }),
        ),
        (
            "link-account",
            Box::new(LinkAccount {
                client: client(),
                form: form("/federate/link"),
                provider: text("Contoso Staff"),
                username: text("a***@e***"),
                proof: LinkProof::Password,
                cancel: href("/login"),
                problems: Vec::new(),
            }),
        ),
        (
            "link-account-code",
            Box::new(LinkAccount {
                client: client(),
                form: form("/federate/link"),
                provider: text("Contoso Staff"),
                username: text("a***@e***"),
                proof: LinkProof::Code { to: mail() },
                cancel: href("/login"),
                problems: vec![Problem::at(Field::Code, Fault::TooManyAttempts)],
            }),
        ),
        (
            "confirm-link",
            Box::new(ConfirmLink {
                client: client(),
                form: form("/confirmUser"),
                purpose: LinkPurpose::ConfirmAccount,
            }),
        ),
        (
            "sign-in-link",
            Box::new(ConfirmLink {
                client: client(),
                form: form("/login/link"),
                purpose: LinkPurpose::SignIn,
            }),
        ),
        ("sign-out", Box::new(AskSignOut { form: form("/logout/decide") })),
        ("signed-out", Box::new(SignedOut { client: client(), sign_in: Some(href("/login")) })),
        (
            "done",
            Box::new(Done {
                client: client(),
                what: Deed::AccountConfirmed,
                onward: Some(href("/login")),
            }),
        ),
        (
            "done-password",
            Box::new(Done { client: None, what: Deed::PasswordChanged, onward: None }),
        ),
        ("done-passkey", Box::new(Done { client: None, what: Deed::PasskeyAdded, onward: None })),
        ("done-cancelled", Box::new(Done { client: None, what: Deed::Cancelled, onward: None })),
        ("onward", Box::new(Onward { to: "https://app.example.com/cb?code=x".to_owned() })),
        (
            "error-redirect",
            Box::new(error(
                PageFault::RedirectMismatch,
                Some("redirect_uri is not registered: https://evil.example/cb"),
            )),
        ),
        ("error-request", Box::new(error(PageFault::BadRequest, Some("Missing response_type")))),
        ("error-client", Box::new(error(PageFault::UnknownClient, None))),
        ("error-form", Box::new(error(PageFault::NotAllowed, None))),
        (
            "error-session",
            Box::new(ErrorPage {
                onward: Some(href("/login")),
                ..error(PageFault::SessionExpired, None)
            }),
        ),
        ("error-found", Box::new(error(PageFault::NotFound, None))),
        ("error-many", Box::new(error(PageFault::TooManyRequests, None))),
        ("error-provider", Box::new(error(PageFault::ProviderFailed, Some("access_denied")))),
        ("error-trouble", Box::new(error(PageFault::Unavailable, None))),
    ]
}

/// As a caller writes what it was given into a query.
fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'=' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
