//! The cognito-idp operations, through the door: one file each, and a few for what many have in common.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop where something is not as expected"
)]

mod admin_add_user_to_group;
mod admin_confirm_sign_up;
mod admin_create_user;
mod admin_delete_user;
mod admin_disable_provider_for_user;
mod admin_disable_user;
mod admin_enable_user;
mod admin_get_user;
mod admin_initiate_auth;
mod admin_link_provider_for_user;
mod admin_list_groups_for_user;
mod admin_remove_user_from_group;
mod admin_respond_to_auth_challenge;
mod admin_set_user_password;
mod admin_update_user_attributes;
mod admin_user_global_sign_out;
mod answers;
mod change_password;
mod confirm_forgot_password;
mod confirm_sign_up;
mod create_group;
mod create_identity_provider;
mod create_resource_server;
mod create_user_pool;
mod create_user_pool_client;
mod create_user_pool_domain;
mod custom_auth;
mod custom_message;
mod custom_sender;
mod delete_group;
mod delete_identity_provider;
mod delete_resource_server;
mod delete_user;
mod delete_user_pool;
mod delete_user_pool_client;
mod delete_user_pool_domain;
mod describe_identity_provider;
mod describe_resource_server;
mod describe_user_pool;
mod describe_user_pool_client;
mod describe_user_pool_domain;
mod forgot_password;
mod get_group;
mod get_identity_provider_by_identifier;
mod get_user;
mod get_user_attribute_verification_code;
mod global_sign_out;
mod groups;
mod identity_providers;
mod initiate_auth;
mod list_groups;
mod list_identity_providers;
mod list_resource_servers;
mod list_user_pool_clients;
mod list_user_pools;
mod list_users;
mod list_users_in_group;
mod provision;
mod races;
mod resend_confirmation_code;
mod resource_servers;
mod respond_to_auth_challenge;
mod revoke_token;
mod sign_up;
mod table;
mod tokens;
mod trigger_order;
mod triggers;
mod update_group;
mod update_identity_provider;
mod update_resource_server;
mod update_user_attributes;
mod update_user_pool;
mod update_user_pool_client;
mod update_user_pool_domain;
mod user_migration;
mod verify_user_attribute;

use expect_test::expect;
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Answer, House, PASSWORD, Person, SignedIn, claims, header, named_values};

/// JSON for a snapshot.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}
