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
mod admin_disable_user;
mod admin_enable_user;
mod admin_get_user;
mod admin_initiate_auth;
mod admin_list_groups_for_user;
mod admin_remove_user_from_group;
mod admin_respond_to_auth_challenge;
mod admin_set_user_password;
mod admin_update_user_attributes;
mod admin_user_global_sign_out;
mod answers;
mod brandings;
mod change_password;
mod confirm_forgot_password;
mod confirm_sign_up;
mod create_group;
mod create_managed_login_branding;
mod create_resource_server;
mod create_terms;
mod create_user_pool;
mod create_user_pool_client;
mod custom_auth;
mod custom_message;
mod custom_sender;
mod delete_group;
mod delete_managed_login_branding;
mod delete_resource_server;
mod delete_terms;
mod delete_user;
mod delete_user_pool;
mod delete_user_pool_client;
mod describe_managed_login_branding;
mod describe_managed_login_branding_by_client;
mod describe_resource_server;
mod describe_risk_configuration;
mod describe_terms;
mod describe_terms_by_client;
mod describe_user_pool;
mod describe_user_pool_client;
mod forgot_password;
mod get_group;
mod get_log_delivery_configuration;
mod get_ui_customization;
mod get_user;
mod get_user_attribute_verification_code;
mod global_sign_out;
mod groups;
mod initiate_auth;
mod list_groups;
mod list_resource_servers;
mod list_terms;
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
mod set_log_delivery_configuration;
mod set_risk_configuration;
mod set_ui_customization;
mod sign_up;
mod table;
mod terms;
mod tokens;
mod trigger_order;
mod triggers;
mod update_group;
mod update_managed_login_branding;
mod update_resource_server;
mod update_terms;
mod update_user_attributes;
mod update_user_pool;
mod update_user_pool_client;
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
