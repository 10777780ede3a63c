"""Do users come in from a CSV file, sent to a pre-signed address, each once and nobody over another?"""

import csv
import io
import os
import time

import pytest
import requests

from harness import secrets
from harness.checks import refused

ROLE = "arn:aws:iam::123456789012:role/import"
# What spreadsheets would take for a formula, and what CSV must quote.
CELLS = ["=1+2", "+49", "-5", "@SUM(A1)", "\tx", 'She said "hi",\r\nand left', "Zoë"]


@pytest.fixture
def pool(make_pool):
    return make_pool(AutoVerifiedAttributes=["email"])


def job_of(pool, **named):
    named.setdefault("JobName", "people")
    answer = pool.cognito.create_user_import_job(
        UserPoolId=pool.id, CloudWatchLogsRoleArn=ROLE, **named
    )
    return answer["UserImportJob"]


def file_of(pool, people):
    """A file with the header of the pool and a row for each of the people."""
    header = pool.cognito.get_csv_header(UserPoolId=pool.id)["CSVHeader"]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="")
    writer.writeheader()
    writer.writerows(people)
    return text.getvalue().encode()


def person(username, **attributes):
    return {
        "cognito:username": username,
        "cognito:mfa_enabled": "false",
        "email": f"{username}@example.com",
        "email_verified": "true",
        "phone_number_verified": "false",
        **attributes,
    }


def send(job, body):
    headers = {"x-amz-server-side-encryption": "aws:kms"}
    return requests.put(job["PreSignedUrl"], data=body, headers=headers, timeout=60)


def look_at(pool, job):
    named = {"UserPoolId": pool.id, "JobId": job["JobId"]}
    return pool.cognito.describe_user_import_job(**named)["UserImportJob"]


def start(pool, job):
    named = {"UserPoolId": pool.id, "JobId": job["JobId"]}
    return pool.cognito.start_user_import_job(**named)["UserImportJob"]


def ended(pool, job):
    for _ in range(300):
        seen = look_at(pool, job)
        if seen["Status"] not in ("Pending", "InProgress", "Stopping"):
            return seen
        time.sleep(0.2)
    raise AssertionError(seen["Status"])


def attributes(pool, name):
    user = pool.cognito.admin_get_user(UserPoolId=pool.id, Username=name)
    return user["UserStatus"], {it["Name"]: it["Value"] for it in user["UserAttributes"]}


def test_people_come_in_and_their_cells_are_kept_as_given(pool):
    job = job_of(pool)
    people = [person(f"u{number}", name=cell) for number, cell in enumerate(CELLS)]
    people += [person("u0", name="Somebody else"), person("nobody", email_verified="false")]
    assert send(job, file_of(pool, people)).status_code == 200
    assert start(pool, job)["Status"] in ("Pending", "InProgress")
    job = ended(pool, job)
    assert job["Status"] == "Succeeded"
    assert (job["ImportedUsers"], job["SkippedUsers"], job["FailedUsers"]) == (len(CELLS), 1, 1)
    for number, cell in enumerate(CELLS):
        status, kept = attributes(pool, f"u{number}")
        assert status == "RESET_REQUIRED"
        assert kept["name"] == cell
    report = requests.get(job["PreSignedUrl"], timeout=10).text
    assert report.splitlines()[0] == "[SKIPPED] Line Number 9 - The user already exists."
    assert report.splitlines()[1].startswith("[FAILED] Line Number 10 - ")
    assert "example.com" not in report


def test_an_imported_person_sets_a_password_by_a_code(pool):
    job = job_of(pool)
    name, password = f"p{os.urandom(6).hex()}", secrets.password()
    send(job, file_of(pool, [person(name)]))
    start(pool, job)
    assert ended(pool, job)["ImportedUsers"] == 1
    client = pool.client()
    pool.cognito.forgot_password(ClientId=client.id, Username=name)
    code = pool.house.mailbox.code(f"{name}@example.com")
    pool.cognito.confirm_forgot_password(
        ClientId=client.id, Username=name, ConfirmationCode=code, Password=password
    )
    assert client.srp(name, password)["AuthenticationResult"]


def test_an_address_takes_a_file_only_as_it_was_signed(pool):
    job, other = job_of(pool), job_of(pool)
    url = job["PreSignedUrl"]
    for wrong in (
        url.replace(job["JobId"], other["JobId"]),
        url.partition("?")[0],
        url.replace("expires=1", "expires=2"),
    ):
        answer = requests.put(wrong, data=b"x", timeout=10)
        assert answer.status_code == 403, wrong
    with refused("PreconditionNotMetException"):
        start(pool, job)
    send(job, file_of(pool, []))
    start(pool, job)
    assert ended(pool, job)["Status"] == "Succeeded"
    assert send(job, b"late").status_code in (403, 409)


def test_a_file_that_is_too_large_is_cut_off(pool):
    job = job_of(pool)

    def endless():
        for _ in range(110):
            yield b"x" * 1024 * 1024

    try:
        assert send(job, endless()).status_code == 413
    except requests.exceptions.ConnectionError:
        # The server hung up while the client was still sending.
        pass
    with refused("PreconditionNotMetException"):
        start(pool, job)


def test_an_import_that_is_stopped_keeps_who_came_in(pool):
    job = job_of(pool)
    people = 5000
    assert send(job, file_of(pool, [person(f"s{number}") for number in range(people)])).ok
    start(pool, job)
    named = {"UserPoolId": pool.id, "JobId": job["JobId"]}
    assert pool.cognito.stop_user_import_job(**named)["UserImportJob"]["Status"] == "Stopping"
    job = ended(pool, job)
    assert job["Status"] == "Stopped"
    assert job["ImportedUsers"] < people
    assert (job["SkippedUsers"], job["FailedUsers"]) == (0, 0)
    with refused("PreconditionNotMetException"):
        pool.cognito.stop_user_import_job(**named)


def test_a_pool_that_is_deleted_is_gone_at_once(make_pool):
    pool = make_pool()
    names = [f"u{number}" for number in range(20)]
    for name in names:
        pool.cognito.admin_create_user(
            UserPoolId=pool.id, Username=name, MessageAction="SUPPRESS"
        )
    pool.cognito.delete_user_pool(UserPoolId=pool.id)
    with refused("ResourceNotFoundException"):
        pool.cognito.admin_get_user(UserPoolId=pool.id, Username=names[0])
    with refused("ResourceNotFoundException"):
        pool.cognito.list_users(UserPoolId=pool.id)
