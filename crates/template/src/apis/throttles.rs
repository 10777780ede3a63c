//! How fast may the methods of an API be asked?

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// How fast something may be asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throttle {
    /// Requests a second.
    pub rate: f64,
    /// Requests at once.
    pub burst: u32,
}

/// How fast one method may be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct MethodThrottle {
    /// `GET`, …, `ANY`, or `*` for all that have none of their own.
    pub method: String,
    /// `/user/{id}`, `$default`, or `*`.
    pub path: String,
    /// How fast.
    pub throttle: Throttle,
}

/// `BurstLimit` and `RateLimit` of usage plans.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Limit {
    #[serde(default)]
    burst_limit: Option<f64>,
    #[serde(default)]
    rate_limit: Option<f64>,
}

/// `ThrottlingBurstLimit` and `ThrottlingRateLimit` of stages.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    #[serde(default)]
    http_method: Option<String>,
    #[serde(default)]
    resource_path: Option<String>,
    #[serde(default)]
    throttling_burst_limit: Option<f64>,
    #[serde(default)]
    throttling_rate_limit: Option<f64>,
}

impl Limit {
    pub(super) fn throttle(self) -> Option<Throttle> {
        throttle(self.rate_limit, self.burst_limit)
    }
}

/// Of two limits of which one is missing, it is as large as the other. A negative one is none.
fn throttle(rate: Option<f64>, burst: Option<f64>) -> Option<Throttle> {
    let (rate, burst) = (rate.filter(|it| *it >= 0.0), burst.filter(|it| *it >= 0.0));
    let rate_or_burst = rate.or(burst)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative; a cast from a float ends at the largest number"
    )]
    let burst = burst.unwrap_or(rate_or_burst).ceil() as u32;
    Some(Throttle { rate: rate_or_burst, burst })
}

/// The `MethodSettings` of a REST API's stage, as SAM and CloudFormation write them.
pub(super) fn of_methods(settings: &Value) -> Result<Vec<MethodThrottle>, String> {
    let settings = Vec::<Settings>::deserialize(settings).map_err(|error| error.to_string())?;
    let throttles = settings.into_iter().filter_map(|setting| {
        let throttle = throttle(setting.throttling_rate_limit, setting.throttling_burst_limit)?;
        let path = setting.resource_path.unwrap_or_else(|| "*".to_owned());
        let method = setting.http_method.unwrap_or_else(|| "*".to_owned());
        let path = match path.trim_start_matches('/') {
            "*" => "*".to_owned(),
            // A slash within a path is written `~1`.
            path => format!("/{}", path.replace("~1", "/").trim_start_matches('/')),
        };
        Some(MethodThrottle { method: method.to_ascii_uppercase(), path, throttle })
    });
    Ok(throttles.collect())
}

/// What the `StageDescription` of a deployment says, which makes its stage: the same `MethodSettings`, and limits for
/// all methods that have none there.
pub(super) fn of_description(described: Option<&Value>) -> Result<Vec<MethodThrottle>, String> {
    let Some(described) = described else { return Ok(Vec::new()) };
    let settings = described.get("MethodSettings");
    let mut throttles = settings.map_or(Ok(Vec::new()), of_methods)?;
    throttles.extend(of_route("*", "*", described)?);
    Ok(throttles)
}

/// The `DefaultRouteSettings` and `RouteSettings` of an HTTP API's stage.
pub(super) fn of_routes(
    default: Option<&Value>,
    routes: Option<&Value>,
) -> Result<Vec<MethodThrottle>, String> {
    let mut throttles = Vec::new();
    if let Some(settings) = default {
        throttles.extend(of_route("*", "*", settings)?);
    }
    for (key, settings) in routes.and_then(Value::as_object).into_iter().flatten() {
        let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
        throttles.extend(of_route(method, path, settings)?);
    }
    Ok(throttles)
}

/// The settings of one route of an HTTP API.
pub(super) fn of_route(
    method: &str,
    path: &str,
    settings: &Value,
) -> Result<Option<MethodThrottle>, String> {
    let settings = Settings::deserialize(settings).map_err(|error| error.to_string())?;
    let throttle = throttle(settings.throttling_rate_limit, settings.throttling_burst_limit);
    let (method, path) = (method.to_owned(), path.to_owned());
    Ok(throttle.map(|throttle| MethodThrottle { method, path, throttle }))
}

