//! Which route answers a method and a path?
//!
//! The closest path wins, segment by segment: a literal before `{name}` before `{proxy+}`, `$default`
//! last. A REST API then looks for the method at that one path and nowhere else; an HTTP API looks for
//! the closest path that has the method. In both, the method's own route wins over `ANY`.

use crate::{ApiKind, Method, Route, RouteMethod, path::RequestPath};
use std::collections::{BTreeMap, HashMap};

/// The methods that API Gateway knows. Nothing else reaches a route, not even one for `ANY`: a method's
/// name becomes part of the method ARN, and HTTP allows `*` as a name.
const METHODS: [Method; 7] = [
    Method::DELETE,
    Method::GET,
    Method::HEAD,
    Method::OPTIONS,
    Method::PATCH,
    Method::POST,
    Method::PUT,
];

/// What a segment of a route's path asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Parameter(String),
    Greedy(String),
}

/// The routes of one API, by path.
#[derive(Debug, Default)]
pub(crate) struct Router {
    root: Node,
    default: Option<Resource>,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, Node>,
    parameter: Option<Box<Node>>,
    greedy: Option<Resource>,
    here: Option<Resource>,
}

/// A path that has routes.
#[derive(Debug, Default)]
struct Resource {
    by_method: HashMap<Method, Entry>,
    any: Option<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    /// The place of the route in the configuration.
    route: usize,
    parts: Vec<Part>,
}

/// A route that answers, and what its path's variables stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) route: usize,
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Router {
    /// Arranges the routes of an API.
    ///
    /// # Errors
    /// What is wrong with a route, in words.
    pub(crate) fn new(kind: ApiKind, routes: &[Route]) -> Result<Self, String> {
        let mut router = Self::default();
        for (index, route) in routes.iter().enumerate() {
            let wrong = |problem: &str| format!("route {} {}: {problem}", route.method, route.path);
            if matches!(&route.method, RouteMethod::One(method) if !METHODS.contains(method)) {
                return Err(wrong("not a method that a route can have"));
            }
            let (resource, parts) = if route.path == "$default" {
                if kind == ApiKind::Rest || route.method != RouteMethod::Any {
                    return Err(wrong("`$default` is for any method of an HTTP API"));
                }
                (router.default.get_or_insert_default(), Vec::new())
            } else {
                let parts = parse(&route.path).map_err(wrong)?;
                (router.root.place(&parts), parts)
            };
            let entry = Entry { route: index, parts };
            let taken = match &route.method {
                RouteMethod::Any => resource.any.replace(entry).is_some(),
                RouteMethod::One(method) => {
                    resource.by_method.insert(method.clone(), entry).is_some()
                }
            };
            if taken {
                return Err(wrong("there is another route for the same requests"));
            }
        }
        Ok(router)
    }

    /// The route for a request, or none.
    pub(crate) fn find(&self, kind: ApiKind, method: &Method, path: &RequestPath) -> Option<Match> {
        if !METHODS.contains(method) {
            return None;
        }
        let segments: Vec<&str> = path.segments().collect();
        let mut has_method = |resource: &Resource| resource.has(method);
        let found = match kind {
            ApiKind::Rest => self.root.find(&segments, &mut |_| true),
            ApiKind::Http => self
                .root
                .find(&segments, &mut has_method)
                .or_else(|| self.default.as_ref().filter(|resource| resource.has(method))),
        };
        let entry = found?.entry(method)?;
        // A slash at the end must not turn a path over to a wider route with a laxer policy.
        let is_wide =
            !matches!(entry.parts.last(), None | Some(Part::Literal(_) | Part::Parameter(_)))
                || self.is_default(entry);
        if kind == ApiKind::Http && path.ends_with_slash() && !is_wide {
            return None;
        }
        Some(Match { route: entry.route, parameters: entry.parameters(&segments, path) })
    }

    /// Every method that the closest path has, for a preflight answer. None if there is no such path.
    pub(crate) fn methods_at(&self, path: &RequestPath) -> Option<Vec<&'static str>> {
        let segments: Vec<&str> = path.segments().collect();
        let resource = self.root.find(&segments, &mut |_| true)?;
        let named = METHODS.iter().filter(|method| resource.has(method));
        Some(named.map(name).collect())
    }

    fn is_default(&self, entry: &Entry) -> bool {
        let default = self.default.as_ref().and_then(|resource| resource.any.as_ref());
        default.is_some_and(|default| default.route == entry.route)
    }
}

fn name(method: &Method) -> &'static str {
    match *method {
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        Method::POST => "POST",
        Method::PUT => "PUT",
        _ => "GET",
    }
}

impl Node {
    /// The place for a path's routes.
    fn place(&mut self, parts: &[Part]) -> &mut Resource {
        match parts {
            [] => self.here.get_or_insert_default(),
            [Part::Literal(text), rest @ ..] => {
                self.literals.entry(text.clone()).or_default().place(rest)
            }
            [Part::Parameter(_), rest @ ..] => self.parameter.get_or_insert_default().place(rest),
            [Part::Greedy(_), ..] => self.greedy.get_or_insert_default(),
        }
    }

