//! How do the sign-in pages of a client look?
//!
//! Two ways to say it, as Cognito has two generations of pages: a style of settings and images per client,
//! and a style sheet with a logo per pool or client.

use crate::{Pools, Quota, Refusal, Result, pieces::Pieces};
use crypto::sha256;
use jiff::Timestamp;
use names::{ClientId, UserPoolId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Claim, Commit, Kept, Key, Record, Refused};

/// The style of a client's managed login pages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branding {
    pub id: String,
    pub pool: UserPoolId,
    pub client: ClientId,
    /// Whether the pages look as they do for everybody, and settings and images do not count.
    pub is_default: bool,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pieces: Pieces,
}

/// What a style consists of.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Style {
    /// What the editor of styles wrote; `None` if nothing was ever given.
    pub settings: Option<Value>,
    pub assets: Vec<Asset>,
}

/// An image of a style. What it is for is said in the words it was given in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    pub category: String,
    pub color_mode: String,
    pub extension: String,
    /// Base64 of the image; none if `resource_id` says where it is.
    pub bytes: Option<String>,
    pub resource_id: Option<String>,
}

/// The style sheet and logo of the classic pages of a pool, or of one client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UiCustomization {
    pub pool: UserPoolId,
    /// `None`: every client that has none of its own.
    pub client: Option<ClientId>,
    /// Changes with every change, for caches of the style sheet.
    pub css_version: String,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pieces: Pieces,
}

/// What a customization consists of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UiContent {
    pub css: Option<String>,
    /// Base64 of the logo.
    pub image: Option<String>,
}

/// Changes with everything that changes how the pages of a pool's clients look, so that whoever keeps their looks
/// knows with one read whether they are still right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LooksVersion {
    pool: UserPoolId,
    version: String,
}

/// What a new style is made from.
#[derive(Debug)]
pub struct NewBranding {
    pub pool: UserPoolId,
    pub client: ClientId,
    pub is_default: bool,
    pub style: Style,
}

impl Branding {
    /// Where the style of this id is kept.
    #[must_use]
    pub fn key_of(pool: &UserPoolId, id: &str) -> Key {
        Key::new(Self::listing(pool), id)
    }

    /// The partition that the styles of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/brandings")
    }

    /// The place of a client's style, of which there is one.
    fn place(pool: &UserPoolId, client: &ClientId) -> Key {
        Key::new(format!("pool/{pool}/client/{client}/branding"), "branding")
    }
}

impl Record for Branding {
    const KIND: &'static str = "branding";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, &self.id)
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Claim::unique(Self::place(&self.pool, &self.client))]
    }
}

impl Branding {
    /// The partition that what styles consist of is kept in.
    pub(crate) fn content(pool: &UserPoolId) -> String {
        format!("pool/{pool}/branding-content")
    }
}

impl UiCustomization {
    /// Where the customization of a pool or of one of its clients is kept.
    #[must_use]
    pub fn key_of(pool: &UserPoolId, client: Option<&ClientId>) -> Key {
        // `ALL` is what the API calls the pool's own; no client id has a hyphen.
        Key::new(Self::listing(pool), client.map_or("-all", ClientId::as_str))
    }

    /// The partition that the customizations of a pool are kept in.
    pub(crate) fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/ui-customizations")
    }

    /// The partition that what customizations consist of is kept in.
    pub(crate) fn content(pool: &UserPoolId) -> String {
        format!("pool/{pool}/ui-content")
    }
}

impl Record for UiCustomization {
    const KIND: &'static str = "UI customization";

    fn key(&self) -> Key {
        Self::key_of(&self.pool, self.client.as_ref())
    }
}

impl LooksVersion {
    /// The partition that it is kept in, alone: it is written without being read.
    pub fn listing(pool: &UserPoolId) -> String {
        format!("pool/{pool}/looks")
    }

    fn key_of(pool: &UserPoolId) -> Key {
        Key::new(Self::listing(pool), "looks")
    }
}

