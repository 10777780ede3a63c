//! What every test needs: settings, and a template resolved under them.

use names::{AccountId, Region};
use std::collections::BTreeMap;
use template::{DerivedIds, PhysicalIds, Problems, Settings, Stack, Template};

/// The settings of every test: nothing given, everything derived.
pub(crate) fn settings(ids: &dyn PhysicalIds) -> Settings<'_> {
    Settings {
        region: Region::parse("eu-west-1").unwrap(),
        account_id: AccountId::parse("012345678901").unwrap(),
        stack_name: "test".to_owned(),
        parameters: BTreeMap::new(),
        ids,
    }
}

pub(crate) fn try_resolve(text: &str) -> Result<Stack, Problems> {
    Template::parse("template.yaml", text)?.resolve(&settings(&DerivedIds))
}

pub(crate) fn resolve(text: &str) -> Stack {
    try_resolve(text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The resolved `Outputs.X` of a template with the given sections and a pool called `Pool`.
pub(crate) fn output(sections: &str, value: &str) -> String {
    let text = format!(
        "{sections}\nResources:\n  Pool: {{ Type: 'AWS::Cognito::UserPool' }}\n\
         Outputs:\n  X:\n    Value: {value}\n"
    );
    resolve(&text).outputs.remove("X").unwrap()
}
