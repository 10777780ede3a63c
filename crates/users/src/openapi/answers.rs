//! Which refusals do operations share, and what do they look like?

use crate::Kind;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder,
        Schema,
        schema::{SchemaType, Type},
    },
};

/// A refusal that whole groups of operations share; it stands once among the components.
pub struct Refusal {
    pub status: &'static str,
    pub name: &'static str,
    description: &'static str,
    /// The gateway in front says this too, in its own words.
    is_of_gateway: bool,
    has_retry_after: bool,
}

const fn refusal(status: &'static str, name: &'static str, description: &'static str) -> Refusal {
    Refusal { status, name, description, is_of_gateway: false, has_retry_after: false }
}

const fn of_gateway(
    status: &'static str,
    name: &'static str,
    description: &'static str,
) -> Refusal {
    Refusal { is_of_gateway: true, ..refusal(status, name, description) }
}

pub const BAD_REQUEST: Refusal =
    refusal("400", "BadRequest", "A parameter, a header or the body is not what it should be.");
pub const UNAUTHORIZED: Refusal =
    of_gateway("401", "Unauthorized", "There is no credential, or one that proves nothing.");
pub const FORBIDDEN: Refusal = of_gateway(
    "403",
    "Forbidden",
    "The caller may not do this, or the gateway knows no such place.",
);
pub const NOT_FOUND: Refusal = refusal("404", "NotFound", "There is no such thing.");
pub const CONFLICT: Refusal = refusal("409", "Conflict", "What is there does not allow this.");
pub const GONE: Refusal = refusal("410", "Gone", "It was there, and is used up or has expired.");
pub const PRECONDITION_FAILED: Refusal = refusal(
    "412",
    "PreconditionFailed",
    "Somebody else has changed it: `If-Match` names a version that is not the newest.",
);
pub const TOO_LARGE: Refusal =
    of_gateway("413", "ContentTooLarge", "The body is larger than the operation reads.");
pub const UNSUPPORTED_MEDIA: Refusal = refusal(
    "415",
    "UnsupportedMediaType",
    "The body is of a type that the operation does not read.",
);
pub const UNPROCESSABLE: Refusal =
    refusal("422", "Unprocessable", "The request is well formed, and cannot be followed.");
pub const TOO_MANY: Refusal = Refusal {
    has_retry_after: true,
    ..of_gateway("429", "TooManyRequests", "Too much at once; later it will do.")
};
pub const INTERNAL: Refusal =
    of_gateway("500", "InternalError", "Something is broken on the side of the API.");

pub const UNAVAILABLE: Refusal = Refusal {
    has_retry_after: true,
    ..of_gateway("503", "Unavailable", "Something that is needed does not answer; later it may.")
};

/// All of them.
pub const ALL: [Refusal; 13] = [
    BAD_REQUEST,
    UNAUTHORIZED,
    FORBIDDEN,
    NOT_FOUND,
    CONFLICT,
    GONE,
    PRECONDITION_FAILED,
    TOO_LARGE,
    UNSUPPORTED_MEDIA,
    UNPROCESSABLE,
    TOO_MANY,
    INTERNAL,
    UNAVAILABLE,
];

impl Refusal {
    /// How an operation points to it.
    pub fn reference(&self) -> RefOr<Response> {
        RefOr::Ref(Ref::from_response_name(self.name))
    }

    /// How it stands among the components.
    pub fn response(&self) -> Response {
        let content = |schema: &str| {
            ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build()
        };
        let kinds = Kind::ALL.into_iter().filter(|kind| kind.status().as_str() == self.status);
        let kinds: Vec<String> = kinds.map(|kind| format!("`{}`", kind.name())).collect();
        let mut response = ResponseBuilder::new()
            .description(format!("{} Types: {}.", self.description, kinds.join(", ")))
            .content("application/problem+json", content("Problem"));
        if self.is_of_gateway {
            response = response.content("application/json", content("GatewayMessage"));
        }
        if self.has_retry_after {
            let seconds = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer));
            let header = HeaderBuilder::new()
                .description(Some("After how many seconds it will do, where that is known."))
                .schema(Some(seconds));
            response = response.header("retry-after", header.build());
        }
        response.build()
    }
}

/// What the gateway in front of the API says when it lets somebody not through.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is of interest; the gateway writes it")]
pub struct GatewayMessage {
    /// What is wrong, in a few words.
    message: String,
}

/// How the API says no ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "only its schema is of interest; `Problem` writes it")]
pub struct ProblemDocument {
    /// What kind of problem it is; programs go by this.
    r#type: String,
    /// The status in words.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong this time, for people. It never repeats what was sent.
    detail: String,
    /// Where it is wrong, if that can be said.
    #[schema(nullable = false)]
    errors: Option<Vec<Place>>,
}

/// A member, a parameter or a header that is not what it should be.
#[derive(ToSchema)]
#[schema(as = FieldError)]
#[expect(dead_code, reason = "only its schema is of interest; `FieldError` is it")]
pub struct Place {
    /// A JSON pointer into the body (`/email`), or the name of a parameter (`?limit`) or a header (`If-Match`).
    pointer: String,
    /// What is wrong with it, for people.
    detail: String,
}

/// The schema of a problem document, with every type there is.
pub fn problem() -> RefOr<Schema> {
    let mut schema = ProblemDocument::schema();
    if let RefOr::T(Schema::Object(problem)) = &mut schema
        && let Some(RefOr::T(Schema::Object(name))) = problem.properties.get_mut("type")
    {
        name.enum_values = Some(Kind::ALL.into_iter().map(|kind| urn(kind).into()).collect());
    }
    schema
}

fn urn(kind: Kind) -> String {
    format!("urn:poolhouse:problem:{}", kind.name())
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident = $refusal:expr;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([($refusal.status.to_owned(), $refusal.reference())])
            }
        }
    )*};
}

answers! {
    /// `404`, for a route that may find nothing.
    NotFound = NOT_FOUND;
    /// `409`, for a route that may meet something that is in its way.
    Conflict = CONFLICT;
    /// `410`, for a code that is good once.
    Gone = GONE;
    /// `429`, for a route that counts guesses.
    TooManyRequests = TOO_MANY;
    /// `503`, for a route that needs something that may not answer.
    Unavailable = UNAVAILABLE;
    /// `422`, for a request that says what cannot be.
    Unprocessable = UNPROCESSABLE;
}