impl Record for LooksVersion {
    const KIND: &'static str = "version of looks";

    fn key(&self) -> Key {
        Self::key_of(&self.pool)
    }
}

/// How often a reader looks again when somebody has just changed what is read.
const LOOKS: usize = 8;

/// The name under which a logo is served: it holds the hash, so that the file may be kept for ever. `None` for what is
/// neither PNG nor JPEG.
#[must_use]
pub fn logo_name(image: &[u8]) -> Option<String> {
    let extension = match image {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [0xff, 0xd8, 0xff, ..] => "jpg",
        _ => return None,
    };
    let hash: String = sha256(image).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some(format!("logo-{hash}.{extension}"))
}

impl Pools {
    /// What changes with everything that changes how the pages of a pool's clients look. `None` until anything did.
    ///
    /// # Errors
    /// Breakages only.
    pub async fn looks_version(&self, pool: &UserPoolId) -> Result<Option<String>> {
        let key = LooksVersion::key_of(pool);
        let found = self.records().get_shared::<LooksVersion>(&key, self.now()).await?;
        Ok(found.map(|found| found.version.clone()))
    }

    fn change_looks(&self, commit: &mut Commit, pool: &UserPoolId) {
        let version = self.random().uuid_v4();
        commit.put(&LooksVersion { pool: pool.clone(), version });
    }

    /// Where the pages serve the logo of a customization. `None` for what is neither PNG nor JPEG.
    #[must_use]
    pub fn logo_url(&self, customization: &UiCustomization, image: &[u8]) -> Option<String> {
        let name = logo_name(image)?;
        let owner = match &customization.client {
            Some(client) => client.as_str(),
            None => customization.pool.as_str(),
        };
        Some(format!("{}/assets/theme/{owner}/{name}", self.origin()))
    }

    /// Keeps a new style.
    ///
    /// # Errors
    /// [`Refusal::BrandingExists`] if the client has a style; [`Refusal::Contended`] if it is just being given one;
    /// [`Refusal::TooMany`].
    pub async fn create_branding(&self, new: NewBranding) -> Result<Branding> {
        let NewBranding { pool, client, is_default, style } = new;
        let place = Branding::place(&pool, &client);
        if self.records().find::<Branding>(&place, self.now()).await?.is_some() {
            return Err(Refusal::BrandingExists.into());
        }
        let _room = self.room_in(Quota::Brandings, &pool).await?;
        let mut commit = Commit::new();
        let partition = Branding::content(&pool);
        let pieces = Pieces::write(&mut commit, &partition, self.random().uuid_v4(), &style)?;
        let (id, now) = (self.random().uuid_v4(), self.now());
        let branding =
            Branding { id, pool, client, is_default, created_at: now, modified_at: now, pieces };
        commit.create(&branding);
        self.change_looks(&mut commit, &branding.pool);
        self.records().commit(commit, now).await?;
        Ok(branding)
    }

    /// Keeps a changed style.
    ///
    /// # Errors
    /// [`Refusal::Contended`].
    pub async fn save_branding(&self, branding: &mut Kept<Branding>, style: &Style) -> Result<()> {
        let mut commit = Commit::new();
        let partition = Branding::content(&branding.pool);
        self.remove_pieces(&mut commit, &partition, &branding.pieces).await?;
        let name = self.random().uuid_v4();
        branding.pieces = Pieces::write(&mut commit, &partition, name, style)?;
        branding.modified_at = self.now();
        commit.save(branding);
        self.change_looks(&mut commit, &branding.pool);
        Ok(self.records().commit(commit, self.now()).await?)
    }

    /// Deletes a style.
    ///
    /// # Errors
    /// [`Refusal::Contended`].
    pub async fn delete_branding(&self, branding: &Kept<Branding>) -> Result<()> {
        let mut commit = Commit::new();
        let partition = Branding::content(&branding.pool);
        self.remove_pieces(&mut commit, &partition, &branding.pieces).await?;
        commit.delete(branding);
        self.change_looks(&mut commit, &branding.pool);
        Ok(self.records().commit(commit, self.now()).await?)
    }

