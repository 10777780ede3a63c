//! Which users, groups, clients and pools are there?
//!
//! A listing walks one partition, or for users a fixed number of them one after the other. A filter on an
//! attribute walks the index of that attribute, so that it reads what it answers and little more.

use crate::{
    AuthEvent, Client, Device, Error, Group, IdentityProvider, Pools, Refusal, ResourceServer,
    Result, Terms, TrackedSession, User, UserPool,
    user::{END, INDEXED, SHARDS, index_text},
};
use names::{Region, Sub, UserPoolId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::{Kept, Range, Record};

/// A page of something, and the token of the next page.
#[derive(Debug)]
pub struct PageOf<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// Which users are asked for: `email = "ann@example.com"`, `name ^= "A"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    attribute: String,
    value: String,
    is_prefix: bool,
}

/// The attributes whose values are compared as they are.
const CASE_SENSITIVE: [&str; 3] = ["username", "status", "sub"];

impl Filter {
    /// Reads a filter. An empty text is none.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for another form or an attribute that cannot be searched.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let malformed = || Refusal::invalid("Error while parsing filter.");
        let (attribute, rest) = match text.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(malformed)?,
            None => {
                let end = text.find([' ', '=', '^']).ok_or_else(malformed)?;
                text.split_at(end)
            }
        };
        let rest = rest.trim_start();
        let (is_prefix, rest) = match (rest.strip_prefix("^="), rest.strip_prefix('=')) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(malformed().into()),
        };
        let value = unquote(rest.trim_start()).ok_or_else(malformed)?;
        if attribute != "sub" && !INDEXED.contains(&attribute) {
            return Err(Refusal::invalid("Input fails to satisfy the constraints.").into());
        }
        Ok(Some(Self { attribute: attribute.to_owned(), value, is_prefix }))
    }

    fn fits(&self, user: &User) -> bool {
        let Some(found) = user.indexed(&self.attribute) else { return false };
        let (found, value) = if CASE_SENSITIVE.contains(&self.attribute.as_str()) {
            (found, self.value.clone())
        } else {
            (crate::user_pool::fold(&found, false), crate::user_pool::fold(&self.value, false))
        };
        if self.is_prefix { found.starts_with(&value) } else { found == value }
    }

    /// The beginning of the places in the index that may fit.
    fn prefix(&self) -> String {
        let text = index_text(&self.value);
        // A value that was cut for the index has no end there.
        let is_whole = text.len() == crate::user_pool::fold(&self.value, false).len();
        if self.is_prefix || !is_whole { text } else { format!("{text}{END}") }
    }
}

/// A quoted value, to the end of the text, with `\"` for a quote.
fn unquote(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut letters = text.strip_prefix('"')?.chars();
    loop {
        match letters.next()? {
            '\\' => match letters.next()? {
                c @ ('"' | '\\') => value.push(c),
                c => value.extend(['\\', c]),
            },
            '"' => break,
            c => value.push(c),
        }
    }
    letters.as_str().trim().is_empty().then_some(value)
}

/// Where a listing goes on. Sealed, and bound to what was asked.
#[derive(Serialize, Deserialize)]
struct Cursor {
    partition: usize,
    after: Option<String>,
}

/// Whether the partitions of a walk hold the records themselves, or claims of them.
#[derive(Clone, Copy)]
enum By {
    Key,
    Claim,
}

/// A walk over partitions.
struct Walk<'a> {
    /// What is asked, filter included: a cursor of one question is none of another.
    question: &'a str,
    partitions: &'a [String],
    prefix: &'a str,
    limit: usize,
    token: Option<&'a str>,
}

impl Pools {
    /// A page of the pools of a region, by id.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_pools(
        &self,
        region: &Region,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<UserPool>>> {
        let partitions = [UserPool::LISTING.to_owned()];
        let question = format!("pools of {region}");
        // An id begins with the region it was made in.
        let prefix = format!("{region}_");
        let walk =
            Walk { question: &question, partitions: &partitions, prefix: &prefix, limit, token };
        self.walk(&walk, By::Claim, |_| true).await
    }