    /// The closest acceptable resource. It never goes deeper than the routes do.
    fn find(
        &self,
        segments: &[&str],
        accept: &mut impl FnMut(&Resource) -> bool,
    ) -> Option<&Resource> {
        let Some((first, rest)) = segments.split_first() else {
            return self.here.as_ref().filter(|resource| accept(resource));
        };
        let literal = self.literals.get(*first).and_then(|node| node.find(rest, accept));
        literal
            .or_else(|| self.parameter.as_ref().and_then(|node| node.find(rest, accept)))
            .or_else(|| self.greedy.as_ref().filter(|resource| accept(resource)))
    }
}

impl Resource {
    fn has(&self, method: &Method) -> bool {
        self.any.is_some() || self.by_method.contains_key(method)
    }

    fn entry(&self, method: &Method) -> Option<&Entry> {
        self.by_method.get(method).or(self.any.as_ref())
    }
}

impl Entry {
    fn parameters(&self, segments: &[&str], path: &RequestPath) -> BTreeMap<String, String> {
        let mut parameters = BTreeMap::new();
        for (at, part) in self.parts.iter().enumerate() {
            let (name, value) = match part {
                Part::Literal(_) => continue,
                Part::Parameter(name) => {
                    (name, segments.get(at).copied().unwrap_or_default().to_owned())
                }
                Part::Greedy(name) => {
                    let mut rest = segments.get(at..).unwrap_or_default().join("/");
                    if path.ends_with_slash() {
                        rest.push('/');
                    }
                    (name, rest)
                }
            };
            parameters.insert(name.clone(), value);
        }
        parameters
    }
}

