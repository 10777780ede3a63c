//! How does a group look in the API's words?

use pool::Group;
use wire::cognito_idp::GroupType;

pub(crate) fn group_type(group: &Group) -> GroupType {
    GroupType {
        group_name: Some(group.name.clone()),
        user_pool_id: Some(group.pool.clone()),
        description: group.description.clone(),
        role_arn: group.role_arn.clone(),
        precedence: group.precedence.and_then(|precedence| i32::try_from(precedence).ok()),
        last_modified_date: Some(group.modified_at.into()),
        creation_date: Some(group.created_at.into()),
    }
}

/// The constraints let no negative number through.
pub(crate) fn precedence(given: Option<i32>) -> Option<u32> {
    given.and_then(|precedence| u32::try_from(precedence).ok())
}