    /// The style of this id.
    ///
    /// # Errors
    /// [`Refusal::NoBranding`].
    pub async fn branding(&self, pool: &UserPoolId, id: &str) -> Result<(Kept<Branding>, Style)> {
        for _ in 0..LOOKS {
            let found = self.records().get(&Branding::key_of(pool, id), self.now()).await?;
            let found: Kept<Branding> = found.ok_or(Refusal::NoBranding)?;
            if let Some(style) = self.read_pieces(&Branding::content(pool), &found.pieces).await? {
                return Ok((found, style));
            }
        }
        Err(Refusal::Contended.into())
    }

    /// The style of a client's pages.
    ///
    /// # Errors
    /// [`Refusal::NoBranding`].
    pub async fn branding_of(
        &self,
        pool: &UserPoolId,
        client: &ClientId,
    ) -> Result<(Kept<Branding>, Style)> {
        let place = Branding::place(pool, client);
        let found = self.records().find::<Branding>(&place, self.now()).await?;
        let found = found.ok_or(Refusal::NoBranding)?;
        self.branding(pool, &found.id).await
    }

    /// The customization that the pages of a client have: its own, or the pool's.
    ///
    /// # Errors
    /// [`Refusal::Contended`].
    pub async fn ui_customization(
        &self,
        pool: &UserPoolId,
        client: Option<&ClientId>,
    ) -> Result<Option<(Kept<UiCustomization>, UiContent)>> {
        let own = client.map(|client| UiCustomization::key_of(pool, Some(client)));
        for key in own.into_iter().chain([UiCustomization::key_of(pool, None)]) {
            for look in 0..LOOKS {
                let found = self.records().get::<UiCustomization>(&key, self.now()).await?;
                let Some(found) = found else { break };
                let partition = UiCustomization::content(pool);
                if let Some(content) = self.read_pieces(&partition, &found.pieces).await? {
                    return Ok(Some((found, content)));
                }
                if look + 1 == LOOKS {
                    return Err(Refusal::Contended.into());
                }
            }
        }
        Ok(None)
    }

    /// Replaces the customization of a pool or of a client. A logo that is not given stays.
    ///
    /// # Errors
    /// [`Refusal::Contended`].
    pub async fn set_ui_customization(
        &self,
        pool: &UserPoolId,
        client: Option<&ClientId>,
        mut content: UiContent,
    ) -> Result<(UiCustomization, UiContent)> {
        let key = UiCustomization::key_of(pool, client);
        let partition = UiCustomization::content(pool);
        for _ in 0..LOOKS {
            let now = self.now();
            let old = self.records().get::<UiCustomization>(&key, now).await?;
            let mut commit = Commit::new();
            self.change_looks(&mut commit, pool);
            if let Some(old) = &old {
                if content.image.is_none() {
                    let before = self.read_pieces::<UiContent>(&partition, &old.pieces).await?;
                    let Some(before) = before else { continue };
                    content.image = before.image;
                }
                self.remove_pieces(&mut commit, &partition, &old.pieces).await?;
            }
            let name = self.random().uuid_v4();
            let pieces = Pieces::write(&mut commit, &partition, name, &content)?;
            let new = UiCustomization {
                pool: pool.clone(),
                client: client.cloned(),
                css_version: now.strftime("%Y%m%d%H%M%S").to_string(),
                created_at: old.as_ref().map_or(now, |old| old.created_at),
                modified_at: now,
                pieces,
            };
            match old {
                Some(mut old) => {
                    *old = new.clone();
                    commit.save(&old);
                }
                None => {
                    commit.create(&new);
                }
            }
            match self.records().commit(commit, now).await {
                Ok(()) => return Ok((new, content)),
                Err(Refused::Conflict(_)) => {}
                Err(Refused::Broken(broken)) => return Err(broken.into()),
            }
        }
        Err(Refusal::Contended.into())
    }
}
