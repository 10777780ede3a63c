//! Where do profiles and accounts not agree, and what becomes of it?
//!
//! One commit, or a note before two of them, keeps a profile and its account together. But a pool has other
//! doors: an administrator disables, renames and deletes users without asking the user API. This is the walk
//! that finds it, a page at a time, so that a function with little time can do it.
//!
//! What is mended is mended to the stricter side. A user whom either of the two keeps out stays out until
//! somebody who may changes the status; the address that the pool has proven is the one that counts; and who
//! has no account any more is closed, not forgotten.

use crate::{
    Account, AccountChange, EmailAddress, Kind, Problem, Profile, Query, Refused, Row, Status,
    Unfinished, UserApi, events::Happening,
};
use jiff::{SignedDuration, Timestamp};
use names::Sub;
use serde::{Deserialize, Serialize};
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
}

/// What a step has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub found: Vec<Drift>,
    /// How many profiles were looked at.
    pub seen: usize,
    /// Where the next step begins, if there is one.
    #[serde(default)]
    pub next: Option<String>,
}

impl UserApi {
    /// Looks at a page of profiles and their accounts, and at changes that did not come to an end. What is
    /// found is mended if it is wished.
    ///
    /// # Errors
    /// [`Kind::InvalidRequest`] for a place that no step has named; a breakage.
    pub async fn reconcile(
        &self,
        is_mending: bool,
        after: Option<&str>,
        now: Timestamp,
    ) -> Result<Step, Problem> {
        let mut step = Step::default();
        if after.is_none() {
            step.found = self.unfinished(is_mending, now).await?;
        }
        let all = Query::default();
        let place = after.map(|cursor| all.read_cursor(cursor)).transpose();
        let place = place.map_err(|_| Problem::invalid("/after", "is no place of this walk"))?;
        let page = self.profiles.list(&all, PAGE, place.as_deref(), now).await;
        let page = page.map_err(Problem::broken)?;
        for row in &page.rows {
            step.seen += 1;
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
        step.next = page.next;
        Ok(step)
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
            Drift::Unfinished { .. } => Ok(()),
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
            next: None,
        };
        let expected = serde_json::json!({
            "found": [{ "kind": "kept-out", "id": SUB }], "seen": 1, "next": null,
        });
        assert_eq!(serde_json::to_value(&step).unwrap(), expected);
    }
}
