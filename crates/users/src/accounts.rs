//! What of a profile has a consequence for the user's account?

#[cfg(feature = "beside-pool")]
mod beside_pool;

#[cfg(feature = "beside-pool")]
pub use beside_pool::BesidePool;

use crate::{EmailAddress, Handle, PersonName, Problem};
use async_trait::async_trait;
use jiff::Timestamp;
use names::{Password, Sub};
use std::collections::BTreeMap;
use store::{Commit, Conflict};

/// An account that is to be made. It is confirmed and has a password of its own, and is kept out until
/// [`AccountChange::Activate`].
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Not proven yet.
    pub email: EmailAddress,
    /// Where people do not sign in with their address, it is their user name.
    pub handle: Option<Handle>,
    pub name: Option<PersonName>,
    pub first_name: Option<PersonName>,
    pub last_name: Option<PersonName>,
    pub password: Password,
}

/// How many users a page has at most.
pub const MEMBERS: u8 = 25;

/// What becomes of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// The address is proven, and the user may sign in.
    Activate,
    /// The user may sign in.
    LetIn,
    /// The user may not sign in, and is signed out everywhere.
    KeepOut,
    /// The user has another address.
    SetEmail { email: EmailAddress, is_verified: bool },
    /// There is no such user any more.
    Delete,
}

/// An account, as far as the API needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub is_enabled: bool,
    pub email: Option<String>,
    pub is_email_verified: bool,
}

/// A user of the pool, as a listing has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: Sub,
    /// Whether they have shown who they are. Those who have not, and those whom an administrator invited and
    /// who never came, have no profile yet.
    pub is_confirmed: bool,
    pub is_enabled: bool,
    /// The attributes of the pool user.
    pub attributes: BTreeMap<String, String>,
    pub created_at: Timestamp,
}

/// A part of the users of a pool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberPage {
    pub members: Vec<Member>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// A change that was begun and did not come to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Whose account it is, unless that was still to be made.
    pub id: Option<Sub>,
    pub begun_at: Timestamp,
}

/// Why an account and its profile stay as they are.
#[derive(Debug)]
pub enum Refused {
    /// A condition of the commit did not hold. Read again and decide again: unless a claim of the profile
    /// is what it is about, trying again is right.
    Conflict(Conflict),
    /// Trying again changes nothing.
    Problem(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<store::Refused> for Refused {
    fn from(refused: store::Refused) -> Self {
        match refused {
            store::Refused::Conflict(conflict) => Self::Conflict(conflict),
            store::Refused::Broken(broken) => Self::Problem(Problem::broken(broken)),
        }
    }
}

/// Changes that a profile and its account must make together.
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// Makes an account, and with it the writes of `and`, which is asked for them once the id is known. It
    /// may be asked more than once.
    ///
    /// # Errors
    /// [`Kind::Taken`](crate::Kind::Taken) at `/email` if the address is somebody's,
    /// [`Kind::InvalidRequest`](crate::Kind::InvalidRequest) at `/password` if the password breaks the
    /// policy; a conflict on the writes of `and`, after which there is no such account.
    async fn create(
        &self,
        new: NewAccount,
        and: &(dyn for<'a> Fn(&'a Sub) -> Commit + Send + Sync),
        now: Timestamp,
    ) -> Result<Sub, Refused>;

    /// Changes an account, and with it what the commit writes. An account that is gone already can still
    /// be kept out and deleted.
    ///
    /// # Errors
    /// [`Kind::Conflict`](crate::Kind::Conflict) if the account is gone and was to be let in,
    /// [`Kind::Taken`](crate::Kind::Taken) at `/email`; a conflict, after which nothing was changed.
    async fn change(
        &self,
        id: &Sub,
        change: AccountChange,
        and: Commit,
        now: Timestamp,
    ) -> Result<(), Refused>;

    /// The account of a user, if there is one.
    ///
    /// # Errors
    /// A breakage.
    async fn find(&self, id: &Sub, now: Timestamp) -> Result<Option<Account>, Problem>;

    /// A page of all users of the pool, at most [`MEMBERS`] of them. Who comes or goes during the walk may be
    /// met or not; who stays is met.
    ///
    /// # Errors
    /// [`Kind::InvalidRequest`](crate::Kind::InvalidRequest) for a place that no page has named; a breakage.
    async fn members(&self, after: Option<&str>, now: Timestamp) -> Result<MemberPage, Problem>;

    /// Changes that began before this moment and did not come to an end, since whoever made them died, some
    /// of them at a time. When they are to be mended, none of them is there afterwards. Where an account and
    /// its profile are changed in one commit, there are none.
    ///
    /// # Errors
    /// A breakage.
    async fn unfinished(
        &self,
        before: Timestamp,
        is_mending: bool,
        now: Timestamp,
    ) -> Result<Vec<Unfinished>, Problem> {
        let _ = (before, is_mending, now);
        Ok(Vec::new())
    }
}
