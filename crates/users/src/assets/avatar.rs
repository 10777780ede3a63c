//! How does somebody's picture become their avatar?
//!
//! One user has one picture. It, the profile that points to it and the going of the one before are one commit.
//! What costs something is counted before it is done.

use super::{
    PICTURES, PictureName, Pictures, Studio, UPLOAD_MINUTES, UploadAddress, UploadName, Uploads,
    uploads::{Ticket, length},
};
use crate::{Kind, Problem, Profiles, events::Happening, profiles::TRIES};
use bytes::Bytes;
use crypto::Random;
use jiff::{SignedDuration, Timestamp};
use names::Sub;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Commit, Kept, Key, Record, Refused};

/// How many pictures, or addresses to send one to, somebody may ask for in an hour.
pub const CHANGES_AN_HOUR: usize = 10;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The avatars of the users of one table. Cheap to clone.
#[derive(Clone)]
pub struct Avatars {
    profiles: Profiles,
    pictures: Arc<dyn Pictures>,
    uploads: Arc<dyn Uploads>,
    random: Arc<dyn Random>,
    studio: Studio,
}

/// What is known of a user's picture, beside the profile.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Own {
    table: String,
    user: Sub,
    #[serde(default)]
    picture: Option<PictureName>,
    /// When something was asked for, in the last hour.
    #[serde(default)]
    asked: Vec<Timestamp>,
    #[serde(default)]
    upload: Option<Expected>,
}

/// A file that its owner was given an address for.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Expected {
    name: UploadName,
    expires_at: Timestamp,
}

impl Record for Own {
    const KIND: &'static str = "avatar";

    fn key(&self) -> Key {
        key(&self.table, &self.user)
    }
}

fn key(table: &str, user: &Sub) -> Key {
    Key::new(format!("table/{table}/{user}"), "avatar")
}

/// A picture that a commit lets go of, for what is to be done after it.
#[must_use]
#[derive(Debug, Default)]
pub struct Leaving(Option<PictureName>);

impl Avatars {
    /// The avatars of these profiles.
    pub fn new(
        profiles: Profiles,
        pictures: Arc<dyn Pictures>,
        uploads: Arc<dyn Uploads>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self { profiles, pictures, uploads, random, studio: Studio::default() }
    }

    /// The picture of a name.
    ///
    /// # Errors
    /// A breakage.
    pub async fn picture(
        &self,
        name: &PictureName,
        now: Timestamp,
    ) -> Result<Option<Bytes>, Problem> {
        self.pictures.find(name, now).await
    }

    /// Makes the picture in a file somebody's avatar, and answers its address.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for a user without a profile, [`Kind::TooManyRequests`], [`NoPicture`](super::NoPicture); a breakage.
    pub async fn set(&self, user: &Sub, file: Bytes, now: Timestamp) -> Result<String, Problem> {
        self.count(user, None, now).await?;
        self.draw(user, file, now).await
    }

