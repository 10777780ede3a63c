//! What changes a profile and its account together?

use crate::{
    AccountChange, Kind, Problem, Refused, Row, Status, UserApi, events::Happening,
    precondition::IfMatch, profiles::TRIES,
};
use jiff::Timestamp;
use names::Sub;
use store::Commit;

impl UserApi {
    /// Gives a profile another status, and lets its user in or keeps them out accordingly. A user who is kept
    /// out is signed out everywhere. The status that it has already changes nothing.
    ///
    /// # Errors
    /// [`Kind::NotFound`], [`Kind::StatusNotReachable`], [`Kind::StaleVersion`], [`Kind::Contended`].
    pub(crate) async fn set_status(
        &self,
        id: &Sub,
        to: Status,
        if_match: &IfMatch,
        now: Timestamp,
    ) -> Result<Row, Problem> {
        for _ in 0..TRIES {
            let mut row = self.profiles.get(id, now).await?;
            if_match.check(&row)?;
            let from = row.document.status;
            if !from.leads_to(to) {
                let (from, to) = (from.as_str(), to.as_str());
                let detail = format!("A profile that is {from} cannot become {to}.");
                return Err(Problem::new(Kind::StatusNotReachable).saying(detail));
            }
            if from == to {
                return Ok(row.into_inner());
            }
            row.document.status = to;
            let mut commit = Commit::new();
            let happening = match (from, to) {
                (Status::Pending, Status::Active) => Happening::Activated,
                _ => Happening::Changed(vec!["status".to_owned()]),
            };
            row.tell(&mut commit, happening, now);
            commit.save(&row);
            // The code of somebody who does not wait any more is good for nothing.
            let code = self.profiles.activation_of(id, now).await.map_err(Problem::broken)?;
            if let Some(code) = &code {
                commit.delete(code);
            }
            let change =
                if to.may_sign_in() { AccountChange::LetIn } else { AccountChange::KeepOut };
            match self.accounts.change(id, change, commit, now).await {
                Ok(()) => return Ok(row.into_inner()),
                Err(Refused::Problem(problem)) => return Err(problem),
                Err(Refused::Conflict(_)) => {}
            }
        }
        Err(Kind::Contended.into())
    }

    /// Deletes a user: the account, the profile, and what is kept beside them.
    ///
    /// # Errors
    /// [`Kind::NotFound`], [`Kind::StaleVersion`], [`Kind::Contended`].
    pub(crate) async fn delete(
        &self,
        id: &Sub,
        if_match: &IfMatch,
        now: Timestamp,
    ) -> Result<(), Problem> {
        for _ in 0..TRIES {
            let mut row = self.profiles.get(id, now).await?;
            if_match.check(&row)?;
            let mut commit = Commit::new();
            row.tell(&mut commit, Happening::Deleted, now);
            commit.delete(&row);
            let code = self.profiles.activation_of(id, now).await.map_err(Problem::broken)?;
            if let Some(code) = &code {
                commit.delete(code);
            }
            let leaving = self.avatars.leave(id, &mut commit, now).await?;
            match self.accounts.change(id, AccountChange::Delete, commit, now).await {
                Ok(()) => {
                    self.avatars.left(leaving).await;
                    return Ok(());
                }
                Err(Refused::Problem(problem)) => return Err(problem),
                Err(Refused::Conflict(_)) => {}
            }
        }
        Err(Kind::Contended.into())
    }
}
