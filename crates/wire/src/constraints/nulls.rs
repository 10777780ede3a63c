//! Which nulls are as good as nothing?
//!
//! A member that is null counts as absent, for the checks and for serde alike. An entry of a map has
//! neither: AWS forgets it, and clients rely on that. amazon-cognito-identity-js refreshes with
//! `"DEVICE_KEY": null` wherever no device is remembered.

use super::{Shape, Structure};
use serde_json::Value;

/// Forgets the entries of maps that are null. Nulls in lists stay, and are refused later.
pub fn forget_nulls(structure: &'static Structure, input: &mut Value) {
    let Value::Object(given) = input else { return };
    for member in structure.members {
        if let Some(value) = given.get_mut(member.name) {
            below(member.shape, value);
        }
    }
}

fn below(shape: &'static Shape, value: &mut Value) {
    match (shape, value) {
        (Shape::Structure(structure), value) => forget_nulls(structure, value),
        (Shape::List(_, element, _), Value::Array(elements)) => {
            elements.iter_mut().for_each(|one| below(element, one));
        }
        (Shape::Map(_, _, entry, _), Value::Object(entries)) => {
            entries.retain(|_, one| !one.is_null());
            entries.values_mut().for_each(|one| below(entry, one));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Modelled,
        cognito_idp::{CompleteWebAuthnRegistration, InitiateAuth, ListUsers},
    };
    use serde_json::json;

    fn forgotten<O: Modelled>(mut input: Value) -> Value {
        forget_nulls(O::INPUT, &mut input);
        input
    }

    #[test]
    fn an_entry_that_is_null_is_forgotten() {
        assert_eq!(
            forgotten::<InitiateAuth>(json!({
                "AuthParameters": { "REFRESH_TOKEN": "abc", "DEVICE_KEY": null },
                "ClientMetadata": null,
            })),
            json!({ "AuthParameters": { "REFRESH_TOKEN": "abc" }, "ClientMetadata": null })
        );
    }

    #[test]
    fn elements_and_documents_are_left_alone() {
        let list = json!({ "AttributesToGet": [null, "email"] });
        assert_eq!(forgotten::<ListUsers>(list.clone()), list);
        let document = json!({ "Credential": { "authenticatorAttachment": null } });
        assert_eq!(forgotten::<CompleteWebAuthnRegistration>(document.clone()), document);
    }

    #[test]
    fn what_is_no_object_is_left_to_the_checks() {
        for input in [json!(null), json!([null]), json!({ "AuthParameters": [null] })] {
            assert_eq!(forgotten::<InitiateAuth>(input.clone()), input);
        }
    }
}