    /// About how many users a pool has: how many, as long as that takes little reading, and beyond that
    /// what the distance between their `sub`s says, which are random.
    ///
    /// # Errors
    /// A breakage.
    pub async fn estimated_users(&self, pool: &UserPool) -> Result<u64> {
        const SAMPLE: usize = 64;
        let mut users = 0;
        for shard in SHARDS {
            let range = Range {
                partition: User::listing(&pool.id, shard),
                prefix: String::new(),
                after: None,
                limit: SAMPLE,
            };
            let (subs, next) = self.records().list_places(&range, self.now()).await?;
            let found = u64::try_from(subs.len()).unwrap_or(u64::MAX);
            users += match subs.last().filter(|_| next.is_some()) {
                Some(last) => extrapolated(found, last),
                None => found,
            };
        }
        Ok(users)
    }

    /// A page of a pool's clients, by id.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_clients(
        &self,
        pool: &UserPoolId,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<Client>>> {
        self.pool(pool).await?;
        let partitions = [Client::listing(pool)];
        let question = format!("clients of {pool}");
        let walk = Walk { question: &question, partitions: &partitions, prefix: "", limit, token };
        self.walk(&walk, By::Claim, |_| true).await
    }

    /// A page of a pool's groups, by name.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_groups(
        &self,
        pool: &UserPoolId,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<Group>>> {
        self.pool(pool).await?;
        let question = format!("groups of {pool}");
        let partitions = [Group::listing(pool)];
        self.walk(
            &Walk { question: &question, partitions: &partitions, prefix: "", limit, token },
            By::Key,
            |_| true,
        )
        .await
    }

    /// A page of a pool's resource servers, by identifier.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_resource_servers(
        &self,
        pool: &UserPoolId,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<ResourceServer>>> {
        self.pool(pool).await?;
        let question = format!("resource servers of {pool}");
        let partitions = [ResourceServer::listing(pool)];
        self.walk(
            &Walk { question: &question, partitions: &partitions, prefix: "", limit, token },
            By::Key,
            |_| true,
        )
        .await
    }

    /// A page of a pool's identity providers, by identifier.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_identity_providers(
        &self,
        pool: &UserPoolId,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<IdentityProvider>>> {
        self.pool(pool).await?;
        let question = format!("identity providers of {pool}");
        let partitions = [IdentityProvider::listing(pool)];
        let walk = Walk { question: &question, partitions: &partitions, prefix: "", limit, token };
        self.walk(&walk, By::Key, |_| true).await
    }

    /// A page of a pool's terms, by id.
    ///
    /// # Errors
    /// [`Refusal::NoUserPool`]; [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_terms(
        &self,
        pool: &UserPoolId,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<Terms>>> {
        self.pool(pool).await?;
        let question = format!("terms of {pool}");
        let partitions = [Terms::listing(pool)];
        let walk = Walk { question: &question, partitions: &partitions, prefix: "", limit, token };
        self.walk(&walk, By::Key, |_| true).await
    }

    /// A page of the groups that a user is in, those that count most first.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_groups_of(
        &self,
        user: &User,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<Group>>> {
        let question = format!("groups of {} in {}", user.sub, user.pool);
        let from = token.map(|token| self.open_cursor(&question, token)).transpose()?;
        let from = from.map_or(0, |cursor: Cursor| cursor.partition);
        let mut groups = self.groups_of(user).await?;
        let rest = groups.split_off(from.min(groups.len()));
        let is_more = rest.len() > limit;
        let items = rest.into_iter().take(limit).collect();
        let next = is_more
            .then(|| self.seal_cursor(&question, &Cursor { partition: from + limit, after: None }));
        Ok(PageOf { items, next: next.transpose()? })
    }

    /// A page of the devices of a user, by key.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_devices(
        &self,
        user: &User,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<Device>>> {
        let question = format!("devices of {} in {}", user.sub, user.pool);
        let partitions = [User::partition(&user.pool, &user.sub)];
        let prefix = Device::PREFIX;
        let walk = Walk { question: &question, partitions: &partitions, prefix, limit, token };
        self.walk(&walk, By::Key, |_| true).await
    }

