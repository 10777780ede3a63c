//! What does the API look like to people who read about it?
//!
//! One page without a script, written from the OpenAPI document: what stands beside the routes stands here.

mod document;
mod example;
mod kinds;
mod prose;

use askama::Template;
use document::{Document, Operation, Parameter};
use kinds::{Kind, Member};
use std::{fmt::Write as _, sync::OnceLock};

/// The document as `cargo xtask openapi` wrote it.
pub const DOCUMENT: &str = include_str!("../openapi.json");

/// The looks of the page. They stand in it, so that it is one request; the policy of the page names their digest.
const STYLE: &str = include_str!("../templates/reference.css");

/// Where the address of the API comes to stand. No document says it, or it would not be the same everywhere.
const ADDRESS: &str = "{the address of the API}";

/// The page, for an API at this address.
pub fn page(address: &str) -> String {
    static PAGE: OnceLock<String> = OnceLock::new();
    let page = PAGE.get_or_init(|| {
        write().unwrap_or_else(|error| {
            tracing::error!(%error, "the reference page could not be written");
            "<!doctype html><html lang=\"en\"><title>User API</title>\
             <p>The document is at <a href=\"openapi.json\">openapi.json</a>."
                .to_owned()
        })
    });
    let address = if address.is_empty() { "https://api.example.com" } else { address };
    page.replace(&prose::escaped(ADDRESS), &prose::escaped(address))
}

/// What the page may do, which is to look as it does.
pub fn content_security_policy() -> &'static str {
    // The digest of `STYLE`; a test counts it again.
    "default-src 'none'; style-src 'sha256-lcUXMNPQLoYfE9HhMLWZDRp+1wMP/TU0gdqQ+R1b8vA='; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}

