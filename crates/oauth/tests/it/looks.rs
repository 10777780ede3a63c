//! How pages look where the API says so.

use crate::world::World;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";
const FOLDER: &str = "/assets/theme/";

async fn customize(world: &World, client: &str, css: &str) {
    let image = STANDARD.encode(PNG);
    let asked = json!({ "UserPoolId": world.house.pool, "ClientId": client, "CSS": css,
        "ImageFile": image });
    world.house.call("SetUICustomization", asked).await.ok();
}

/// The sign-in page.
async fn page(world: &World) -> String {
    let shown = world.browser().get(&format!("/login?{}", world.request(&[]))).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    shown.body
}

/// The style of the client's own that a page has.
async fn style(world: &World) -> Option<String> {
    let page = page(world).await;
    let mut addresses = page.split(['"', '\'']).filter(|text| text.starts_with(FOLDER));
    let address = addresses.find(|text| text.ends_with(".css"))?.to_owned();
    let (status, body) = fetch(world, &address).await;
    assert_eq!(status, 200, "{address}");
    Some(String::from_utf8(body.to_vec()).unwrap())
}

async fn fetch(world: &World, path: &str) -> (u16, Bytes) {
    let request = Request::get(path).header("host", &world.host).body(Bytes::new()).unwrap();
    let answer = world.oauth.answer(request).await;
    (answer.status().as_u16(), answer.into_body())
}

async fn show_managed_pages(world: &World) {
    let asked =
        json!({ "UserPoolId": world.house.pool, "Domain": "people", "ManagedLoginVersion": 2 });
    world.house.call("UpdateUserPoolDomain", asked).await.ok();
}

fn button(color: &str) -> Value {
    json!({ "components": { "primaryButton": { "lightMode": {
        "defaults": { "backgroundColor": color } } } } })
}

#[tokio::test]
async fn a_client_has_its_own_looks_or_those_of_the_pool_at_once() {
    let world = World::new().await;
    assert_eq!(style(&world).await, None);
    customize(&world, "ALL", ".submitButton-customizable { color: #111 }").await;
    let pools = style(&world).await;
    assert_eq!(pools.as_deref(), Some(".submitButton-customizable {color:#111;}\n"));
    customize(&world, &world.house.client, ".submitButton-customizable { color: #222 }").await;
    assert!(style(&world).await.unwrap().contains("#222"));
    customize(&world, &world.house.client, ".submitButton-customizable { color: #333 }").await;
    assert!(style(&world).await.unwrap().contains("#333"));
    // Whoever names no client sees the looks of the server.
    assert!(!world.browser().get("/error").await.body.contains(FOLDER));
}

#[tokio::test]
async fn the_logo_is_where_the_api_says() {
    let world = World::new().await;
    for client in ["ALL", world.house.client.as_str()] {
        customize(&world, client, ".logo-customizable { width: 1em }").await;
        let asked = json!({ "UserPoolId": world.house.pool, "ClientId": client });
        let told = world.house.call("GetUICustomization", asked).await.ok();
        let url = told["UICustomization"]["ImageUrl"].as_str().unwrap().to_owned();
        let (_, path) = url.split_once("://").unwrap().1.split_once('/').unwrap();
        assert_eq!(fetch(&world, &format!("/{path}")).await, (200, Bytes::from_static(PNG)));
    }
    assert!(page(&world).await.contains(&format!("{FOLDER}{}/logo-", world.house.client)));
}

#[tokio::test]
async fn a_domain_shows_the_generation_that_it_is_set_to() {
    let world = World::new().await;
    customize(&world, "ALL", ".submitButton-customizable { color: #111 }").await;
    let asked = json!({ "UserPoolId": world.house.pool, "ClientId": world.house.client,
        "Settings": button("0972d3ff") });
    let made = world.house.call("CreateManagedLoginBranding", asked).await.ok();
    assert!(style(&world).await.unwrap().contains("#111"));
    show_managed_pages(&world).await;
    assert_eq!(style(&world).await.as_deref(), Some(":root {--accent:#0972d3ff;}\n"));

    let mut asked = json!({ "UserPoolId": world.house.pool, "ManagedLoginBrandingId":
        made["ManagedLoginBranding"]["ManagedLoginBrandingId"] });
    asked["Settings"] = button("123456ff");
    world.house.call("UpdateManagedLoginBranding", asked.clone()).await.ok();
    assert!(style(&world).await.unwrap().contains("#123456ff"));
    asked.as_object_mut().unwrap().remove("Settings");
    world.house.call("DeleteManagedLoginBranding", asked).await.ok();
    assert_eq!(style(&world).await, None);
}

#[tokio::test]
async fn a_style_that_says_hostile_things_says_nothing() {
    let world = World::new().await;
    show_managed_pages(&world).await;
    let asked = json!({ "UserPoolId": world.house.pool, "ClientId": world.house.client,
        "Settings": button("red;} @import 'https://evil.example'; a {b:c") });
    world.house.call("CreateManagedLoginBranding", asked).await.ok();
    assert_eq!(style(&world).await, None);
    for hostile in ["@import 'https://evil.example'", ".logo-customizable { b: url(x) }"] {
        let asked = json!({ "UserPoolId": world.house.pool, "CSS": hostile });
        assert_eq!(world.house.call("SetUICustomization", asked).await.status, 400, "{hostile}");
    }
}

#[tokio::test]
async fn files_of_nobody_are_not_there() {
    let world = World::new().await;
    customize(&world, "ALL", ".logo-customizable { width: 1em }").await;
    let pool = world.house.pool.clone();
    for path in ["", "x", "x/y", "../x", &format!("{pool}/"), &format!("{pool}/logo-0.png")] {
        assert_eq!(fetch(&world, &format!("{FOLDER}{path}")).await.0, 404, "{path}");
    }
}
