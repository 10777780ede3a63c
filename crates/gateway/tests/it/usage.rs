//! Throttles and quotas.

use crate::house::{Builder, House, api, house, http_api, rest, route};
use gateway::{
    Api, ApiKey, ApiKind, MethodThrottle, Quota, QuotaPeriod, Route, Throttle, UsageInMemory,
    UsageLedger, UsagePlan,
};
use std::sync::Arc;

const TOO_MANY: &str = r#"429 TooManyRequestsException {"message":"Too Many Requests"}"#;
const LIMIT: &str = r#"429 LimitExceededException {"message":"Limit Exceeded"}"#;
const ANN: &str = "ann-ann-ann-ann-ann-ann";
const BOB: &str = "bob-bob-bob-bob-bob-bob";

fn keyed(key: &str) -> Route {
    Route { api_key_required: true, ..route(key) }
}

fn plan(change: impl FnOnce(&mut UsagePlan)) -> UsagePlan {
    let keys = vec![ApiKey::new("ann", ANN), ApiKey::new("bob", BOB)];
    let mut plan = UsagePlan { id: "plan".to_owned(), keys, ..UsagePlan::default() };
    change(&mut plan);
    plan
}

fn stage(mut api: Api, plan: UsagePlan) -> Api {
    api.routes = vec![keyed("GET /a"), keyed("GET /b"), route("GET /open")];
    api.usage_plans = vec![plan];
    api
}

fn open(plan: UsagePlan) -> House {
    house().api(stage(rest(), plan)).open()
}

async fn get(house: &House, path: &str, key: &str) -> String {
    house.get(path, &[("x-api-key", key)]).await
}

#[tokio::test]
async fn each_key_has_the_plans_throttle_to_itself_over_all_methods() {
    let house = open(plan(|plan| plan.throttle = Some(Throttle { rate: 1.0, burst: 2 })));
    assert_eq!(get(&house, "/a", ANN).await, "200 hello");
    assert_eq!(get(&house, "/b", ANN).await, "200 hello");
    assert_eq!(get(&house, "/a", ANN).await, TOO_MANY);
    assert_eq!(get(&house, "/a", BOB).await, "200 hello");
    assert_eq!(house.get("/open", &[]).await, "200 hello");
    house.wait(1);
    assert_eq!(get(&house, "/b", ANN).await, "200 hello");
    assert_eq!(get(&house, "/b", ANN).await, TOO_MANY);
}

#[tokio::test]
async fn a_method_may_have_a_throttle_of_its_own_in_the_plan() {
    let house = open(plan(|plan| {
        plan.method_throttles = vec![MethodThrottle {
            method: "GET".parse().unwrap(),
            path: "/a".to_owned(),
            throttle: Throttle { rate: 1.0, burst: 1 },
        }];
    }));
    assert_eq!(get(&house, "/a", ANN).await, "200 hello");
    assert_eq!(get(&house, "/a", ANN).await, TOO_MANY);
    assert_eq!(get(&house, "/a", BOB).await, "200 hello");
    assert_eq!(get(&house, "/b", ANN).await, "200 hello");
}

#[tokio::test]
async fn a_stage_throttles_a_method_for_everybody() {
    let mut slow = route("GET /slow");
    slow.throttle = Some(Throttle { rate: 1.0, burst: 1 });
    for (mut api, answer) in
        [(rest(), TOO_MANY), (http_api(), r#"429 {"message":"Too Many Requests"}"#)]
    {
        api.routes = vec![slow.clone(), route("GET /open")];
        let house = house().api(api).open();
        assert_eq!(house.get("/slow", &[]).await, "200 hello");
        assert_eq!(house.get("/slow", &[]).await, answer);
        assert_eq!(house.get("/open", &[]).await, "200 hello");
    }
}

#[tokio::test]
async fn the_account_throttles_all_apis_together() {
    let mut other = api("other", ApiKind::Rest, "prod");
    other.mounts = vec!["/other".to_owned()];
    other.routes = vec![route("GET /open")];
    let builder: Builder = house().throttle(1.0, 2);
    let house = builder.api(stage(rest(), plan(|_| ()))).api(other).open();
    assert_eq!(house.get("/open", &[]).await, "200 hello");
    assert_eq!(house.get("/other/open", &[]).await, "200 hello");
    assert_eq!(house.get("/open", &[]).await, TOO_MANY);
}

fn a_day(limit: u64) -> UsagePlan {
    plan(|plan| plan.quota = Some(Quota { limit, offset: 0, period: QuotaPeriod::Day }))
}

#[tokio::test]
async fn a_quota_is_counted_for_each_key_over_stages_and_begins_anew() {
    let mut test = api("rest", ApiKind::Rest, "test");
    test.mounts = vec!["/test".to_owned()];
    let house = house().api(stage(rest(), a_day(3))).api(stage(test, a_day(3))).open();
    assert_eq!(get(&house, "/a", ANN).await, "200 hello");
    assert_eq!(get(&house, "/test/b", ANN).await, "200 hello");
    assert_eq!(get(&house, "/a", ANN).await, "200 hello");
    for path in ["/a", "/test/a"] {
        assert_eq!(get(&house, path, ANN).await, LIMIT);
    }
    assert_eq!(get(&house, "/a", BOB).await, "200 hello");
    house.wait(24 * 3600);
    assert_eq!(get(&house, "/a", ANN).await, "200 hello");
}

#[tokio::test]
async fn what_is_refused_is_not_counted() {
    let house = open(plan(|plan| {
        plan.quota = Some(Quota { limit: 2, offset: 0, period: QuotaPeriod::Month });
        plan.throttle = Some(Throttle { rate: 1.0, burst: 1 });
    }));
    assert_eq!(get(&house, "/a", ANN).await, "200 hello");
    for _ in 0..5 {
        assert_eq!(get(&house, "/a", ANN).await, TOO_MANY);
    }
    house.wait(1);
    assert_eq!(get(&house, "/a", ANN).await, "200 hello");
    house.wait(1);
    assert_eq!(get(&house, "/a", ANN).await, LIMIT);
}

#[tokio::test]
async fn a_restart_and_another_node_know_what_was_counted() {
    let ledger: Arc<dyn UsageLedger> = Arc::new(UsageInMemory::default());
    let node = || house().usage(ledger.clone()).api(stage(rest(), a_day(3))).open();
    let one = node();
    for _ in 0..2 {
        assert_eq!(get(&one, "/a", ANN).await, "200 hello");
    }
    one.gateway.settle_usage().await.unwrap();
    let two = node();
    assert_eq!(get(&two, "/a", ANN).await, "200 hello");
    assert_eq!(get(&two, "/a", ANN).await, LIMIT);
}

#[tokio::test]
async fn fifty_at_once_are_counted_one_by_one() {
    let house = open(a_day(10));
    let answers = futures::future::join_all((0..50).map(|_| get(&house, "/a", ANN))).await;
    assert_eq!(answers.iter().filter(|answer| *answer == "200 hello").count(), 10);
    assert_eq!(answers.iter().filter(|answer| *answer == LIMIT).count(), 40);
}

#[tokio::test]
async fn an_http_api_has_no_plans_and_a_rate_is_a_number() {
    let mut http = http_api();
    http.usage_plans = vec![plan(|_| ())];
    assert!(house().api(http).try_open().is_err());
    for rate in [f64::NAN, f64::INFINITY, -1.0] {
        let plan = plan(|plan| plan.throttle = Some(Throttle { rate, burst: 1 }));
        assert!(house().api(stage(rest(), plan)).try_open().is_err(), "{rate}");
    }
}