/// The throttles of a usage plan for methods of a stage, each under its path and method: `/user/{id}/GET`.
pub(super) fn of_plan(methods: &BTreeMap<String, Limit>) -> Vec<MethodThrottle> {
    let throttles = methods.iter().filter_map(|(key, limit)| {
        let (path, method) = key.rsplit_once('/')?;
        let path = format!("/{}", path.trim_start_matches('/'));
        Some(MethodThrottle { method: method.to_owned(), path, throttle: limit.throttle()? })
    });
    throttles.collect()
}

/// The throttle of a route: its own, or that of all.
pub(super) fn find(throttles: &[MethodThrottle], method: &str, path: &str) -> Option<Throttle> {
    let of = |wanted: (&str, &str)| {
        let mut throttles = throttles.iter();
        throttles.find(|one| (one.method.as_str(), one.path.as_str()) == wanted)
    };
    of((method, path)).or_else(|| of(("*", "*"))).map(|one| one.throttle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_method_has_its_own_throttle_or_that_of_all() {
        let settings = json!([
            { "ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 10, "ThrottlingBurstLimit": 20 },
            { "ResourcePath": "/~1user~1{id}", "HttpMethod": "GET", "ThrottlingRateLimit": 0.5 },
            { "ResourcePath": "/", "HttpMethod": "POST", "ThrottlingBurstLimit": 3 },
            { "ResourcePath": "/slow", "HttpMethod": "GET", "LoggingLevel": "INFO" },
        ]);
        let throttles = of_methods(&settings).unwrap();
        for (method, path, rate, burst) in [
            ("GET", "/user/{id}", 0.5, 1),
            ("PUT", "/user/{id}", 10.0, 20),
            ("POST", "/", 3.0, 3),
            ("GET", "/slow", 10.0, 20),
        ] {
            let found = find(&throttles, method, path);
            assert_eq!(found, Some(Throttle { rate, burst }), "{method} {path}");
        }
    }

    #[test]
    fn a_deployment_describes_its_stage_in_the_same_words() {
        let described = json!({
            "ThrottlingRateLimit": 10, "ThrottlingBurstLimit": 20, "CachingEnabled": true,
            "MethodSettings": [
                { "ResourcePath": "/slow", "HttpMethod": "GET", "ThrottlingRateLimit": 0.5, "ThrottlingBurstLimit": 1 },
                { "ResourcePath": "/cached", "HttpMethod": "GET", "CachingEnabled": true, "CacheTtlInSeconds": 60 },
            ],
        });
        let throttles = of_description(Some(&described)).unwrap();
        assert_eq!(find(&throttles, "GET", "/slow"), Some(Throttle { rate: 0.5, burst: 1 }));
        assert_eq!(find(&throttles, "GET", "/cached"), Some(Throttle { rate: 10.0, burst: 20 }));
        // What is said of all methods by their own settings is the nearer word.
        let all = json!({
            "ThrottlingRateLimit": 10,
            "MethodSettings": [{ "ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 3 }],
        });
        let throttles = of_description(Some(&all)).unwrap();
        assert_eq!(find(&throttles, "GET", "/"), Some(Throttle { rate: 3.0, burst: 3 }));
        assert_eq!(of_description(None).unwrap(), []);
        assert!(of_description(Some(&json!({ "MethodSettings": "x" }))).is_err());
    }

    #[test]
    fn a_route_of_an_http_api_too() {
        let routes = json!({ "GET /a": { "ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 2 } });
        let default = json!({ "ThrottlingRateLimit": 9, "ThrottlingBurstLimit": 9 });
        let throttles = of_routes(Some(&default), Some(&routes)).unwrap();
        assert_eq!(find(&throttles, "GET", "/a"), Some(Throttle { rate: 1.0, burst: 2 }));
        assert_eq!(find(&throttles, "ANY", "$default"), Some(Throttle { rate: 9.0, burst: 9 }));
        assert_eq!(of_routes(None, None).unwrap(), []);
    }

    #[test]
    fn a_plan_names_methods_by_their_path() {
        let limit = Limit { burst_limit: Some(1.0), rate_limit: Some(1.0) };
        let methods = ["/user/{id}/GET", "//POST"].map(|key| (key.to_owned(), limit));
        let names = of_plan(&methods.into()).into_iter().map(|one| (one.method, one.path));
        let expected = [("POST", "/"), ("GET", "/user/{id}")];
        assert!(names.eq(expected.map(|(method, path)| (method.to_owned(), path.to_owned()))));
    }
}
