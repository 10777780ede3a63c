//! Pictures in a bucket, as S3 answers.

use bytes::Bytes;
use crypto::SystemRandom;
use jiff::{SignedDuration, Timestamp};
use lambda_aws::{Aws, S3Pictures, S3Uploads};
use lambda_testing::{Answer, Service};
use names::Sub;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use store::Commit;
use users::{
    Kind,
    assets::{PictureName, Pictures, Ticket, Uploads},
};

type Objects = Arc<Mutex<BTreeMap<String, String>>>;

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

async fn bucket() -> (Aws, Objects, Service) {
    let objects = Objects::default();
    let service = {
        let objects = objects.clone();
        Service::new(move |asked| {
            let signature = asked.headers["authorization"].to_str().unwrap();
            assert!(signature.contains("/eu-west-1/s3/aws4_request"), "{signature}");
            assert!(asked.headers.contains_key("x-amz-content-sha256"));
            let mut objects = objects.lock().unwrap();
            let path = asked.path.clone();
            match asked.method.as_str() {
                "PUT" => {
                    let body = String::from_utf8(asked.body.to_vec()).unwrap();
                    objects.insert(path, body);
                    Answer::status(200)
                }
                "DELETE" => {
                    objects.remove(&path);
                    Answer::status(204)
                }
                _ => match objects.get(&path) {
                    Some(body) if body == "broken" => Answer::status(503),
                    Some(body) => Answer { body: body.clone(), ..Answer::status(200) },
                    None => Answer::status(404),
                },
            }
        })
        .await
    };
    let url = service.url.clone();
    let aws = Aws::of(move |variable| match variable {
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
        "AWS_REGION" => Some("eu-west-1".to_owned()),
        "AWS_ENDPOINT_URL_S3" => Some(url.clone()),
        _ => None,
    });
    (aws.unwrap(), objects, service)
}

#[tokio::test]
async fn a_picture_is_there_before_the_commit_and_gone_after_it() {
    let (aws, objects, _service) = bucket().await;
    let pictures = S3Pictures::new(&aws, "assets", Arc::new(now)).unwrap();
    let user = Sub::parse("d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa").unwrap();
    let picture = Bytes::from_static(b"a picture");
    let name = PictureName::of(&user, &picture);
    assert_eq!(pictures.find(&name, now()).await.unwrap(), None);
    let mut commit = Commit::new();
    pictures.keep(&name, &picture, &mut commit).await.unwrap();
    let path = format!("/assets/users/{name}");
    assert_eq!(objects.lock().unwrap()[&path], "a picture");
    assert_eq!(pictures.find(&name, now()).await.unwrap(), Some(picture));
    pictures.leave(&name, &mut commit, now()).await.unwrap();
    assert!(commit.is_empty() && objects.lock().unwrap().contains_key(&path));
    pictures.left(&name).await;
    assert!(objects.lock().unwrap().is_empty());
    // A breakage is one, and not a picture that is not there.
    objects.lock().unwrap().insert(path, "broken".to_owned());
    let broken = pictures.find(&name, now()).await.unwrap_err();
    assert_eq!(broken.kind(), Kind::Internal);
}

#[tokio::test]
async fn the_address_of_an_upload_is_signed_for_one_length_and_a_quarter_of_an_hour() {
    let (aws, objects, service) = bucket().await;
    let uploads = S3Uploads::new(&aws, "assets").unwrap();
    let ticket = Ticket::generate(&SystemRandom);
    let end = now() + SignedDuration::from_mins(15);
    let address = uploads.begin(&ticket, 1234, end, now()).await.unwrap();
    let place = format!("{}/assets/uploads/{}?", service.url, ticket.name().as_str());
    assert!(address.url.starts_with(&place), "{}", address.url);
    for part in [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "X-Amz-Expires=900",
        "X-Amz-Date=20261121T120000Z",
        "X-Amz-SignedHeaders=content-length%3Bhost",
        "X-Amz-Signature=",
    ] {
        assert!(address.url.contains(part), "{} lacks {part}", address.url);
    }
    assert_eq!(address.headers["content-length"], "1234");
    assert!(!address.url.contains(ticket.reveal()));

    let path = format!("/assets/uploads/{}", ticket.name().as_str());
    assert_eq!(uploads.find(&ticket.name(), now()).await.unwrap(), None);
    objects.lock().unwrap().insert(path, "a file".to_owned());
    assert_eq!(uploads.find(&ticket.name(), now()).await.unwrap().unwrap(), "a file");
    uploads.forget(&ticket.name(), now()).await;
    assert!(objects.lock().unwrap().is_empty());
    // Nothing is sent to the API itself here.
    let refused = uploads.receive(&ticket, Bytes::new(), now()).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::NotFound);
}
