//! `/public/user/me/avatar` and what is below `/assets`.

use crate::stage::{Answer, Stage};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::io::Cursor;

const ME: &str = "/public/user/me/avatar";

/// A picture of one colour.
fn picture(colour: u8) -> Vec<u8> {
    let image = RgbImage::from_pixel(40, 30, Rgb([colour, 0, 0]));
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

async fn put(stage: &Stage, id: &str, file: Vec<u8>) -> Answer {
    stage.ask("PUT", ME).person(id).body("image/png", file).send().await
}

async fn avatar(stage: &Stage, id: &str) -> Value {
    stage.profile(id).await["profile"]["profileData"]["avatarUrl"].clone()
}

async fn status(stage: &Stage, path: &str) -> u16 {
    stage.ask("GET", path).send().await.status
}

#[tokio::test]
async fn a_picture_comes_stays_and_goes_with_the_profile() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let before = stage.get(&format!("/user/{id}")).send().await;
    let first = put(&stage, &id, picture(1)).await.ok()["avatarUrl"].clone();
    let first = first.as_str().unwrap();
    assert_eq!(avatar(&stage, &id).await, first);
    let after = stage.get(&format!("/user/{id}")).send().await;
    assert_ne!(before.header("etag"), after.header("etag"));
    let served = stage.ask("GET", first).send().await;
    assert_eq!((served.status, served.header("content-type")), (200, "image/png"));
    assert_eq!(served.header("x-content-type-options"), "nosniff");
    assert!(served.header("cache-control").contains("immutable"));
    assert!(served.header("content-security-policy").contains("sandbox"));

    let second = put(&stage, &id, picture(2)).await.ok()["avatarUrl"].clone();
    let second = second.as_str().unwrap();
    assert_eq!((status(&stage, first).await, status(&stage, second).await), (404, 200));
    stage.delete(&format!("/user/{id}")).send().await.ok();
    assert_eq!(status(&stage, second).await, 404);
}

#[tokio::test]
async fn a_picture_is_a_persons_own() {
    let stage = Stage::new().await;
    let (ann, bob) = (stage.active("ann").await, stage.active("bob").await);
    let anns = put(&stage, &ann, picture(1)).await.ok()["avatarUrl"].clone();
    let bobs = put(&stage, &bob, picture(1)).await.ok()["avatarUrl"].clone();
    assert_ne!(anns, bobs);
    stage.ask("DELETE", ME).person(&bob).send().await.ok();
    assert_eq!(status(&stage, bobs.as_str().unwrap()).await, 404);
    assert_eq!(status(&stage, anns.as_str().unwrap()).await, 200);
    assert_eq!(avatar(&stage, &bob).await, Value::Null);
    // Somebody without a profile, a machine, and nobody.
    let stranger = "d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa";
    assert_eq!(put(&stage, stranger, picture(1)).await.line(), "404 not-found");
    let machine = json!({ "sub": "client", "client_id": "client" });
    let machine = stage.ask("PUT", ME).caller(machine).body("image/png", picture(1)).send().await;
    assert_eq!(machine.line(), "403 forbidden");
    let nobody = stage.ask("PUT", ME).body("image/png", picture(1)).send().await;
    assert_eq!(nobody.line(), "401 unauthorized");
}

#[tokio::test]
async fn what_is_no_picture_changes_nothing() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    for (file, line) in [
        (Vec::new(), "422 unprocessable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "415 unsupported-media-type"),
        (b"\x89PNG\r\n\x1a\n<script>".to_vec(), "422 unprocessable"),
        (vec![0; 2 * 1024 * 1024 + 1], "413 too-large"),
    ] {
        assert_eq!(put(&stage, &id, file).await.line(), line);
    }
    assert_eq!(avatar(&stage, &id).await, Value::Null);
}

#[tokio::test]
async fn ten_pictures_an_hour_and_no_more() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    for _ in 0..10 {
        assert_eq!(put(&stage, &id, b"no picture".to_vec()).await.status, 415);
    }
    let refused = put(&stage, &id, picture(1)).await;
    assert_eq!(refused.line(), "429 too-many-requests");
    assert_eq!(refused.header("retry-after"), "3600");
    stage.advance(SignedDuration::from_hours(1));
    assert_eq!(put(&stage, &id, picture(1)).await.status, 200);
}

#[tokio::test]
async fn a_file_is_sent_to_its_address_and_confirmed_once() {
    let stage = Stage::new().await;
    let id = stage.active("ann").await;
    let begin = async |length: usize| {
        let asking = stage.ask("POST", &format!("{ME}/upload")).person(&id);
        asking.json(&json!({ "contentLength": length })).send().await
    };
    let confirm = async || stage.ask("POST", &format!("{ME}/confirm")).person(&id).send().await;
    let file = picture(1);
    let address = begin(file.len()).await.ok();
    assert_eq!(address["method"], "PUT");
    assert_eq!(address["headers"]["content-length"], file.len().to_string());
    let url = address["url"].as_str().unwrap();
    let path = url.strip_prefix("https://api.example.com/v1").unwrap();
    assert_eq!(confirm().await.line(), "409 conflict");
    let send = async |file: Vec<u8>| stage.ask("PUT", path).body("image/png", file).send().await;
    assert_eq!(send(picture(1)[1..].to_vec()).await.line(), "400 invalid-request");
    assert_eq!(send(file.clone()).await.status, 204);
    let done = confirm().await.ok();
    assert_eq!(avatar(&stage, &id).await, done["avatarUrl"]);
    assert_eq!(confirm().await.line(), "409 conflict");
    assert_eq!(send(file.clone()).await.line(), "404 not-found");

    // An address ends after a quarter of an hour, with what was sent to it.
    let address = begin(file.len()).await.ok();
    let url = address["url"].as_str().unwrap();
    let path = url.strip_prefix("https://api.example.com/v1").unwrap();
    assert_eq!(stage.ask("PUT", path).body("image/png", file).send().await.status, 204);
    stage.advance(SignedDuration::from_mins(15));
    assert_eq!(confirm().await.line(), "409 conflict");
    for (length, line) in [(0, "422 unprocessable"), (2 * 1024 * 1024 + 1, "413 too-large")] {
        assert_eq!(begin(length).await.line(), line);
    }
}

#[tokio::test]
async fn nothing_is_served_that_is_not_there() {
    let stage = Stage::new().await;
    assert_eq!(status(&stage, "/assets/avatars/heron.svg").await, 200);
    assert_eq!(status(&stage, "/assets/badges/founder.svg").await, 200);
    for name in ["..%2F..%2Fetc%2Fpasswd", "%2e%2e", "heron.svg%00", "%ff", "heron", "Heron.svg"] {
        for folder in ["avatars", "badges", "users"] {
            let answer = stage.ask("GET", &format!("/assets/{folder}/{name}")).send().await;
            assert_eq!(answer.line(), "404 not-found", "{folder}/{name}");
        }
        let path = format!("/assets/uploads/{name}");
        assert_eq!(stage.ask("PUT", &path).send().await.line(), "404 not-found", "{name}");
    }
}
