"""Do mails and text messages leave as they should: by SMTP, by SES and by SNS?"""

import re
import time

import pytest
from harness import house as houses
from harness import secrets
from harness.carriers import Certificate, MailServer, Role
from harness.checks import refused
from harness.people import Pool, address

pytestmark = pytest.mark.alone

USER, PASSWORD = "poolhouse@example.com", secrets.password()
FROM = "Orchard Market <no-reply@orchard.example>"


@pytest.fixture(scope="module")
def certificate(folder):
    return Certificate(folder / "mails")


def serving(folder, *arguments, environment=None):
    """A server on a store of its own, whose messages leave as these arguments say."""
    keys = houses.Keys(folder / "keys")
    server = houses.node(folder, keys, f"embedded:{folder / 'data'}", environment)
    server.arguments += arguments
    return server, houses.served(server, server.start(), keys)


def pool_of(house, **settings) -> Pool:
    settings = {"PoolName": "mails", "AutoVerifiedAttributes": ["email"], **settings}
    pool = Pool(house, house.cognito.create_user_pool(**settings)["UserPool"]["Id"])
    pool.client()
    return pool


def sign_up(pool: Pool, **attributes) -> str:
    name = address().partition("@")[0]
    attributes = [{"Name": key, "Value": value} for key, value in attributes.items()]
    pool.cognito.sign_up(
        ClientId=pool.web.id,
        Username=name,
        Password=secrets.password(),
        UserAttributes=attributes,
    )
    return name


def code_in(text: str) -> str:
    [code] = re.findall(r"\b\d{6}\b", text)
    secrets.remember_code(code)
    return code


@pytest.fixture(scope="module")
def mails(folder, certificate):
    server = MailServer("starttls", certificate, USER, PASSWORD)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def house(folder, certificate, mails):
    folder = folder / "smtp"
    folder.mkdir()
    (folder / "password").write_text(f"{PASSWORD}\n")
    server, house = serving(
        folder,
        *("--mail", mails.url, "--mail-from", FROM),
        *("--mail-password-file", str(folder / "password")),
        environment={"SSL_CERT_FILE": str(certificate.file)},
    )
    yield house
    server.stop()


@pytest.fixture(scope="module")
def pool(house):
    return pool_of(house)


