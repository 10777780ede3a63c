//! Which API key did a caller come with, and what may its holder still ask?
//!
//! Throttles come before the quota, so that what was refused for being too fast is not counted: the plan's
//! for this method, the plan's for the key, the stage's for the method, then the account's.

use crate::{
    Api, ApiKey, ApiKeySource, Throttle,
    authorizers::Question,
    caller::Caller,
    fault::Refusal,
    incoming::Found,
    proxy_event::PresentedKey,
    trail::Step,
    usage::{Account, Bucket, UsageLedger},
};
use http::HeaderName;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

const HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// The keys of a stage and what limits its routes.
pub(crate) struct Keys {
    /// Found by its digest: how long that takes tells of a digest that nobody can steer, not of a key.
    holders: HashMap<[u8; 32], Holder>,
    /// The stage's own throttle for each route.
    routes: Vec<Option<Bucket>>,
}

struct Holder {
    key: ApiKey,
    plan: String,
    account: Arc<Account>,
    /// The plan's throttles for routes, by their place.
    methods: HashMap<usize, Bucket>,
}

/// What each key uses of each plan, in all stages together.
#[derive(Default)]
pub(crate) struct Accounts(BTreeMap<(String, String), Arc<Account>>);

impl Accounts {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Account> {
        self.0.values().map(AsRef::as_ref)
    }
}

/// What all keys of all stages have in common.
#[derive(Clone, Copy)]
pub(crate) struct Common<'a> {
    pub(crate) ledger: &'a dyn UsageLedger,
    /// The throttle of the account.
    pub(crate) bucket: Option<&'a Bucket>,
}

impl Keys {
    pub(crate) fn new(api: &Api, accounts: &mut Accounts) -> Result<Self, String> {
        let mut holders = HashMap::new();
        for plan in &api.usage_plans {
            for key in &plan.keys {
                let account = accounts.0.entry((plan.id.clone(), key.id().to_owned()));
                let account = account.or_insert_with(|| {
                    Arc::new(Account::new(&plan.id, key.id(), plan.throttle, plan.quota))
                });
                let throttles = plan.method_throttles.iter().filter_map(|limited| {
                    let is_it = |route: &crate::Route| {
                        route.path == limited.path && route.method == limited.method
                    };
                    let at = api.routes.iter().position(is_it)?;
                    Some((at, Bucket::new(limited.throttle)))
                });
                let holder = Holder {
                    key: key.clone(),
                    plan: plan.id.clone(),
                    account: account.clone(),
                    methods: throttles.collect(),
                };
                if let Some(other) = holders.insert(key.digest, holder) {
                    return Err(format!(
                        "API key {} is in two usage plans of one stage, {} and {}",
                        key.id(),
                        other.plan,
                        plan.id
                    ));
                }
            }
        }
        let bucket = |throttle: Option<Throttle>| throttle.map(Bucket::new);
        Ok(Self {
            holders,
            routes: api.routes.iter().map(|route| bucket(route.throttle)).collect(),
        })
    }

    /// Lets a request on that has what the route asks for and comes slowly enough. It is the last question
    /// before the request itself is looked at, since what passes is counted.
    pub(crate) async fn admit(
        &self,
        common: Common<'_>,
        question: &Question<'_>,
        route: usize,
        caller: &Caller,
    ) -> Result<Option<PresentedKey>, Refusal> {
        let (now, trail) = (question.request.now, question.trail);
        let presented = match question.route.api_key_required {
            true => Some(self.presented(question, caller)?),
            false => None,
        };
        let holder = presented.as_ref().map(|(holder, _)| *holder);
        let plans = holder.map(|holder| {
            [
                (holder.methods.get(&route), "the key on this method"),
                (holder.account.bucket.as_ref(), "the key"),
            ]
        });
        let stage = self.routes.get(route).and_then(Option::as_ref);
        let others = [(stage, "the method in this stage"), (common.bucket, "the account")];
        for (bucket, whose) in plans.into_iter().flatten().chain(others) {
            if bucket.is_some_and(|bucket| !bucket.admits(whose, now, trail)) {
                return Err(Refusal::TooManyRequests);
            }
        }
        if let Some(holder) = holder
            && !holder.account.counts(common.ledger, now, trail).await
        {
            return Err(Refusal::QuotaExceeded);
        }
        Ok(presented.map(|(holder, value)| PresentedKey {
            id: holder.key.id().to_owned(),
            value: value.to_owned(),
        }))
    }

    /// The caller's key, after the authorizer, which may be the one to say it.
    fn presented<'a>(
        &self,
        question: &Question<'a>,
        caller: &'a Caller,
    ) -> Result<(&Holder, &'a str), Refusal> {
        let Question { request, api, trail, .. } = question;
        let (value, whence) = match api.api_key_source {
            ApiKeySource::Header => {
                let value = match request.header(&HEADER) {
                    Found::One(value) => Some(value),
                    Found::Nothing | Found::Unclear => None,
                };
                (value, "the header x-api-key")
            }
            ApiKeySource::Authorizer => (caller.usage_key(), "the authorizer's usageIdentifierKey"),
        };
        let refused = |text: String| {
            trail.stop(Refusal::NoKey, || Step::failed("key", text).with("source", whence))
        };
        let Some(value) = value else {
            return Err(refused(format!("there is no key in {whence}")));
        };
        let Some(holder) = self.find(value) else {
            return Err(refused(format!("no usage plan of this stage has the key in {whence}")));
        };
        let id = holder.key.id();
        if !holder.key.is_enabled() {
            return Err(refused(format!("the key {id} is disabled")));
        }
        trail.note(|| {
            let text = format!("the key {id} of usage plan {} is in {whence}", holder.plan);
            Step::passed("key", text).with("key", id).with("plan", holder.plan.as_str())
        });
        Ok((holder, value))
    }

    /// The key of this value, of which only the digest is known here.
    fn find(&self, value: &str) -> Option<&Holder> {
        let digest = crypto::sha256(value.as_bytes());
        let holder = self.holders.get(&digest).filter(|_| !value.is_empty())?;
        crypto::equal(&holder.key.digest, &digest).then_some(holder)
    }
}
