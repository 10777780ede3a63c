"""Does boto3 keep and see what others read: terms, looks, log delivery, risks; and a user's factors?"""

import os

import pytest
from test_mfa import SMS, configure, enrol

from harness.checks import refused
from harness.people import address

PNG = bytes.fromhex("89504e470d0a1a0a")
LINKS = {"cognito:default": "https://example.com/terms"}


@pytest.fixture(scope="module")
def pool(make_pool):
    return make_pool(UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"})


@pytest.fixture
def named(pool):
    """A fresh client of the pool."""
    return {"UserPoolId": pool.id, "ClientId": pool.client().id}


def test_terms_come_change_and_go(pool, named):
    cognito = pool.cognito
    kind = {"TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE"}
    made = cognito.create_terms(**named, **kind, Links=LINKS)["Terms"]
    assert made["Links"] == LINKS and made["ClientId"] == named["ClientId"]
    with refused("TermsExistsException"):
        cognito.create_terms(**named, **kind, Links=LINKS)
    by_id = {"UserPoolId": pool.id, "TermsId": made["TermsId"]}
    assert cognito.describe_terms(**by_id)["Terms"] == made
    by_name = cognito.describe_terms_by_client(**named, TermsName="terms-of-use")["Terms"]
    assert by_name == made
    links = {**LINKS, "cognito:german": "https://example.com/de"}
    assert cognito.update_terms(**by_id, Links=links)["Terms"]["Links"] == links
    listed = cognito.list_terms(UserPoolId=pool.id)["Terms"]
    assert [it["TermsName"] for it in listed if it["TermsId"] == made["TermsId"]] == [
        "terms-of-use"
    ]
    cognito.delete_terms(**by_id)
    with refused("ResourceNotFoundException"):
        cognito.describe_terms(**by_id)


def test_a_style_comes_changes_and_goes(pool, named):
    cognito = pool.cognito
    settings = {"categories": {"form": {"displayGraphics": True}}}
    logo = {"Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": PNG}
    made = cognito.create_managed_login_branding(**named, Settings=settings, Assets=[logo])
    made = made["ManagedLoginBranding"]
    assert made["Settings"] == settings and made["Assets"][0]["Bytes"] == PNG
    with refused("ManagedLoginBrandingExistsException"):
        cognito.create_managed_login_branding(**named, UseCognitoProvidedValues=True)
    by_id = {
        "UserPoolId": pool.id,
        "ManagedLoginBrandingId": made["ManagedLoginBrandingId"],
    }
    assert cognito.describe_managed_login_branding(**by_id)["ManagedLoginBranding"] == made
    found = cognito.describe_managed_login_branding_by_client(**named)
    assert found["ManagedLoginBranding"] == made
    changed = cognito.update_managed_login_branding(**by_id, UseCognitoProvidedValues=True)
    assert changed["ManagedLoginBranding"]["UseCognitoProvidedValues"] is True
    cognito.delete_managed_login_branding(**by_id)
    with refused("ResourceNotFoundException"):
        cognito.describe_managed_login_branding(**by_id)


def test_the_look_of_the_classic_pages(pool, named):
    cognito = pool.cognito
    css = ".logo-customizable { width: 1em }"
    made = cognito.set_ui_customization(**named, CSS=css, ImageFile=PNG)["UICustomization"]
    assert made["CSS"] == css and made["ClientId"] == named["ClientId"]
    assert cognito.get_ui_customization(**named)["UICustomization"]["CSS"] == css
    with refused("InvalidParameterException"):
        cognito.set_ui_customization(**named, CSS="body { background: url(//evil.example) }")


def test_where_logs_go(pool):
    group = "arn:aws:logs:eu-west-1:000000000000:log-group:pool"
    wanted = [
        {
            "LogLevel": "ERROR",
            "EventSource": "userNotification",
            "CloudWatchLogsConfiguration": {"LogGroupArn": group},
        }
    ]
    cognito = pool.cognito
    kept = cognito.set_log_delivery_configuration(UserPoolId=pool.id, LogConfigurations=wanted)
    assert kept["LogDeliveryConfiguration"]["LogConfigurations"] == wanted
    told = cognito.get_log_delivery_configuration(UserPoolId=pool.id)
    assert told["LogDeliveryConfiguration"] == kept["LogDeliveryConfiguration"]


def test_how_risks_are_answered(pool, named, plain):
    cognito = pool.cognito
    wanted = {
        "CompromisedCredentialsRiskConfiguration": {
            "EventFilter": ["SIGN_IN"],
            "Actions": {"EventAction": "BLOCK"},
        },
        "RiskExceptionConfiguration": {"BlockedIPRangeList": ["192.0.2.0/24"]},
    }
    kept = cognito.set_risk_configuration(**named, **wanted)["RiskConfiguration"]
    told = cognito.describe_risk_configuration(**named)["RiskConfiguration"]
    assert told == kept and {name: told[name] for name in wanted} == wanted
    with refused("UserPoolAddOnNotEnabledException"):
        cognito.describe_risk_configuration(UserPoolId=plain.id)


@pytest.fixture
def ann(make_pool):
    pool = make_pool(SmsConfiguration=SMS, AutoVerifiedAttributes=["email"])
    configure(pool, "OPTIONAL")
    return pool.person(os.urandom(6).hex(), email=address(), phone_number="+15551231234")


def test_the_settings_of_old_turn_text_messages_on(ann):
    cognito, named = ann.pool.cognito, {"UserPoolId": ann.pool.id, "Username": ann.name}
    options = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    token = ann.sign_in()["AccessToken"]
    cognito.set_user_settings(AccessToken=token, MFAOptions=options)
    assert ann.pool.user(ann.name)["MFAOptions"] == options
    cognito.admin_set_user_settings(**named, MFAOptions=[])
    assert "MFAOptions" not in ann.pool.user(ann.name)
    cognito.admin_set_user_settings(**named, MFAOptions=options)
    assert ann.pool.user(ann.name)["MFAOptions"] == options


def test_an_administrator_takes_an_authenticator_away(ann):
    cognito, named = ann.pool.cognito, {"UserPoolId": ann.pool.id, "Username": ann.name}
    token = ann.sign_in()["AccessToken"]
    enrol(ann)
    assert ann.pool.user(ann.name)["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    factors = cognito.get_user_auth_factors(AccessToken=token)
    assert factors["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    assert "PASSWORD" in factors["ConfiguredUserAuthFactors"]
    cognito.admin_delete_software_token(**named)
    assert "UserMFASettingList" not in ann.pool.user(ann.name)
    assert "UserMFASettingList" not in cognito.get_user_auth_factors(AccessToken=token)


def test_an_administrator_ends_a_password(by_mail):
    ann = by_mail.sign_up()
    ann.confirm()
    before = len(by_mail.house.mailbox.wait_for(ann.name))
    by_mail.cognito.admin_reset_user_password(UserPoolId=by_mail.id, Username=ann.name)
    with refused("PasswordResetRequiredException"):
        ann.sign_in()
    assert by_mail.house.mailbox.code(ann.name, before + 1)
