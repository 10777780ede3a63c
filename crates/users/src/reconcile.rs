//! Where do profiles and accounts not agree, and what becomes of it?
//!
//! One commit, or a note before two of them, keeps a profile and its account together. But a pool has other
//! doors: an administrator makes, disables, renames and deletes users without asking the user API, and a table
//! can be restored from an older copy. This is the walk that finds it, first over the profiles and then over the
//! users of the pool, a page at a time, so that a function with little time can do it.
//!
//! What is mended is mended to the stricter side. A user whom either of the two keeps out stays out until
//! somebody who may changes the status; the address that the pool has proven is the one that counts; who has no
//! account any more is closed, not forgotten; and nobody gets an account, or loses one.

use crate::{
    Account, AccountChange, EmailAddress, Kind, Member, Newcomer, Problem, Profile, Query, Refused,
    Row, Status, Unfinished, UserApi, events::Happening,
};
use jiff::{SignedDuration, Timestamp};
use names::Sub;
use serde::{Deserialize, Serialize};
use serde_json::Map;
use store::Commit;

/// How old something has to be before anybody but its maker looks at it. Nobody answers a request for so long.
pub const GRACE: SignedDuration = SignedDuration::from_mins(5);

/// How many profiles are looked at in one step.
const PAGE: usize = 25;

/// What is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Drift {
    /// A change was begun and did not come to an end. It is taken back, or brought to an end if the profile
    /// knows of it.
    Unfinished {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<Sub>,
        begun_at: Timestamp,
    },
    /// There is a profile and no account. It is closed.
    NoAccount { id: Sub },
    /// The profile keeps its user out, and the account does not. The account follows.
    LetIn { id: Sub },
    /// The account keeps its user out, and the profile says nothing of it. The profile is suspended.
    KeptOut { id: Sub },
    /// The account has another proven address. The profile follows.
    OtherEmail { id: Sub },
    /// There is a user of the pool who has come in, or could, and no profile. One is made, active or suspended as
    /// the account is.
    NoProfile { id: Sub },
}

/// What a step has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub found: Vec<Drift>,
    /// How many profiles were looked at.
    pub seen: usize,
    /// How many users of the pool were looked at.
    #[serde(default)]
    pub members: usize,
    /// Where the next step begins, if there is one.
    #[serde(default)]
    pub next: Option<String>,
}

