//! The cognito-idp operations, through the door: one file each, and a few for what many have in common.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop where something is not as expected"
)]

mod add_custom_attributes;
mod add_user_pool_client_secret;
mod admin_add_user_to_group;
mod admin_confirm_sign_up;
mod admin_create_user;
mod admin_delete_software_token;
mod admin_delete_user;
mod admin_delete_user_attributes;
mod admin_disable_user;
mod admin_enable_user;
mod admin_forget_device;
mod admin_get_device;
mod admin_get_user;
mod admin_get_user_auth_factors;
mod admin_initiate_auth;
mod admin_list_devices;
mod admin_list_groups_for_user;
mod admin_list_user_sessions;
mod admin_remove_user_from_group;
mod admin_reset_user_password;
mod admin_respond_to_auth_challenge;
mod admin_revoke_user_session;
mod admin_set_user_mfa_preference;
mod admin_set_user_password;
mod admin_set_user_settings;
mod admin_update_device_status;
mod admin_update_user_attributes;
mod admin_user_global_sign_out;
mod answers;
mod associate_software_token;
mod brandings;
mod change_password;
mod confirm_device;
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
mod delete_user_attributes;
mod delete_user_pool;
mod delete_user_pool_client;
mod delete_user_pool_client_secret;
mod describe_managed_login_branding;
mod describe_managed_login_branding_by_client;
mod describe_resource_server;
mod describe_risk_configuration;
mod describe_terms;
mod describe_terms_by_client;
mod describe_user_pool;
mod describe_user_pool_client;
mod devices;
mod forget_device;
mod forgot_password;
mod get_device;
mod get_group;
mod get_log_delivery_configuration;
mod get_tokens_from_refresh_token;
mod get_ui_customization;
mod get_user;
mod get_user_attribute_verification_code;
mod get_user_auth_factors;
mod get_user_pool_client_session_configuration;
mod get_user_pool_mfa_config;
mod get_user_pool_session_configuration;
mod global_sign_out;
mod groups;
mod initiate_auth;
mod list_devices;
mod list_groups;
mod list_resource_servers;
mod list_tags_for_resource;
mod list_terms;
mod list_user_pool_client_secrets;
mod list_user_pool_clients;
mod list_user_pools;
mod list_user_sessions;
mod list_users;
mod list_users_in_group;
mod mfa;
mod provision;
mod races;
mod resend_confirmation_code;
mod resource_servers;
mod respond_to_auth_challenge;
mod revoke_token;
mod revoke_user_session;
mod set_log_delivery_configuration;
mod set_risk_configuration;
mod set_ui_customization;
mod set_user_mfa_preference;
mod set_user_pool_client_session_configuration;
mod set_user_pool_mfa_config;
mod set_user_pool_session_configuration;
mod set_user_settings;
mod sign_up;
mod table;
mod tag_resource;
mod terms;
mod tokens;
mod trigger_order;
mod triggers;
mod untag_resource;
mod update_device_status;
mod update_group;
mod update_managed_login_branding;
mod update_resource_server;
mod update_terms;
mod update_user_attributes;
mod update_user_pool;
mod update_user_pool_client;
mod user_auth;
mod user_migration;
mod verify_software_token;
mod verify_user_attribute;

use expect_test::expect;
use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::{Answer, House, PASSWORD, Person, SignedIn, claims, header, named_values};

/// JSON for a snapshot.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}