    /// A page of the sessions of a user that go on.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_sessions(
        &self,
        user: &User,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<TrackedSession>>> {
        let question = format!("sessions of {} in {}", user.sub, user.pool);
        let partitions = [User::partition(&user.pool, &user.sub)];
        let prefix = TrackedSession::PREFIX;
        let walk = Walk { question: &question, partitions: &partitions, prefix, limit, token };
        self.walk(&walk, By::Key, |session: &TrackedSession| !session.is_over(user)).await
    }

    /// A page of what was done as a user, newest first.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_auth_events(
        &self,
        user: &User,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<AuthEvent>>> {
        let question = format!("events of {} in {}", user.sub, user.pool);
        let partitions = [User::partition(&user.pool, &user.sub)];
        let prefix = AuthEvent::PREFIX;
        let walk = Walk { question: &question, partitions: &partitions, prefix, limit, token };
        self.walk(&walk, By::Key, |_| true).await
    }

    /// A page of the users in a group.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_members(
        &self,
        group: &Group,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<User>>> {
        let question = format!("members of {} in {}", group.generation, group.pool);
        let partitions: Vec<String> = SHARDS
            .iter()
            .map(|shard| Group::members(&group.pool, &group.generation, *shard))
            .collect();
        let walk = Walk { question: &question, partitions: &partitions, prefix: "", limit, token };
        self.walk(&walk, By::Claim, |_| true).await
    }