/// Reads a route's path.
fn parse(path: &str) -> Result<Vec<Part>, &'static str> {
    let Some(path) = path.strip_prefix('/') else { return Err("a path begins with a slash") };
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let mut parts = Vec::new();
    let mut names = Vec::new();
    for segment in path.split('/') {
        if matches!(parts.last(), Some(Part::Greedy(_))) {
            return Err("nothing may follow a greedy variable");
        }
        let part = match segment.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            Some(inner) => match inner.strip_suffix('+') {
                Some(name) => Part::Greedy(name.to_owned()),
                None => Part::Parameter(inner.to_owned()),
            },
            None => Part::Literal(segment.to_owned()),
        };
        match &part {
            Part::Literal(text) if matches!(text.as_str(), "" | "." | "..") => {
                return Err("a path has no empty and no dot segments");
            }
            Part::Literal(text) if text.contains(['{', '}', '%', '\\', '?', '#', '*']) => {
                return Err("a segment is a plain text, `{name}` or `{name+}`");
            }
            Part::Literal(_) => {}
            Part::Parameter(name) | Part::Greedy(name) => {
                let is_name = !name.is_empty()
                    && name.bytes().all(|byte| {
                        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':')
                    });
                if !is_name {
                    return Err("a variable's name has letters, digits, `-`, `_`, `.` and `:`");
                }
                if names.contains(name) {
                    return Err("two variables have one name");
                }
                names.push(name.clone());
            }
        }
        parts.push(part);
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use names::FunctionArn;

    fn routes(keys: &[&str]) -> Vec<Route> {
        let function = FunctionArn::parse("arn:aws:lambda:eu-west-1:000000000000:function:f");
        let function = function.unwrap();
        let route = |key: &&str| {
            if *key == "$default" {
                return Route::new(RouteMethod::Any, "$default", function.clone());
            }
            let (method, path) = key.split_once(' ').unwrap();
            Route::new(method.parse().unwrap(), path, function.clone())
        };
        keys.iter().map(route).collect()
    }

    fn ask(kind: ApiKind, keys: &[&str], request: &str) -> String {
        let router = Router::new(kind, &routes(keys)).unwrap();
        let (method, path) = request.split_once(' ').unwrap();
        let Some(path) = RequestPath::parse(path) else { return "refused".to_owned() };
        match router.find(kind, &method.parse().unwrap(), &path) {
            None => "none".to_owned(),
            Some(found) => {
                let parameters: String = found
                    .parameters
                    .iter()
                    .map(|(name, value)| format!(" {name}={value}"))
                    .collect();
                format!("{}{parameters}", keys[found.route])
            }
        }
    }

    const PETS: [&str; 5] = [
        "GET /pets/dog/1",
        "GET /pets/dog/{id}",
        "GET /pets/{proxy+}",
        "ANY /{proxy+}",
        "$default",
    ];

    #[test]
    fn an_http_api_takes_the_closest_path_that_has_the_method() {
        for (request, answer) in [
            ("GET /pets/dog/1", "GET /pets/dog/1"),
            ("GET /pets/dog/2", "GET /pets/dog/{id} id=2"),
            ("GET /pets/cat/1", "GET /pets/{proxy+} proxy=cat/1"),
            ("POST /pets/dog/1", "ANY /{proxy+} proxy=pets/dog/1"),
            ("POST /test/5", "ANY /{proxy+} proxy=test/5"),
            ("GET /", "$default"),
            ("BREW /", "none"),
        ] {
            assert_eq!(ask(ApiKind::Http, &PETS, request), answer, "{request}");
        }
    }

    #[test]
    fn a_rest_api_takes_the_closest_path_and_then_asks_for_the_method() {
        let keys = ["GET /a/b", "ANY /a/{id}", "ANY /{proxy+}"];
        for (request, answer) in [
            ("GET /a/b", "GET /a/b"),
            ("POST /a/b", "none"),
            ("POST /a/c", "ANY /a/{id} id=c"),
            ("POST /a/c/d", "ANY /{proxy+} proxy=a/c/d"),
            ("GET /", "none"),
            ("* /a/c", "none"),
        ] {
            assert_eq!(ask(ApiKind::Rest, &keys, request), answer, "{request}");
        }
    }

    #[test]
    fn the_methods_own_route_wins_over_any() {
        let keys = ["ANY /a", "GET /a"];
        assert_eq!(ask(ApiKind::Rest, &keys, "GET /a"), "GET /a");
        assert_eq!(ask(ApiKind::Http, &keys, "GET /a"), "GET /a");
        assert_eq!(ask(ApiKind::Http, &keys, "PUT /a"), "ANY /a");
    }

    #[test]
    fn variables_of_one_place_keep_their_own_names() {
        let keys = ["GET /u/{id}", "PUT /u/{user}", "GET /u/{who}/x"];
        assert_eq!(ask(ApiKind::Http, &keys, "PUT /u/7"), "PUT /u/{user} user=7");
        assert_eq!(ask(ApiKind::Http, &keys, "GET /u/7/x"), "GET /u/{who}/x who=7");
        assert_eq!(ask(ApiKind::Http, &keys, "GET /u/a%2525b"), "GET /u/{id} id=a%25b");
    }

    /// GWA-08.
    #[test]
    fn no_spelling_of_a_guarded_path_reaches_a_wider_route() {
        let keys = ["GET /admin/x", "GET /{proxy+}"];
        for kind in [ApiKind::Rest, ApiKind::Http] {
            for request in ["//admin/x", "/admin/./x", "/admin%2Fx", "/admin/%2e%2e/admin/x"] {
                assert_eq!(ask(kind, &keys, &format!("GET {request}")), "refused", "{request}");
            }
            for request in ["/admin/x", "/%61dmin/x", "/admin/%78"] {
                assert_eq!(
                    ask(kind, &keys, &format!("GET {request}")),
                    "GET /admin/x",
                    "{request}"
                );
            }
            assert_eq!(ask(kind, &keys, "GET /ADMIN/x"), "GET /{proxy+} proxy=ADMIN/x");
            assert_eq!(ask(kind, &keys, "GET /admin/x;a"), "GET /{proxy+} proxy=admin/x;a");
        }
    }

    #[test]
    fn a_slash_at_the_end_is_nothing_to_a_rest_api_and_another_path_to_an_http_api() {
        let keys = ["GET /admin/x", "GET /{proxy+}"];
        assert_eq!(ask(ApiKind::Rest, &keys, "GET /admin/x/"), "GET /admin/x");
        assert_eq!(ask(ApiKind::Http, &keys, "GET /admin/x/"), "none");
        for kind in [ApiKind::Rest, ApiKind::Http] {
            assert_eq!(ask(kind, &keys, "GET /docs/"), "GET /{proxy+} proxy=docs/");
        }
        assert_eq!(ask(ApiKind::Http, &["GET /a", "$default"], "GET /a/"), "none");
        assert_eq!(ask(ApiKind::Http, &["GET /a", "$default"], "GET /b/"), "$default");
    }

    #[test]
    fn a_route_that_makes_no_sense_is_refused() {
        for (kind, keys) in [
            (ApiKind::Rest, vec!["GET a"]),
            (ApiKind::Rest, vec!["GET /a//b"]),
            (ApiKind::Rest, vec!["GET /a/../b"]),
            (ApiKind::Rest, vec!["GET /a/{b+}/c"]),
            (ApiKind::Rest, vec!["GET /a/x{b}"]),
            (ApiKind::Rest, vec!["GET /{}"]),
            (ApiKind::Rest, vec!["GET /{a}/{a}"]),
            (ApiKind::Rest, vec!["GET /a/"]),
            (ApiKind::Rest, vec!["TRACE /a"]),
            (ApiKind::Rest, vec!["$default"]),
            (ApiKind::Http, vec!["GET /{a}", "GET /{b}"]),
            (ApiKind::Http, vec!["$default", "$default"]),
        ] {
            assert!(Router::new(kind, &routes(&keys)).is_err(), "{keys:?}");
        }
    }

    #[test]
    fn a_preflight_learns_the_methods_of_the_path() {
        let router = Router::new(ApiKind::Rest, &routes(&["GET /a", "PUT /a", "ANY /b"])).unwrap();
        let at = |path| router.methods_at(&RequestPath::parse(path).unwrap());
        assert_eq!(at("/a").unwrap(), ["GET", "PUT"]);
        assert_eq!(at("/b").unwrap().len(), 7);
        assert_eq!(at("/c"), None);
    }
}