/// Where a step begins.
enum Place<'a> {
    /// Among the profiles, after this one.
    Profiles(Option<&'a str>),
    /// Among the users of the pool.
    Members(Option<&'a str>),
}

const PROFILES: &str = "profiles/";
const MEMBERS: &str = "members/";

impl<'a> Place<'a> {
    fn parse(after: Option<&'a str>) -> Option<Self> {
        let some = |rest: &'a str| Some(rest).filter(|rest| !rest.is_empty());
        let Some(after) = after else { return Some(Self::Profiles(None)) };
        if let Some(rest) = after.strip_prefix(PROFILES) {
            return Some(Self::Profiles(some(rest)));
        }
        after.strip_prefix(MEMBERS).map(|rest| Self::Members(some(rest)))
    }
}

impl UserApi {
    /// Looks at changes that did not come to an end, at a page of profiles and their accounts, or at a page of
    /// the pool's users. What is found is mended if it is wished.
    ///
    /// # Errors
    /// [`Kind::InvalidRequest`] for a place that no step has named; a breakage.
    pub async fn reconcile(
        &self,
        is_mending: bool,
        after: Option<&str>,
        now: Timestamp,
    ) -> Result<Step, Problem> {
        let no_place = || Problem::invalid("/after", "is no place of this walk");
        match Place::parse(after).ok_or_else(no_place)? {
            Place::Profiles(place) => {
                let all = Query::default();
                let place = place.map(|cursor| all.read_cursor(cursor)).transpose();
                let place = place.map_err(|_| no_place())?;
                let mut step = self.reconcile_profiles(is_mending, place.as_deref(), now).await?;
                if after.is_none() {
                    step.found.splice(0..0, self.unfinished(is_mending, now).await?);
                }
                Ok(step)
            }
            Place::Members(place) => self.reconcile_members(is_mending, place, now).await,
        }
    }

    async fn reconcile_profiles(
        &self,
        is_mending: bool,
        after: Option<&str>,
        now: Timestamp,
    ) -> Result<Step, Problem> {
        let page = self.profiles.list(&Query::default(), PAGE, after, now).await;
        let page = page.map_err(Problem::broken)?;
        let mut step = Step { seen: page.rows.len(), ..Step::default() };
        for row in &page.rows {
            // Somebody is making it.
            if now.duration_since(row.document.created_at) < GRACE {
                continue;
            }
            let Some(drift) = self.drift(&row.document, now).await? else { continue };
            if is_mending {
                self.mend(row, &drift, now).await?;
            }
            step.found.push(drift);
        }
        step.next = Some(page.next.map_or(MEMBERS.to_owned(), |next| format!("{PROFILES}{next}")));
        Ok(step)
    }

    async fn reconcile_members(
        &self,
        is_mending: bool,
        after: Option<&str>,
        now: Timestamp,
    ) -> Result<Step, Problem> {
        let page = self.accounts.members(after, now).await?;
        let mut step = Step { members: page.members.len(), ..Step::default() };
        for member in page.members {
            let is_new = now.duration_since(member.created_at) < GRACE;
            if is_new || !member.is_confirmed || self.has_profile(&member.id, now).await? {
                continue;
            }
            let id = member.id.clone();
            // Somebody is making or deleting them, or has died at it, which is drift of its own.
            let begun = self.accounts.unfinished(Timestamp::MAX, false, now).await?;
            if begun.iter().any(|begun| begun.id.as_ref().is_none_or(|other| *other == id)) {
                continue;
            }
            if is_mending {
                self.profiles.welcome(newcomer(member), now).await.map_err(Problem::broken)?;
            }
            step.found.push(Drift::NoProfile { id });
        }
        step.next = page.next.map(|next| format!("{MEMBERS}{next}"));
        Ok(step)
    }

    async fn has_profile(&self, id: &Sub, now: Timestamp) -> Result<bool, Problem> {
        Ok(self.profiles.find(id, now).await.map_err(Problem::broken)?.is_some())
    }

    /// The oldest changes that did not come to an end.
    ///
    /// # Errors
    /// A breakage.
    pub async fn unfinished(
        &self,
        is_mending: bool,
        now: Timestamp,
    ) -> Result<Vec<Drift>, Problem> {
        let found = self.accounts.unfinished(now - GRACE, is_mending, now).await?;
        let drift =
            |found: Unfinished| Drift::Unfinished { id: found.id, begun_at: found.begun_at };
        Ok(found.into_iter().map(drift).collect())
    }

    async fn drift(&self, profile: &Profile, now: Timestamp) -> Result<Option<Drift>, Problem> {
        let account = self.accounts.find(&profile.id, now).await?;
        Ok(drift_of(profile, account.as_ref()))
    }

    async fn mend(&self, row: &Row, drift: &Drift, now: Timestamp) -> Result<(), Problem> {
        let become_status = |status: Status| {
            self.profiles.change(&row.document.id, now, move |row| {
                if !row.document.status.leads_to(status) || row.document.status == status {
                    return Ok(Vec::new());
                }
                row.document.status = status;
                Ok(vec![Happening::Changed(vec!["status".to_owned()])])
            })
        };
        let mended = match drift {
            Drift::NoAccount { .. } => become_status(Status::Closed).await.map(drop),
            Drift::KeptOut { .. } => become_status(Status::Suspended).await.map(drop),
            Drift::LetIn { id } => {
                let kept = Commit::new();
                match self.accounts.change(id, AccountChange::KeepOut, kept, now).await {
                    Ok(()) => Ok(()),
                    Err(Refused::Conflict(_)) => Err(Kind::Contended.into()),
                    Err(Refused::Problem(problem)) => Err(problem),
                }
            }
            Drift::OtherEmail { id } => match self.proven_email(id, now).await? {
                Some(email) => {
                    let heeded = self.profiles.heed_email(id, &email, now).await;
                    heeded.map(drop).map_err(Problem::broken)
                }
                None => Ok(()),
            },
            Drift::Unfinished { .. } | Drift::NoProfile { .. } => Ok(()),
        };
        match mended {
            // Whoever is changing it meanwhile, or has deleted it, has made it right or will be looked at
            // in the next walk.
            Err(problem) if matches!(problem.kind(), Kind::NotFound | Kind::Contended) => Ok(()),
            mended => mended,
        }
    }

    async fn proven_email(
        &self,
        id: &Sub,
        now: Timestamp,
    ) -> Result<Option<EmailAddress>, Problem> {
        Ok(self.accounts.find(id, now).await?.as_ref().and_then(proven))
    }
}

/// A user of the pool, as somebody who came without the help of the API.
fn newcomer(member: Member) -> Newcomer {
    Newcomer {
        sub: member.id,
        attributes: member.attributes,
        data: Map::new(),
        created_at: member.created_at,
        is_enabled: member.is_enabled,
    }
}

fn proven(account: &Account) -> Option<EmailAddress> {
    let email = account.email.as_deref().filter(|_| account.is_email_verified)?;
    EmailAddress::parse(email).ok()
}

/// What is wrong with a profile and its account, the worst first.
fn drift_of(profile: &Profile, account: Option<&Account>) -> Option<Drift> {
    let id = profile.id.clone();
    let Some(account) = account else {
        return (profile.status != Status::Closed).then_some(Drift::NoAccount { id });
    };
    match (account.is_enabled, profile.status.may_sign_in()) {
        (true, false) => return Some(Drift::LetIn { id }),
        (false, true) => return Some(Drift::KeptOut { id }),
        (true, true) | (false, false) => {}
    }
    let email = proven(account)?;
    (profile.email.as_ref() != Some(&email)).then_some(Drift::OtherEmail { id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ProfileDetails;

    const SUB: &str = "d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa";

    fn profile(status: Status) -> Profile {
        Profile {
            id: Sub::parse(SUB).unwrap(),
            name: None,
            first_name: None,
            last_name: None,
            handle: None,
            email: Some(EmailAddress::parse("ann@example.com").unwrap()),
            created_at: Timestamp::UNIX_EPOCH,
            last_login_at: None,
            role: None,
            status,
            source_system: None,
            profile: ProfileDetails::default(),
        }
    }

    fn account(is_enabled: bool, email: &str) -> Account {
        Account { is_enabled, email: Some(email.to_owned()), is_email_verified: true }
    }

    #[test]
    fn each_drift_has_its_name_and_agreement_has_none() {
        let id = Sub::parse(SUB).unwrap();
        let same = account(true, "ann@example.com");
        let out = account(false, "ann@example.com");
        assert_eq!(drift_of(&profile(Status::Active), Some(&same)), None);
        for status in [Status::Pending, Status::Suspended, Status::Closed] {
            assert_eq!(drift_of(&profile(status), Some(&out)), None);
            let found = drift_of(&profile(status), Some(&same));
            assert_eq!(found, Some(Drift::LetIn { id: id.clone() }));
        }
        let found = drift_of(&profile(Status::Active), Some(&out));
        assert_eq!(found, Some(Drift::KeptOut { id: id.clone() }));
        let found = drift_of(&profile(Status::Active), None);
        assert_eq!(found, Some(Drift::NoAccount { id: id.clone() }));
        assert_eq!(drift_of(&profile(Status::Closed), None), None);

        let mut other = account(true, "anna@example.com");
        let found = drift_of(&profile(Status::Active), Some(&other));
        assert_eq!(found, Some(Drift::OtherEmail { id }));
        // What nobody has proven says nothing.
        other.is_email_verified = false;
        assert_eq!(drift_of(&profile(Status::Active), Some(&other)), None);
    }

    #[test]
    fn a_step_is_written_as_programs_read_it() {
        let step = Step {
            found: vec![Drift::KeptOut { id: Sub::parse(SUB).unwrap() }],
            seen: 1,
            members: 0,
            next: None,
        };
        let expected = serde_json::json!({
            "found": [{ "kind": "kept-out", "id": SUB }], "seen": 1, "members": 0, "next": null,
        });
        assert_eq!(serde_json::to_value(&step).unwrap(), expected);
    }
}