    /// A page of a pool's users, all of them or those that fit a filter.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a token that is not of this listing.
    pub async fn list_users(
        &self,
        pool: &UserPool,
        filter: Option<&Filter>,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<User>>> {
        let question = format!("users of {} by {filter:?}", pool.id);
        let Some(filter) = filter else {
            let partitions: Vec<String> =
                SHARDS.iter().map(|shard| User::listing(&pool.id, *shard)).collect();
            let walk =
                Walk { question: &question, partitions: &partitions, prefix: "", limit, token };
            return self.walk(&walk, By::Claim, |_| true).await;
        };
        if filter.attribute == "sub" {
            let partitions: Vec<String> =
                SHARDS.iter().map(|shard| User::listing(&pool.id, *shard)).collect();
            if !filter.is_prefix {
                let Ok(sub) = Sub::parse(&filter.value) else {
                    return Ok(PageOf { items: Vec::new(), next: None });
                };
                let found = self.records().get(&User::key_of(&pool.id, &sub), self.now()).await?;
                return Ok(PageOf { items: found.into_iter().collect(), next: None });
            }
            let prefix = &filter.value;
            let walk = Walk { question: &question, partitions: &partitions, prefix, limit, token };
            return self.walk(&walk, By::Claim, |_| true).await;
        }
        let partitions: Vec<String> =
            SHARDS.iter().map(|shard| User::index(&pool.id, &filter.attribute, *shard)).collect();
        let prefix = filter.prefix();
        let walk =
            Walk { question: &question, partitions: &partitions, prefix: &prefix, limit, token };
        self.walk(&walk, By::Claim, |user: &User| filter.fits(user)).await
    }

    /// A page of the records that are kept in one partition, by key.
    pub(crate) async fn list_by_key<R: Record>(
        &self,
        question: &str,
        partition: String,
        limit: usize,
        token: Option<&str>,
    ) -> Result<PageOf<Kept<R>>> {
        let partitions = [partition];
        let walk = Walk { question, partitions: &partitions, prefix: "", limit, token };
        self.walk(&walk, By::Key, |_| true).await
    }

    async fn walk<R: Record>(
        &self,
        walk: &Walk<'_>,
        by: By,
        fits: impl Fn(&R) -> bool,
    ) -> Result<PageOf<Kept<R>>> {
        let mut at = self.start(walk)?;
        let mut items = Vec::new();
        while let Some(partition) = walk.partitions.get(at.partition) {
            let range = range(walk, partition, &at, walk.limit - items.len());
            let (found, next) = match by {
                By::Key => self.records().list::<R>(&range, self.now()).await?,
                By::Claim => self.records().list_claimed::<R>(&range, self.now()).await?,
            };
            items.extend(found.into_iter().filter(|record| fits(record)));
            at = match next {
                Some(after) => Cursor { partition: at.partition, after: Some(after) },
                None => Cursor { partition: at.partition + 1, after: None },
            };
            if items.len() >= walk.limit {
                break;
            }
        }
        let is_more = at.partition < walk.partitions.len();
        let next = is_more.then(|| self.seal_cursor(walk.question, &at)).transpose()?;
        Ok(PageOf { items, next })
    }

    fn start(&self, walk: &Walk<'_>) -> Result<Cursor> {
        let opened = walk.token.map(|token| self.open_cursor(walk.question, token)).transpose()?;
        Ok(opened.unwrap_or(Cursor { partition: 0, after: None }))
    }

    pub(crate) fn seal_cursor<C: Serialize>(&self, question: &str, cursor: &C) -> Result<String> {
        let plain = serde_json::to_vec(cursor)
            .map_err(|_| Error::internal("a cursor does not serialise"))?;
        Ok(self.house().seals.cursors.seal_text(self.random(), &plain, question.as_bytes()))
    }

    pub(crate) fn open_cursor<C: DeserializeOwned>(
        &self,
        question: &str,
        token: &str,
    ) -> Result<C> {
        let opened = self.house().seals.cursors.open_text(token, question.as_bytes());
        let cursor = opened.ok().and_then(|plain| serde_json::from_slice(&plain).ok());
        cursor.ok_or_else(|| Refusal::invalid("Invalid pagination token.").into())
    }
}

/// How many users a shard has whose first ones, this many, end with this `sub`.
fn extrapolated(found: u64, last: &str) -> u64 {
    // The first digit is that of the shard; the seven after it say how much of the shard was seen.
    let seen = last.get(1..8).and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let all = 1 << 28;
    seen.map_or(found, |seen| found * all / (seen + 1))
}

fn range(walk: &Walk<'_>, partition: &str, at: &Cursor, limit: usize) -> Range {
    Range {
        partition: partition.to_owned(),
        prefix: walk.prefix.to_owned(),
        after: at.after.clone(),
        limit: limit.clamp(1, 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(String, String, bool)> {
        let filter = Filter::parse(text).ok()??;
        Some((filter.attribute, filter.value, filter.is_prefix))
    }

    #[test]
    fn a_filter_names_an_attribute_an_operator_and_a_quoted_value() {
        let is = |attribute: &str, value: &str, is_prefix| {
            Some((attribute.to_owned(), value.to_owned(), is_prefix))
        };
        assert_eq!(parsed(r#"email = "a@b.c""#), is("email", "a@b.c", false));
        assert_eq!(parsed(r#"email="a@b.c""#), is("email", "a@b.c", false));
        assert_eq!(parsed(r#""name"^="A \"B\"""#), is("name", "A \"B\"", true));
        assert_eq!(
            parsed(r#"cognito:user_status = "CONFIRMED""#),
            is("cognito:user_status", "CONFIRMED", false)
        );
        assert!(matches!(Filter::parse(" "), Ok(None)));
        for bad in [
            "email",
            "email = a",
            r#"email = "a" or"#,
            r#"email > "a""#,
            r#"email = "a"#,
            r#"custom:x = "a""#,
        ] {
            assert!(Filter::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_sample_of_random_subs_says_about_how_many_there_are() {
        // The 64th of a shard stands at a quarter, at the end, and at the very beginning of it.
        assert_eq!(extrapolated(64, "a4000000-0000-4000-8000-000000000000"), 255);
        assert_eq!(extrapolated(64, "afffffff-0000-4000-8000-000000000000"), 64);
        assert_eq!(extrapolated(64, "a0000000-0000-4000-8000-000000000000"), 64 << 28);
        assert_eq!(extrapolated(64, "not a sub"), 64);
    }
}
