//! How do the pages of a client look, and how is that known without reading it each time?
//!
//! What the API set for a pool or a client is laid over the theme of the server. A theme that was made is kept, with
//! the version of the looks of its pool; a page reads that version and nothing else as long as it is the same.

use crate::pages::Theme;
use base64::{Engine, engine::general_purpose::STANDARD};
use moka::sync::Cache;
use names::{ClientId, UserPoolId};
use pool::{Asset, Error, Pools, Refusal, Result, Style};
use std::sync::Arc;

/// As much as the kept themes may hold together, in bytes.
const ROOM: u64 = 32 << 20;
/// What a theme counts for beside its files: its texts, and that it is there.
const OVERHEAD: usize = 4096;

/// The looks of everybody's pages.
#[derive(Clone)]
pub(crate) struct Looks {
    /// The theme of the server.
    base: Arc<Theme>,
    kept: Cache<Whose, Kept>,
}

/// Which of the two generations of pages a domain shows. Where there is no domain, there may be either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Generation {
    /// Those that `SetUICustomization` changes.
    Classic,
    /// Those that `CreateManagedLoginBranding` changes.
    Managed,
}

/// The files of a theme, and where they are.
#[derive(Clone)]
pub(crate) struct Dress {
    pub theme: Arc<Theme>,
    pub root: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Whose {
    pool: UserPoolId,
    /// `None` for what the pool has for all of its clients.
    client: Option<ClientId>,
    generation: Generation,
}

#[derive(Clone)]
struct Kept {
    version: String,
    /// `None` if nothing was set.
    theme: Option<Arc<Theme>>,
}

impl Generation {
    /// The generation of a domain with this `ManagedLoginVersion`.
    pub fn of(version: Option<i32>) -> Self {
        match version {
            Some(2) => Self::Managed,
            _ => Self::Classic,
        }
    }
}

impl Looks {
    pub fn new(base: Arc<Theme>) -> Self {
        let weight = |_: &Whose, kept: &Kept| {
            let files = kept.theme.as_ref().map_or(0, |theme| theme.size());
            u32::try_from(files.saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
        };
        Self { base, kept: Cache::builder().weigher(weight).max_capacity(ROOM).build() }
    }

    /// How pages look that are nobody's in particular.
    pub fn everybodys(&self) -> Dress {
        Dress { theme: self.base.clone(), root: "/assets/theme".to_owned() }
    }

    /// How the pages of a client look, at a domain of this generation or at none.
    pub async fn of(
        &self,
        pools: &Pools,
        pool: &UserPoolId,
        client: &ClientId,
        generation: Option<Generation>,
    ) -> Result<Dress> {
        let found = match generation {
            Some(generation) => self.find(pools, pool, Some(client), generation).await?,
            None => match self.find(pools, pool, Some(client), Generation::Managed).await? {
                None => self.find(pools, pool, Some(client), Generation::Classic).await?,
                found => found,
            },
        };
        Ok(match found {
            Some(theme) => Dress { theme, root: format!("/assets/theme/{client}") },
            None => self.everybodys(),
        })
    }

    /// The theme that has a file of this path below `/assets/theme/`: a name alone, or one after the id of a client or
    /// of a pool.
    pub async fn with_file(&self, pools: &Pools, path: &str) -> Result<Option<Arc<Theme>>> {
        let Some((owner, name)) = path.split_once('/') else {
            return Ok(self.base.asset(path).is_some().then(|| self.base.clone()));
        };
        let (pool, client) = if let Ok(pool) = UserPoolId::parse(owner) {
            (pool, None)
        } else {
            let Ok(client) = ClientId::parse(owner) else { return Ok(None) };
            match pools.client(&client).await {
                Ok(found) => (found.pool.clone(), Some(client)),
                Err(Error::Refused(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        };
        for generation in [Generation::Classic, Generation::Managed] {
            let found = self.find(pools, &pool, client.as_ref(), generation).await?;
            if let Some(theme) = found.filter(|theme| theme.asset(name).is_some()) {
                return Ok(Some(theme));
            }
        }
        Ok(None)
    }

    /// What was set, over the theme of the server.
    async fn find(
        &self,
        pools: &Pools,
        pool: &UserPoolId,
        client: Option<&ClientId>,
        generation: Generation,
    ) -> Result<Option<Arc<Theme>>> {
        let Some(version) = pools.looks_version(pool).await? else { return Ok(None) };
        let whose = Whose { pool: pool.clone(), client: client.cloned(), generation };
        if let Some(kept) = self.kept.get(&whose).filter(|kept| kept.version == version) {
            return Ok(kept.theme);
        }
        // The version was read first: if something is set meanwhile, this is kept under a version that nobody asks for.
        let theme = match generation {
            Generation::Classic => classic(pools, pool, client).await?,
            Generation::Managed => managed(pools, pool, client).await?,
        };
        let theme = theme.map(|theme| Arc::new(theme.over(&self.base)));
        self.kept.insert(whose, Kept { version, theme: theme.clone() });
        Ok(theme)
    }
}

async fn classic(
    pools: &Pools,
    pool: &UserPoolId,
    client: Option<&ClientId>,
) -> Result<Option<Theme>> {
    let Some((_, content)) = pools.ui_customization(pool, client).await? else { return Ok(None) };
    let image = content.image.and_then(|image| STANDARD.decode(image).ok());
    let theme = Theme::from_customization(content.css.as_deref(), image.as_deref());
    // What was set was looked at then; pages are shown even if we have become stricter since.
    let theme = theme.inspect_err(|error| tracing::warn!(%pool, %error, "a style is not shown"));
    Ok(theme.ok())
}

async fn managed(
    pools: &Pools,
    pool: &UserPoolId,
    client: Option<&ClientId>,
) -> Result<Option<Theme>> {
    let Some(client) = client else { return Ok(None) };
    let style = match pools.branding_of(pool, client).await {
        Ok((branding, _)) if branding.is_default => return Ok(None),
        Ok((_, style)) => style,
        Err(Error::Refused(Refusal::NoBranding)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let theme = themed(&style);
    let theme = theme.inspect_err(|error| tracing::warn!(%client, %error, "a style is not shown"));
    Ok(theme.ok())
}

fn themed(style: &Style) -> std::result::Result<Theme, crate::pages::BadBranding> {
    let settings = style.settings.as_ref().map(ToString::to_string);
    let bytes = |asset: &Asset| STANDARD.decode(asset.bytes.as_deref()?).ok();
    let pictures: Vec<(&Asset, Vec<u8>)> =
        style.assets.iter().filter_map(|asset| Some((asset, bytes(asset)?))).collect();
    let pictures: Vec<(&str, &str, &str, &[u8])> = pictures
        .iter()
        .map(|(asset, bytes)| {
            let (category, mode) = (asset.category.as_str(), asset.color_mode.as_str());
            (category, mode, asset.extension.as_str(), bytes.as_slice())
        })
        .collect();
    Theme::from_branding(settings.as_deref(), &pictures)
}