class TestSmtp:
    def test_a_mail_arrives_with_its_code_over_tls_and_once(self, pool, mails):
        to = address()
        name = sign_up(pool, email=to)
        [mail] = mails.taker.to(to)
        assert mail.is_secret and mail.user == USER
        assert mail.sender == "no-reply@orchard.example" and mail.recipients == [to]
        assert mail.whole["From"] == FROM and mail.whole["To"] == to
        assert mail.whole["Subject"] == "Your verification code"
        assert mail.whole["Auto-Submitted"] == "auto-generated" and mail.whole["Message-ID"]
        assert mail.whole.get_content_type() == "multipart/alternative"
        code = code_in(mail.part("plain"))
        assert code in mail.part("html")
        pool.cognito.confirm_sign_up(ClientId=pool.web.id, Username=name, ConfirmationCode=code)

    def test_text_messages_have_another_way(self, house, mails):
        pool = pool_of(house, AutoVerifiedAttributes=["phone_number"])
        before = mails.taker.tried
        sign_up(pool, phone_number="+4915112345678")
        assert house.mailbox.code("+4915112345678")
        assert mails.taker.tried == before

    def test_what_is_refused_for_now_is_tried_again_with_the_same_code(self, pool, mails):
        to = address()
        mails.taker.answers += ["451 4.3.0 not now", "421 4.3.2 not now"]
        before = mails.taker.tried
        name = sign_up(pool, email=to)
        [mail] = mails.taker.to(to)
        assert mails.taker.tried == before + 3
        code = code_in(mail.part("plain"))
        pool.cognito.confirm_sign_up(ClientId=pool.web.id, Username=name, ConfirmationCode=code)

    def test_what_is_refused_for_good_is_told_at_once(self, pool, mails):
        to = address()
        mails.taker.answers += ["550 5.1.1 nobody of that name"]
        before = mails.taker.tried
        with refused("CodeDeliveryFailureException"):
            sign_up(pool, email=to)
        assert mails.taker.tried == before + 1 and not mails.taker.to(to)

    def test_tries_have_an_end(self, pool, mails):
        mails.taker.answers += ["451 4.3.0 not now"] * 3
        before = mails.taker.tried
        with refused("CodeDeliveryFailureException"):
            sign_up(pool, email=address())
        assert mails.taker.tried == before + 3

    def test_the_pool_says_whom_its_mails_are_from(self, house, mails):
        pool = pool_of(
            house,
            EmailConfiguration={
                "EmailSendingAccount": "DEVELOPER",
                "SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/shop.example",
                "From": "Shop <hello@shop.example>",
                "ReplyToEmailAddress": "help@shop.example",
            },
        )
        to = address()
        sign_up(pool, email=to)
        [mail] = mails.taker.to(to)
        assert mail.whole["From"] == "Shop <hello@shop.example>"
        assert mail.whole["Reply-To"] == "help@shop.example"
        assert mail.sender == "hello@shop.example"
        code_in(mail.part("plain"))

    def test_nothing_that_is_said_becomes_a_header(self, house, mails):
        pool = pool_of(
            house,
            EmailVerificationSubject="Hello\r\nBcc: eve@evil.example\r\n\r\nBody",
            EmailVerificationMessage="<b>{####}</b>\r\n.\r\nMAIL FROM:<eve@evil.example>",
        )
        to = address()
        sign_up(pool, email=to, name="x\r\nBcc: eve@evil.example")
        [mail] = mails.taker.to(to)
        assert mail.whole["Bcc"] is None and mail.recipients == [to]
        assert mail.whole["Subject"] == "Hello  Bcc: eve@evil.example    Body"
        assert "MAIL FROM:<eve@evil.example>" in mail.part("html")
        assert not mails.taker.to("eve@evil.example")
        code_in(mail.part("plain"))

    def test_addresses_of_other_letters_arrive(self, pool, mails):
        name = address().partition("@")[0]
        sign_up(pool, email=f"{name}@bücher.example")
        [mail] = mails.taker.to(f"{name}@xn--bcher-kva.example")
        code_in(mail.part("plain"))
        sign_up(pool, email=f"jürgen-{name}@example.com")
        [mail] = mails.taker.to(f"jürgen-{name}@example.com")
        assert "SMTPUTF8" in mail.options
        code_in(mail.part("plain"))

    def test_invitations_resets_and_second_factors_leave_too(self, pool, mails):
        to = address()
        name = to.partition("@")[0]
        pool.cognito.admin_create_user(
            UserPoolId=pool.id,
            Username=name,
            UserAttributes=[
                {"Name": "email", "Value": to},
                {"Name": "email_verified", "Value": "true"},
            ],
            DesiredDeliveryMediums=["EMAIL"],
        )
        [invitation] = mails.taker.to(to)
        assert invitation.whole["Subject"] == "Your temporary password"
        assert name in invitation.part("plain")
        pool.cognito.admin_set_user_password(
            UserPoolId=pool.id, Username=name, Password=secrets.password(), Permanent=True
        )
        pool.cognito.forgot_password(ClientId=pool.web.id, Username=name)
        code_in(mails.taker.to(to)[1].part("plain"))

    def test_a_link_confirms_when_its_button_is_pressed(self, house, mails):
        pool = pool_of(
            house,
            VerificationMessageTemplate={
                "DefaultEmailOption": "CONFIRM_WITH_LINK",
                "EmailSubjectByLink": "Confirm your address",
                "EmailMessageByLink": "<p>Welcome! {##Confirm & go##}</p>",
            },
        )
        described = house.cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]
        template = described["VerificationMessageTemplate"]
        assert template["DefaultEmailOption"] == "CONFIRM_WITH_LINK"
        assert template["EmailSubjectByLink"] == "Confirm your address"
        to = address()
        name = sign_up(pool, email=to)
        [mail] = mails.taker.to(to)
        assert mail.whole["Subject"] == "Confirm your address"
        [link] = re.findall(r'<a href="([^"]+)">Confirm & go</a>', mail.part("html"))
        link = link.replace("&amp;", "&")
        secrets.remember_code(link.rpartition("=")[2])
        assert link.startswith(f"{house.identity_url}/confirmUser?client_id={pool.web.id}&")
        assert f"({link})" in mail.part("plain")
        looked = house.cognito.admin_get_user(UserPoolId=pool.id, Username=name)
        assert looked["UserStatus"] == "UNCONFIRMED"
        # The code in the link is one like any other.
        pool.cognito.confirm_sign_up(
            ClientId=pool.web.id, Username=name, ConfirmationCode=link.rpartition("=")[2]
        )


