//! How are accounts changed in a pool of the same store?

use super::{Account, AccountChange, Accounts, MEMBERS, Member, MemberPage, NewAccount, Refused};
use crate::{Kind, Problem};
use async_trait::async_trait;
use jiff::Timestamp;
use names::{Sub, UserPoolId, Username};
use pool::{Attributes, Contact, CreateAccount, Error, NotKept, Pools, Refusal, Taken, UserStatus};
use store::Commit;

/// Accounts in a pool of the same store: one commit for both.
pub struct BesidePool {
    pub pools: Pools,
    pub pool: UserPoolId,
}

#[async_trait]
impl Accounts for BesidePool {
    async fn create(
        &self,
        new: NewAccount,
        and: &(dyn for<'a> Fn(&'a Sub) -> Commit + Send + Sync),
        _: Timestamp,
    ) -> Result<Sub, Refused> {
        let pool = self.pools.pool(&self.pool).await.map_err(refused)?;
        let mut attributes = Attributes::new();
        attributes.insert("email".to_owned(), new.email.as_str().to_owned());
        for (attribute, name) in
            [("name", &new.name), ("given_name", &new.first_name), ("family_name", &new.last_name)]
        {
            if let Some(name) = name {
                attributes.insert(attribute.to_owned(), name.as_str().to_owned());
            }
        }
        let username = if pool.has_username_attributes() {
            Username::parse(new.email.as_str()).map_err(|_| {
                Problem::invalid("/email", "The address is longer than a user name may be.")
            })?
        } else {
            self.username(&new)?
        };
        let password = &new.password;
        let account = CreateAccount { username: &username, attributes, password };
        match self.pools.create_account(&pool, account, and).await {
            Ok(sub) => Ok(sub),
            Err(NotKept::Conflict(conflict)) => Err(Refused::Conflict(conflict)),
            Err(NotKept::Error(error)) => Err(refused(error).into()),
        }
    }

    async fn change(
        &self,
        id: &Sub,
        change: AccountChange,
        mut and: Commit,
        now: Timestamp,
    ) -> Result<(), Refused> {
        if change == AccountChange::Delete {
            return match self.pools.delete_user_with(&self.pool, id, and).await {
                Ok(()) => Ok(()),
                Err(NotKept::Conflict(conflict)) => Err(Refused::Conflict(conflict)),
                Err(NotKept::Error(error)) => Err(refused(error).into()),
            };
        }
        let mut user = match self.pools.user_by_sub(&self.pool, id).await {
            Ok(user) => user,
            // Who is gone is kept out already, and the profile can still say so.
            Err(Error::Refused(Refusal::NoUser)) if change == AccountChange::KeepOut => {
                return Ok(self.pools.records().commit(and, now).await?);
            }
            Err(error) => return Err(refused(error).into()),
        };
        match change {
            AccountChange::Activate => {
                user.verify(Contact::Email);
                user.enable(now);
            }
            AccountChange::LetIn => user.enable(now),
            AccountChange::KeepOut | AccountChange::Delete => user.disable(now),
            AccountChange::SetEmail { email, is_verified } => {
                user.set_attribute("email", email.as_str());
                if is_verified {
                    user.verify(Contact::Email);
                }
                user.modified_at = now;
            }
        }
        let pool = self.pools.pool(&self.pool).await.map_err(refused)?;
        user.rename(&pool);
        and.save(&user);
        match self.pools.records().commit(and, now).await {
            Ok(()) => Ok(()),
            Err(store::Refused::Broken(broken)) => Err(Problem::broken(broken).into()),
            Err(store::Refused::Conflict(conflict)) => {
                let is_of_user = conflict.is_on(&store::Record::key(&*user));
                let taken = user.taken(&pool, |key| conflict.is_on(key));
                match taken.filter(|_| !is_of_user) {
                    Some(taken) => Err(taken_problem(taken).into()),
                    None => Err(Refused::Conflict(conflict)),
                }
            }
        }
    }

    async fn find(&self, id: &Sub, _: Timestamp) -> Result<Option<Account>, Problem> {
        match self.pools.user_by_sub(&self.pool, id).await {
            Ok(user) => Ok(Some(Account {
                is_enabled: user.is_enabled,
                email: user.attribute("email").map(str::to_owned),
                is_email_verified: user.is_verified(Contact::Email),
            })),
            Err(Error::Refused(Refusal::NoUser)) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    async fn members(&self, after: Option<&str>, _: Timestamp) -> Result<MemberPage, Problem> {
        let pool = self.pools.pool(&self.pool).await.map_err(refused)?;
        let page = self.pools.list_users(&pool, None, usize::from(MEMBERS), after).await;
        let page = page.map_err(refused)?;
        let members = page.items.into_iter().map(|user| Member {
            id: user.sub.clone(),
            is_confirmed: !matches!(
                user.status,
                UserStatus::Unconfirmed | UserStatus::ForceChangePassword
            ),
            is_enabled: user.is_enabled,
            attributes: user.attributes.clone(),
            created_at: user.created_at,
        });
        Ok(MemberPage { members: members.collect(), next: page.next })
    }
}

impl BesidePool {
    /// The handle is what people sign in with where their address is not; somebody without one gets a name
    /// that nobody has.
    fn username(&self, new: &NewAccount) -> Result<Username, Problem> {
        let name = match &new.handle {
            Some(handle) => handle.as_str().to_owned(),
            None => self.pools.random().uuid_v4(),
        };
        Username::parse(name).map_err(|_| Problem::invalid("/handle", "It makes no user name."))
    }
}

fn taken_problem(taken: Taken) -> Problem {
    let problem = Problem::new(Kind::Taken);
    match taken {
        Taken::Email => problem.at("/email", "Somebody has this address."),
        Taken::Username | Taken::PreferredUsername | Taken::PhoneNumber => {
            problem.at("/handle", "Somebody has this name.")
        }
    }
}

fn refused(error: Error) -> Problem {
    let refusal = match error {
        Error::Broken(broken) => return Problem::broken(broken),
        Error::Refused(refusal) => refusal,
    };
    match refusal {
        Refusal::AccountExists(taken)
        | Refusal::AliasExists(taken)
        | Refusal::UserExists(taken) => taken_problem(taken),
        Refusal::PasswordBreaksPolicy(what) => Problem::invalid("/password", what),
        Refusal::PasswordCompromised => {
            Problem::invalid("/password", "It is a password that everybody knows.")
        }
        Refusal::NoUser => Problem::new(Kind::Conflict).saying("The account is gone."),
        Refusal::Invalid(what) => Problem::new(Kind::InvalidRequest).saying(what),
        Refusal::TriggerThrew { .. } => {
            Problem::new(Kind::Unprocessable).saying("The pool does not let this user in.")
        }
        Refusal::Contended => Kind::Contended.into(),
        Refusal::Busy => Problem::new(Kind::Unavailable).retry_after(1),
        other => {
            tracing::error!(refusal = ?other, "the pool refused what the user API asked of it");
            Problem::internal()
        }
    }
}
