//! How are many profiles listed, without reading all of them?
//!
//! A listing is a claim of each profile, spread over sixteen partitions by the first digit of its id, which
//! is random. A page asks all sixteen for what comes after the place where the last page ended, and puts the
//! answers in order: so the order is that of the whole listing, and a cursor is one place.

use super::{Profiles, Row};
use crate::{PersonName, Profile, Status, person::fold};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::future::try_join_all;
use jiff::Timestamp;
use names::Sub;
use store::{Broken, Key, Range, Record as _};

const SHARDS: &str = "0123456789abcdef";

/// Between what a listing is ordered by and the id: sorts before everything that a name may go on with.
const END: char = '\u{1}';

/// How many places of a partition a page reads at most, in a listing where not everything fits.
const MOST_READ: usize = 200;

/// What profiles are asked for. All that is said must be true of a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pub status: Option<Status>,
    /// What the name begins with, whatever its case. Such a listing is in the order of the names, others
    /// in the order in which profiles were made.
    pub name: Option<String>,
    /// The name is no beginning, but all of it.
    pub is_whole_name: bool,
}

/// A page of profiles.
#[derive(Debug)]
pub struct Page {
    /// May be fewer than asked for, even none, while there is a `next`.
    pub rows: Vec<Row>,
    /// Where the next page begins, if there is one. Good for the same query only.
    pub next: Option<String>,
}

/// The cursor is not one of this query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadCursor;

/// Where a profile stands in the listings.
pub(super) fn places(table: &str, document: &Profile) -> impl Iterator<Item = Key> {
    let shard = document.id.as_str().chars().next().unwrap_or('0');
    let made = made_place(document.created_at, &document.id);
    let all = Key::new(made_partition(table, None, shard), made.clone());
    let status = Key::new(made_partition(table, Some(document.status), shard), made);
    let name = document.name.as_ref().map(|name| {
        let place = format!("{}{END}{}", begin_of(&name.folded()), document.id);
        Key::new(name_partition(table, shard), place)
    });
    [Some(all), Some(status), name].into_iter().flatten()
}

fn made_partition(table: &str, status: Option<Status>, shard: char) -> String {
    match status {
        None => format!("table/{table}/made/{shard}"),
        Some(status) => format!("table/{table}/status/{}/{shard}", status.as_str()),
    }
}

fn name_partition(table: &str, shard: char) -> String {
    format!("table/{table}/name/{shard}")
}

/// The width never changes, so that later sorts later. Nobody was made before 1970.
fn made_place(at: Timestamp, id: &Sub) -> String {
    format!("{:015}{END}{id}", at.as_millisecond().max(0))
}

/// As much of a name as a place has room for.
fn begin_of(folded: &str) -> &str {
    let mut end = folded.len().min(512);
    while !folded.is_char_boundary(end) {
        end -= 1;
    }
    folded.get(..end).unwrap_or(folded)
}

impl Query {
    fn partition(&self, table: &str, shard: char) -> String {
        match &self.name {
            Some(_) => name_partition(table, shard),
            None => made_partition(table, self.status, shard),
        }
    }

    fn prefix(&self) -> String {
        let Some(name) = &self.name else { return String::new() };
        let folded = fold(name);
        let begin = begin_of(&folded);
        if self.is_whole_name { format!("{begin}{END}") } else { begin.to_owned() }
    }

    fn fits(&self, document: &Profile) -> bool {
        let has_name = self.name.as_deref().is_none_or(|begin| {
            let folded = document.name.as_ref().map(PersonName::folded);
            let begin = fold(begin);
            folded.is_some_and(|name| {
                if self.is_whole_name { name == begin } else { name.starts_with(&begin) }
            })
        });
        has_name && self.status.is_none_or(|status| document.status == status)
    }

    /// Whether places are read whose profiles may not fit.
    fn is_sparse(&self) -> bool {
        self.name.is_some() && self.status.is_some()
    }