class TestOtherMailServers:
    def test_tls_from_the_first_byte(self, folder, certificate):
        mails = MailServer("implicit", certificate, USER, PASSWORD)
        server, house = serving(
            folder / "implicit",
            *("--mail", mails.url, "--mail-from", "no-reply@orchard.example"),
            environment={
                "SSL_CERT_FILE": str(certificate.file),
                "POOLHOUSE_MAIL_PASSWORD": PASSWORD,
            },
        )
        try:
            to = address()
            sign_up(pool_of(house), email=to)
            [mail] = mails.taker.to(to)
            assert mail.is_secret and mail.user == USER
            code_in(mail.part("plain"))
        finally:
            server.stop()
            mails.stop()

    def test_one_whose_certificate_nobody_knows_and_one_that_is_away(self, folder, certificate):
        mails = MailServer("starttls", certificate)
        server, house = serving(
            folder / "stranger", *("--mail", mails.url, "--mail-from", "no-reply@orchard.example")
        )
        try:
            pool, to = pool_of(house), address()
            with refused("CodeDeliveryFailureException"):
                sign_up(pool, email=to)
            assert not mails.taker.tried
            mails.stop()
            begun = time.monotonic()
            with refused("CodeDeliveryFailureException"):
                sign_up(pool, email=to)
            assert time.monotonic() - begun < 15
            # A code that was asked for again is told as undelivered too, and the user is there.
            [user] = house.cognito.list_users(UserPoolId=pool.id, Limit=1)["Users"]
            with refused("CodeDeliveryFailureException"):
                pool.cognito.resend_confirmation_code(
                    ClientId=pool.web.id, Username=user["Username"]
                )
        finally:
            server.stop()

    def test_a_wrong_password_of_ours(self, folder, certificate):
        mails = MailServer("starttls", certificate, USER, PASSWORD)
        server, house = serving(
            folder / "wrong",
            *("--mail", mails.url, "--mail-from", "no-reply@orchard.example"),
            environment={
                "SSL_CERT_FILE": str(certificate.file),
                "POOLHOUSE_MAIL_PASSWORD": secrets.password(),
            },
        )
        try:
            with refused("CodeDeliveryFailureException"):
                sign_up(pool_of(house), email=address())
            assert not mails.taker.tried
        finally:
            server.stop()
            mails.stop()

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["--mail", "smtp://ann@mail.example"], "POOLHOUSE_MAIL_PASSWORD"),
            (["--mail", "smtp://ann:hush@mail.example"], "--mail-password-file"),
            (["--mail", "smtp://ann@mail.example?tls=none"], "tls=none"),
            (["--mail", "pigeon"], "--mail is smtp://"),
            (["--mail", "ses", "--mail-from", "nobody"], "--mail-from is"),
            (["--sms", "pigeon"], "--sms is sns"),
        ],
        ids=lambda value: value[-1] if isinstance(value, list) else "",
    )
    def test_what_cannot_be_meant_is_told_at_the_start(self, tmp_path, arguments, told):
        server = houses.node(tmp_path, houses.Keys(tmp_path / "keys"), f"embedded:{tmp_path}/data")
        server.arguments += arguments
        with pytest.raises(AssertionError, match="the server ended with"):
            server.start()
        assert told in server.log.read_text() and "hush" not in server.log.read_text()