/// Why there is no page. Both are mistakes in what is linked in, which tests find.
#[derive(Debug, thiserror::Error)]
enum Unwritten {
    #[error("the document cannot be read: {0}")]
    Document(#[from] serde_json::Error),
    #[error("the template cannot be filled: {0}")]
    Template(#[from] askama::Error),
}

#[derive(Template)]
#[template(path = "reference.html")]
struct Page {
    title: String,
    description: String,
    version: String,
    style: &'static str,
    address: &'static str,
    groups: Vec<Group>,
    types: Vec<Type>,
}

/// Operations that have to do with each other.
struct Group {
    name: String,
    description: String,
    operations: Vec<Entry>,
}

/// An operation, as it is shown.
struct Entry {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    /// Who may call it.
    needs: String,
    parameters: Vec<Input>,
    body: Option<Body>,
    answers: Vec<Answer>,
    curl: String,
}

struct Input {
    name: String,
    place: String,
    kind: Kind,
    is_required: bool,
    description: String,
}

struct Body {
    media: String,
    kind: Kind,
    members: Vec<Member>,
}

struct Answer {
    status: String,
    description: String,
    /// Each media type with what it holds.
    bodies: Vec<(String, Kind)>,
    headers: Vec<String>,
}

/// A type with a name, as it is shown.
struct Type {
    name: String,
    description: String,
    kind: Kind,
    members: Vec<Member>,
}

fn write() -> Result<String, Unwritten> {
    let document: Document = serde_json::from_str(DOCUMENT)?;
    let types = document.components.schemas.iter().map(|(name, schema)| Type {
        name: name.clone(),
        description: prose::html(document::description(schema)),
        kind: kinds::kind(schema),
        members: kinds::members(schema),
    });
    let groups = document.tags.iter().map(|tag| Group {
        name: tag.name.clone(),
        description: prose::html(&tag.description),
        operations: document
            .operations()
            .filter(|(_, _, operation)| operation.tags.contains(&tag.name))
            .map(|(path, method, operation)| entry(&document, path, method, operation))
            .collect(),
    });
    let page = Page {
        title: document.info.title.clone(),
        description: prose::html(&document.info.description),
        version: document.info.version.clone(),
        style: STYLE,
        address: ADDRESS,
        groups: groups.filter(|group| !group.operations.is_empty()).collect(),
        types: types.collect(),
    };
    Ok(page.render()?)
}

fn entry(document: &Document, path: &str, method: &str, operation: &Operation) -> Entry {
    let parameters = operation.parameters.iter().map(|parameter| Input {
        name: parameter.name.clone(),
        place: parameter.place.clone(),
        kind: kinds::kind(&parameter.schema),
        is_required: parameter.required,
        description: prose::html(&parameter.description),
    });
    let body = operation.request_body.as_ref().and_then(|body| {
        let (media, content) = body.content.iter().next()?;
        // A type with a name has its own place on the page.
        let kind = kinds::kind(&content.schema);
        let members =
            if kind.link.is_none() { kinds::members(&content.schema) } else { Vec::new() };
        Some(Body { media: media.clone(), kind, members })
    });
    let answers = operation.responses.iter().map(|(status, response)| {
        let response = document.response(response);
        let bodies = response.content.iter();
        Answer {
            status: status.clone(),
            description: prose::html(&response.description),
            bodies: bodies
                .map(|(media, content)| (media.clone(), kinds::kind(&content.schema)))
                .collect(),
            headers: response.headers.keys().cloned().collect(),
        }
    });
    Entry {
        id: operation.operation_id.clone(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: prose::html(&operation.summary),
        description: prose::html(&operation.description),
        needs: needs(operation),
        parameters: parameters.collect(),
        body,
        answers: answers.collect(),
        curl: curl(document, path, method, operation),
    }
}

fn needs(operation: &Operation) -> String {
    let mut ways = Vec::new();
    for (name, scopes) in operation.security.iter().flatten() {
        ways.push(match (name.as_str(), scopes.as_slice()) {
            ("apiKey", _) => "an API key".to_owned(),
            (_, []) => "an access token".to_owned(),
            (_, scopes) => format!("an access token with the scope {}", scopes.join(" or ")),
        });
    }
    if ways.is_empty() { "nothing: anybody may".to_owned() } else { ways.join(", or ") }
}

fn curl(document: &Document, path: &str, method: &str, operation: &Operation) -> String {
    let mut target = String::new();
    // Parameters of the path become variables of the shell.
    for piece in path.split_inclusive(['{', '}']) {
        match piece.strip_suffix('}') {
            Some(name) => target.push_str(&format!("${}", variable(name))),
            None => target.push_str(piece.trim_end_matches('{')),
        }
    }
    let required = |parameter: &&Parameter| parameter.place == "query" && parameter.required;
    let query: Vec<String> = operation
        .parameters
        .iter()
        .filter(required)
        .map(|parameter| format!("{}=${}", parameter.name, variable(&parameter.name)))
        .collect();
    if !query.is_empty() {
        target = format!("{target}?{}", query.join("&"));
    }
    let mut command = match method {
        "get" => format!("curl \"$API{target}\""),
        method => format!("curl -X {} \"$API{target}\"", method.to_uppercase()),
    };
    for name in operation.security.iter().flat_map(|needs| needs.keys()) {
        command.push_str(match name.as_str() {
            "apiKey" => " \\\n  -H \"x-api-key: $API_KEY\"",
            _ => " \\\n  -H \"authorization: Bearer $TOKEN\"",
        });
    }
    let body = operation.request_body.as_ref().and_then(|body| body.content.iter().next());
    if let Some((media, content)) = body {
        let _ = write!(command, " \\\n  -H 'content-type: {media}'");
        if media.contains("json") {
            let example = example::of(&content.schema, &document.components.schemas);
            // A quote would end the argument.
            let text = serde_json::to_string(&example).unwrap_or_default().replace('\'', "'\\''");
            let _ = write!(command, " \\\n  -d '{text}'");
        } else {
            command.push_str(" \\\n  --data-binary @FILE");
        }
    }
    command
}

fn variable(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::STANDARD};

    #[test]
    fn the_policy_names_the_style_of_the_page() {
        let digest = STANDARD.encode(crypto::sha256(STYLE.as_bytes()));
        assert!(content_security_policy().contains(&format!("'sha256-{digest}'")), "{digest}");
        assert!(page("").contains(&format!("<style>{STYLE}</style>")));
    }

    #[test]
    fn the_page_has_every_operation_once_and_no_script() {
        let document: Document = serde_json::from_str(DOCUMENT).unwrap();
        let page = page("https://api.example.com/v1");
        for (_, _, operation) in document.operations() {
            let place = format!("<article id=\"{}\"", operation.operation_id);
            assert_eq!(page.matches(&place).count(), 1, "{place}");
        }
        for type_name in document.components.schemas.keys() {
            assert!(page.contains(&format!("id=\"type-{type_name}\"")), "{type_name}");
        }
        for forbidden in
            ["<script", "javascript:", "onclick", " style=", "<link", "<img", "@import"]
        {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn the_page_leads_only_to_places_that_are_on_it() {
        let page = page("");
        for link in page.split("href=\"#").skip(1) {
            let (place, _) = link.split_once('"').unwrap();
            assert_eq!(page.matches(&format!("id=\"{place}\"")).count(), 1, "{place}");
        }
    }

    #[test]
    fn an_address_cannot_leave_its_place() {
        let page = page("https://api.example.com/\"><script>alert(1)</script>");
        assert!(!page.contains("<script>"));
    }

    #[test]
    fn a_command_names_what_is_to_be_filled_in() {
        let document: Document = serde_json::from_value(serde_json::json!({
            "info": { "title": "t", "version": "1" },
            "tags": [],
            "paths": { "/a/{someId}/b": { "put": {
                "operationId": "x", "security": [{ "apiKey": [] }],
                "parameters": [{ "name": "someId", "in": "path", "required": true, "schema": {} }],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/B" } } } },
                "responses": {} } } },
            "components": { "schemas": { "B": { "type": "object", "properties": { "name": { "type": "string", "example": "it's" } } } } },
        }))
        .unwrap();
        let (path, method, operation) = document.operations().next().unwrap();
        assert_eq!(
            curl(&document, path, method, operation),
            "curl -X PUT \"$API/a/$SOME_ID/b\" \\\n  -H \"x-api-key: $API_KEY\" \\\n  \
             -H 'content-type: application/json' \\\n  -d '{\"name\":\"it'\\''s\"}'"
        );
    }
}