    /// A cursor says which query it is of, and is good for no other.
    fn mark(&self) -> [u8; 8] {
        let status = self.status.map(Status::as_str);
        let name = self.name.as_deref().map(fold);
        let text = format!("{status:?} {name:?} {}", self.is_whole_name);
        let mut mark = [0; 8];
        for (to, from) in mark.iter_mut().zip(crypto::sha256(text.as_bytes())) {
            *to = from;
        }
        mark
    }

    fn write_cursor(&self, place: &str) -> String {
        URL_SAFE_NO_PAD.encode([self.mark().as_slice(), place.as_bytes()].concat())
    }

    /// The place that a cursor stands for.
    ///
    /// # Errors
    /// [`BadCursor`].
    pub fn read_cursor(&self, cursor: &str) -> Result<String, BadCursor> {
        if cursor.len() > 1024 {
            return Err(BadCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        let place = bytes.strip_prefix(self.mark().as_slice()).ok_or(BadCursor)?;
        let place = std::str::from_utf8(place).map_err(|_| BadCursor)?;
        // What was made up may say anything; it says nothing that is not a place.
        let is_place = place.split_once(END).is_some_and(|(_, id)| Sub::parse(id).is_ok());
        if is_place { Ok(place.to_owned()) } else { Err(BadCursor) }
    }
}

impl Profiles {
    /// A page of the profiles that fit, after the place that a cursor was read to.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn list(
        &self,
        query: &Query,
        limit: usize,
        after: Option<&str>,
        now: Timestamp,
    ) -> Result<Page, Broken> {
        let read = if query.is_sparse() { MOST_READ } else { limit };
        let lists = SHARDS.chars().map(|shard| async move {
            let range = Range {
                partition: query.partition(&self.table, shard),
                prefix: query.prefix(),
                after: after.map(str::to_owned),
                limit: read,
            };
            self.records.list_places(&range, now).await
        });
        let mut places: Vec<String> = Vec::new();
        // Beyond this place a partition was not read, so what others have there waits for the next page.
        let mut horizon: Option<String> = None;
        for (found, next) in try_join_all(lists).await? {
            places.extend(found);
            if let Some(next) = next
                && horizon.as_ref().is_none_or(|known| next < *known)
            {
                horizon = Some(next);
            }
        }
        places.sort_unstable();
        if let Some(horizon) = &horizon {
            places.retain(|place| place <= horizon);
        }
        let is_cut = places.len() > read;
        places.truncate(read);
        let rows = self.rows_at(query, &places, now).await?;

        let mut last = if is_cut { places.last().cloned() } else { horizon };
        let mut fitting: Vec<(String, Row)> = rows;
        if fitting.len() > limit {
            fitting.truncate(limit);
            last = fitting.last().map(|(place, _)| place.clone());
        }
        let next = last.map(|place| query.write_cursor(&place));
        Ok(Page { rows: fitting.into_iter().map(|(_, row)| row).collect(), next })
    }

    /// The profiles that stand at these places and fit. One that has just left its place is left out.
    async fn rows_at(
        &self,
        query: &Query,
        places: &[String],
        now: Timestamp,
    ) -> Result<Vec<(String, Row)>, Broken> {
        let id = |place: &String| place.rsplit_once(END).and_then(|(_, id)| Sub::parse(id).ok());
        let found: Vec<(&String, Sub)> =
            places.iter().filter_map(|place| Some((place, id(place)?))).collect();
        let keys: Vec<Key> = found.iter().map(|(_, id)| super::key(&self.table, id)).collect();
        let rows = self.records.get_all::<Row>(&keys, now).await?;
        let standing = found.into_iter().zip(rows).filter_map(|((place, id), row)| {
            let row = row?.into_inner();
            let shard = id.as_str().chars().next()?;
            let here = Key::new(query.partition(&self.table, shard), place.clone());
            let stands = row.claims().iter().any(|claim| claim.key == here);
            (stands && query.fits(&row.document)).then(|| (place.clone(), row))
        });
        Ok(standing.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EmailAddress, ProfileDetails};
    use std::sync::Arc;
    use store::{Commit, MemoryStore, Records};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    async fn with(count: i64) -> Profiles {
        let profiles = Profiles::new(Records::new(Arc::new(MemoryStore::new())), "people");
        for number in 0..count {
            // Ids in no order, moments in order.
            let digits =
                format!("{:032x}", (number * 7919 + 13) as u128 * 0x0123_4567_89ab_cdef_u128);
            let id = format!(
                "{}-{}-{}-{}-{}",
                &digits[24..32],
                &digits[20..24],
                &digits[16..20],
                &digits[12..16],
                &digits[0..12],
            );
            let status = if number % 3 == 0 { Status::Pending } else { Status::Active };
            let document = Profile {
                id: Sub::parse(id).unwrap(),
                name: Some(PersonName::parse(&format!("Ann {number:04}")).unwrap()),
                first_name: None,
                last_name: None,
                handle: None,
                email: Some(EmailAddress::parse(&format!("ann{number}@example.com")).unwrap()),
                created_at: Timestamp::from_second(number).unwrap(),
                last_login_at: None,
                role: None,
                status,
                source_system: None,
                profile: ProfileDetails::default(),
            };
            let mut commit = Commit::new();
            commit.create(&profiles.row(document));
            profiles.records().commit(commit, NOW).await.unwrap();
        }
        profiles
    }

    async fn all(profiles: &Profiles, query: &Query, limit: usize) -> Vec<String> {
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        for _ in 0..1000 {
            let page = profiles.list(query, limit, after.as_deref(), NOW).await.unwrap();
            assert!(page.rows.len() <= limit);
            seen.extend(page.rows.iter().map(|row| row.document.name.clone().unwrap().to_string()));
            let Some(next) = page.next else { return seen };
            after = Some(query.read_cursor(&next).unwrap());
        }
        panic!("the listing has no end");
    }

    fn names(numbers: impl Iterator<Item = i64>) -> Vec<String> {
        numbers.map(|number| format!("Ann {number:04}")).collect()
    }

    #[tokio::test]
    async fn pages_of_every_size_give_everybody_once_and_in_order() {
        let profiles = with(157).await;
        for limit in [1, 2, 7, 10, 50, 100] {
            assert_eq!(all(&profiles, &Query::default(), limit).await, names(0..157), "{limit}");
        }
        let pending = Query { status: Some(Status::Pending), ..Query::default() };
        let expected = names((0..157).filter(|number| number % 3 == 0));
        assert_eq!(all(&profiles, &pending, 10).await, expected);
        let name = Query { name: Some("ANN 01".to_owned()), ..Query::default() };
        assert_eq!(all(&profiles, &name, 10).await, names(100..157));
        let both = Query { status: Some(Status::Pending), ..name };
        let expected = names((100..157).filter(|number| number % 3 == 0));
        assert_eq!(all(&profiles, &both, 10).await, expected);
        let nobody = Query { name: Some("Bob".to_owned()), ..Query::default() };
        assert!(all(&profiles, &nobody, 10).await.is_empty());
    }

    #[tokio::test]
    async fn a_cursor_is_good_for_its_query_only() {
        let profiles = with(20).await;
        let all = Query::default();
        let next = profiles.list(&all, 5, None, NOW).await.unwrap().next.unwrap();
        assert!(all.read_cursor(&next).is_ok());
        let other = Query { status: Some(Status::Active), ..Query::default() };
        assert_eq!(other.read_cursor(&next), Err(BadCursor));
        for bad in ["", "x", "AAAA", &"A".repeat(5000), &format!("{next}A")] {
            assert_eq!(all.read_cursor(bad), Err(BadCursor), "{bad}");
        }
    }
}