@pytest.fixture(scope="module")
def aws_house(folder, aws):
    server, house = serving(
        folder / "aws",
        *("--mail", "ses:of-the-server", "--mail-from", FROM, "--sms", "sns"),
        environment=aws.environment(),
    )
    yield house
    server.stop()


class TestAws:
    def test_a_mail_by_ses(self, aws_house, aws):
        to = address()
        sign_up(pool_of(aws_house), email=to)
        call = aws.calls[-1]
        assert (call.path, call.service) == ("/v2/email/outbound-emails", "ses")
        assert call.region == "eu-west-1"
        told = call.json()
        text = told["Content"]["Simple"]["Body"]["Text"]["Data"]
        html = told["Content"]["Simple"]["Body"]["Html"]["Data"]
        assert code_in(text) in html
        assert told == {
            "FromEmailAddress": FROM,
            "Destination": {"ToAddresses": [to]},
            "ConfigurationSetName": "of-the-server",
            "Content": {
                "Simple": {
                    "Subject": {"Data": "Your verification code", "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": text, "Charset": "UTF-8"},
                        "Html": {"Data": html, "Charset": "UTF-8"},
                    },
                }
            },
        }

    def test_a_pool_has_its_own_sender_region_and_configuration_set(self, aws_house, aws):
        identity = "arn:aws:ses:us-west-2:000000000000:identity/hello@shop.example"
        aws.identities["hello@shop.example"] = "verified"
        pool = pool_of(
            aws_house,
            EmailConfiguration={
                "EmailSendingAccount": "DEVELOPER",
                "SourceArn": identity,
                "ReplyToEmailAddress": "help@shop.example",
                "ConfigurationSet": "of-the-pool",
            },
        )
        sign_up(pool, email=address())
        call = aws.calls[-1]
        told = call.json()
        assert call.region == "us-west-2"
        assert told["FromEmailAddress"] == "hello@shop.example"
        assert told["FromEmailAddressIdentityArn"] == identity
        assert told["ReplyToAddresses"] == ["help@shop.example"]
        assert told["ConfigurationSetName"] == "of-the-pool"
        code_in(told["Content"]["Simple"]["Body"]["Text"]["Data"])

    def test_a_text_message_by_sns(self, aws_house, aws):
        role = "arn:aws:iam::000000000000:role/texts"
        aws.roles[role] = Role()
        pool = pool_of(
            aws_house,
            AutoVerifiedAttributes=["phone_number"],
            SmsConfiguration={"SnsCallerArn": role, "SnsRegion": "eu-central-1"},
        )
        sign_up(pool, phone_number="+4915112345679")
        call = aws.calls[-1]
        assert (call.path, call.service, call.region) == ("/", "sns", "eu-central-1")
        told = call.form()
        code_in(told.pop("Message"))
        assert told == {
            "Action": "Publish",
            "Version": "2010-03-31",
            "PhoneNumber": "+4915112345679",
            "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
            "MessageAttributes.entry.1.Value.DataType": "String",
            "MessageAttributes.entry.1.Value.StringValue": "Transactional",
        }

    def test_a_refusal_is_told_and_a_moment_of_weakness_is_not(self, aws_house, aws):
        pool = pool_of(aws_house)
        aws.answers.append((400, "MessageRejected", '{"message":"Email address is not verified."}'))
        before = aws.tried
        with refused("CodeDeliveryFailureException"):
            sign_up(pool, email=address())
        assert aws.tried == before + 1
        aws.answers.append((503, "ServiceUnavailable", '{"message":"later"}'))
        sign_up(pool, email=address())
        code_in(aws.calls[-1].json()["Content"]["Simple"]["Body"]["Text"]["Data"])