    /// Gives an address to send a file of this length to.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub async fn begin(
        &self,
        user: &Sub,
        asked: u64,
        now: Timestamp,
    ) -> Result<UploadAddress, Problem> {
        let length = length(asked)?;
        let expires_at =
            now.checked_add(SignedDuration::from_mins(UPLOAD_MINUTES)).map_err(Problem::broken)?;
        let ticket = Ticket::generate(self.random.as_ref());
        let expected = Expected { name: ticket.name(), expires_at };
        let before = self.count(user, Some(expected), now).await?;
        if let Some(before) = before {
            self.uploads.forget(&before.name, now).await;
        }
        self.uploads.begin(&ticket, length, expires_at, now).await
    }

    /// Takes a file at an address of ours.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for an address that is not good, [`Kind::InvalidRequest`] for another length.
    pub async fn receive(&self, ticket: &str, file: Bytes, now: Timestamp) -> Result<(), Problem> {
        let ticket = Ticket::parse(ticket).ok_or_else(Problem::not_found)?;
        self.uploads.receive(&ticket, file, now).await
    }

    /// Makes the picture in the file that was sent somebody's avatar, and answers its address.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if nothing was sent; otherwise as [`Self::set`].
    pub async fn confirm(&self, user: &Sub, now: Timestamp) -> Result<String, Problem> {
        let nothing = || Problem::new(Kind::Conflict).saying("No file was sent to confirm.");
        let own = self.own(user, now).await?;
        let expected = own.and_then(|own| own.upload.clone()).filter(|one| one.expires_at > now);
        let name = expected.ok_or_else(nothing)?.name;
        let file = self.uploads.find(&name, now).await?.ok_or_else(nothing)?;
        let drawn = self.draw(user, file, now).await;
        // A file that is no picture is not looked at again. One that had to wait may be.
        if drawn.as_ref().map_or_else(|no| no.kind() == Kind::Unprocessable, |_| true) {
            self.uploads.forget(&name, now).await;
        }
        drawn
    }

    /// Takes somebody's avatar away.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for a user without a profile; a breakage.
    pub async fn remove(&self, user: &Sub, now: Timestamp) -> Result<(), Problem> {
        self.change(user, None, now).await
    }

    /// Lets go of a user's picture with the commit that deletes the user. After it, say so by
    /// [`Self::left`].
    ///
    /// # Errors
    /// A breakage.
    pub async fn leave(
        &self,
        user: &Sub,
        commit: &mut Commit,
        now: Timestamp,
    ) -> Result<Leaving, Problem> {
        let Some(own) = self.own(user, now).await? else { return Ok(Leaving::default()) };
        if let Some(picture) = &own.picture {
            self.pictures.leave(picture, commit, now).await?;
        }
        commit.delete(&own);
        Ok(Leaving(own.into_inner().picture))
    }

    /// The commit that let go of a picture is done.
    pub async fn left(&self, Leaving(picture): Leaving) {
        if let Some(picture) = picture {
            self.pictures.left(&picture).await;
        }
    }

    async fn draw(&self, user: &Sub, file: Bytes, now: Timestamp) -> Result<String, Problem> {
        let picture = self.studio.redraw(file).await?;
        let name = PictureName::of(user, &picture);
        let url = format!("{PICTURES}{name}");
        self.change(user, Some((name, picture)), now).await?;
        Ok(url)
    }

    /// Gives a user another picture, or none.
    async fn change(
        &self,
        user: &Sub,
        picture: Option<(PictureName, Bytes)>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let url = picture.as_ref().map(|(name, _)| format!("{PICTURES}{name}"));
        for _ in 0..TRIES {
            let mut row = self.profiles.get(user, now).await?;
            let own = self.own(user, now).await?;
            let before = own.as_ref().and_then(|own| own.picture.clone());
            let new = picture.as_ref().filter(|(name, _)| before.as_ref() != Some(name));
            let gone =
                before.filter(|before| picture.as_ref().is_none_or(|(name, _)| name != before));
            let mut commit = Commit::new();
            if let Some((name, picture)) = new {
                self.pictures.keep(name, picture, &mut commit).await?;
            }
            if let Some(gone) = &gone {
                self.pictures.leave(gone, &mut commit, now).await?;
            }
            let name = picture.as_ref().map(|(name, _)| name.clone());
            self.save(own, user, &mut commit, |own| own.picture = name);
            let address = &mut row.document.profile.profile_data.avatar_url;
            if *address != url {
                address.clone_from(&url);
                let member = "profile.profileData.avatarUrl".to_owned();
                row.tell(&mut commit, Happening::Changed(vec![member]), now);
                commit.save(&row);
            } else {
                commit.keep(&row);
            }
            match self.profiles.records().commit(commit, now).await {
                Ok(()) => {
                    self.left(Leaving(gone)).await;
                    return Ok(());
                }
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(Problem::broken(broken)),
            }
        }
        Err(Kind::Contended.into())
    }

    /// Counts that somebody asks for something, and answers which file was expected of them until now if
    /// another one is from now on.
    async fn count(
        &self,
        user: &Sub,
        expected: Option<Expected>,
        now: Timestamp,
    ) -> Result<Option<Expected>, Problem> {
        for _ in 0..TRIES {
            // Who has no profile gets no avatar, and nothing is written for them.
            let row = self.profiles.get(user, now).await?;
            let own = self.own(user, now).await?;
            let mut asked = own.as_ref().map(|own| own.asked.clone()).unwrap_or_default();
            asked.retain(|at| now.duration_since(*at) < HOUR);
            if let Some(first) = asked.first()
                && asked.len() >= CHANGES_AN_HOUR
            {
                let wait = (HOUR - now.duration_since(*first)).as_secs().clamp(1, 3600);
                return Err(Problem::new(Kind::TooManyRequests)
                    .saying("A picture can be changed ten times in an hour.")
                    .retry_after(u32::try_from(wait).unwrap_or(3600)));
            }
            asked.push(now);
            let before = own.as_ref().and_then(|own| own.upload.clone());
            let mut commit = Commit::new();
            commit.keep(&row);
            self.save(own, user, &mut commit, |own| {
                own.asked.clone_from(&asked);
                if expected.is_some() {
                    own.upload.clone_from(&expected);
                }
            });
            match self.profiles.records().commit(commit, now).await {
                Ok(()) => return Ok(before.filter(|_| expected.is_some())),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(Problem::broken(broken)),
            }
        }
        Err(Kind::Contended.into())
    }

    async fn own(&self, user: &Sub, now: Timestamp) -> Result<Option<Kept<Own>>, Problem> {
        let place = key(self.profiles.table(), user);
        self.profiles.records().get(&place, now).await.map_err(Problem::broken)
    }

    /// Adds what is known of a user's picture to a commit, changed.
    fn save(
        &self,
        own: Option<Kept<Own>>,
        user: &Sub,
        commit: &mut Commit,
        change: impl FnOnce(&mut Own),
    ) {
        match own {
            Some(mut own) => {
                change(&mut own);
                commit.save(&own);
            }
            None => {
                let mut own = Own {
                    table: self.profiles.table().to_owned(),
                    user: user.clone(),
                    picture: None,
                    asked: Vec::new(),
                    upload: None,
                };
                change(&mut own);
                commit.create(&own);
            }
        }
    }
}
