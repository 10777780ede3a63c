//! Makes a user and shows who is there: `POOLHOUSE_API_URL=… POOLHOUSE_API_KEY=… cargo run --example users -- EMAIL`.

#![expect(clippy::print_stdout, reason = "showing is all it does")]

use poolhouse_client::{ApiKey, Client, Kind, NewUser, Password, Search};
use std::{env, error::Error};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::new(&env::var("POOLHOUSE_API_URL")?)?
        .with_api_key(ApiKey::new(env::var("POOLHOUSE_API_KEY")?));
    let email = env::args().nth(1).ok_or("whom? Give an e-mail address.")?;
    let new = NewUser::new(email, Password::new(env::var("NEW_PASSWORD")?));
    match client.create_user(&new, None).await {
        Ok(made) => println!("made {}", made.value.id),
        Err(error) if error.kind() == Some(Kind::Taken) => println!("is here already"),
        Err(error) => return Err(error.into()),
    }
    let mut search = Search::default();
    loop {
        let page = client.list_users(&search).await?;
        for user in page.items {
            println!("{} {} {}", user.id, user.status.as_str(), user.email.unwrap_or_default());
        }
        search.paging.cursor = page.next;
        if search.paging.cursor.is_none() {
            return Ok(());
        }
    }
}
