//! Does the typed client walk through the user API of a running server?

use crate::fresh;
use poolhouse_client::{
    AccessToken, ApiKey, Client, IdempotencyKey, Kind, Login, Logout, Name, NewUser, Paging,
    Password, Progress, Search, Secret, Status, TokenType, UserPatch, Version,
};
use serde_json::{Map, json};
use std::env;

fn client() -> Client {
    let client = Client::new(&env::var("POOLHOUSE_API_URL").unwrap()).unwrap();
    client.with_api_key(ApiKey::new(env::var("POOLHOUSE_API_KEY").unwrap()))
}

fn newcomer() -> NewUser {
    let (email, password) = fresh();
    let mut new = NewUser::new(email, Password::new(password.reveal()));
    new.name = Some("Ann of the client".to_owned());
    new
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn a_user_is_made_signs_in_and_goes() {
    let (client, new) = (client(), newcomer());
    client.health().await.unwrap();
    let once = IdempotencyKey::new(&new.email);
    let made = client.create_user(&new, Some(&once)).await.unwrap();
    assert_eq!(made, client.create_user(&new, Some(&once)).await.unwrap());
    assert_eq!(client.create_user(&new, None).await.unwrap_err().kind(), Some(Kind::Taken));
    let id = made.value.id.as_str();
    assert_eq!(client.get_user(id).await.unwrap(), made);
    assert_eq!(client.find_user_by_email(&new.email).await.unwrap(), made);

    // Not before the address is proven, or a server vouches for it.
    let login = Login {
        name: Name::Email(new.email.clone()),
        password: new.password.clone(),
        address: None,
    };
    assert!(client.login(&login).await.is_err());
    let active = client.change_status(id, &Status::Active, made.version.as_ref()).await.unwrap();
    assert_eq!(active.value.status, Status::Active);
    let Progress::SignedIn(tokens) = client.login(&login).await.unwrap() else { panic!() };
    let token = Secret::new(tokens.access_token.reveal());
    let verdict = client.verify_token(TokenType::Access, &token).await.unwrap();
    assert_eq!((verdict.active, verdict.subject.as_deref()), (true, Some(id)));

    let own = client.clone().with_token(tokens.access_token);
    assert_eq!(own.get_me().await.unwrap().value.id, id);
    let export = own.export_me().await.unwrap();
    assert_eq!(export.account.unwrap().email, Some(new.email.clone()));
    let refused = own.get_public_user("00000000-0000-4000-8000-000000000000").await.unwrap_err();
    assert!(matches!(refused.status().unwrap().as_u16(), 401 | 403));
    let refresh = tokens.refresh_token.unwrap();
    client.refresh(&refresh, None).await.unwrap();
    client.logout(&Logout::Session(refresh.clone())).await.unwrap();
    let over = client.refresh(&refresh, None).await.unwrap_err();
    assert_eq!(over.kind(), Some(Kind::Unauthorized));

    client.delete_user(id, None).await.unwrap();
    assert_eq!(client.get_user(id).await.unwrap_err().kind(), Some(Kind::NotFound));
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn changes_are_made_of_a_version() {
    let client = client();
    let made = client.create_user(&newcomer(), None).await.unwrap();
    let id = made.value.id.as_str();
    let patch = UserPatch { role: "author".to_owned().into(), ..UserPatch::default() };
    let changed = client.change_user(id, &patch, made.version.as_ref()).await.unwrap();
    assert_eq!(changed.value.role.as_deref(), Some("author"));
    let stale = client.change_user(id, &patch, made.version.as_ref()).await.unwrap_err();
    assert_eq!(stale.kind(), Some(Kind::StaleVersion));
    let any = Version::new("*");
    let data = Map::from_iter([("pets".to_owned(), json!(["cat"])), ("tour".to_owned(), json!(1))]);
    client.replace_data(id, &data, Some(&any)).await.unwrap();
    let patch = Map::from_iter([("tour".to_owned(), json!(null))]);
    let merged = client.merge_data(id, &patch, None).await.unwrap();
    assert_eq!(merged.value.profile.data, Map::from_iter([("pets".to_owned(), json!(["cat"]))]));
    let badge = client.list_badges().await.unwrap().remove(0);
    let given = client.issue_badge(id, &badge.name, None, None).await.unwrap();
    assert_eq!(given.value.profile.badges[0].name, badge.name);
    let taken = client.revoke_badge(id, &badge.name, given.version.as_ref()).await.unwrap();
    assert!(taken.value.profile.badges.is_empty());
    client.resend_activation(id, None).await.unwrap();
    let unknown = client.activate(&Secret::new("nothing")).await.unwrap_err();
    assert_eq!(unknown.kind(), Some(Kind::NotFound));
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn a_listing_is_walked_through() {
    let client = client();
    let mut new = newcomer();
    let name = format!("Walker {}", new.email);
    new.name = Some(name.clone());
    let id = client.create_user(&new, None).await.unwrap().value.id;
    let paging = Paging { limit: Some(1), cursor: None };
    let page = client.find_users_by_name(&name, &paging).await.unwrap();
    assert_eq!(page.items[0].id, id);
    let mut search = Search { name: Some("Walker".to_owned()), ..Search::default() };
    search.paging.limit = Some(1);
    let mut seen = Vec::new();
    loop {
        let page = client.list_users(&search).await.unwrap();
        seen.extend(page.items.into_iter().map(|user| user.id));
        search.paging.cursor = page.next;
        if search.paging.cursor.is_none() {
            break;
        }
    }
    assert!(seen.contains(&id));
    let stranger = client.clone().with_token(AccessToken::new("a.b.c"));
    assert!(stranger.get_me().await.is_err());
}
