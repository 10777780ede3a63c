"""Are avatars and icons served so that they do no harm, and do people get their own picture in?"""

import http.client
import socket
import threading
import uuid
from urllib.parse import urlsplit

import pytest
import requests

from harness import pictures, secrets
from harness.api_keys import ask, make
from harness.ports import free_port

SCRIPT = b"<script>alert(document.domain)</script>"


def get(house, path, **headers):
    return requests.get(house.api_url + path, headers=headers, timeout=30)


class Owner:
    """Somebody with a token and a profile."""

    def __init__(self, house, starter):
        self.house = house
        person = starter.sign_up()
        person.confirm()
        result = person.sign_in()
        secrets.remember(result)
        self.sub = person.sub
        self.headers = {"Authorization": f"Bearer {result['AccessToken']}"}

    def call(self, method, path, **settings):
        headers = {**self.headers, **settings.pop("headers", {})}
        url = path if path.startswith("http") else self.house.api_url + path
        return requests.request(method, url, headers=headers, timeout=60, **settings)

    def put(self, file, content_type="image/png"):
        return self.call(
            "PUT", "/public/user/me/avatar", data=file, headers={"Content-Type": content_type}
        )

    def avatar(self):
        me = self.call("GET", "/public/user/me")
        assert me.status_code == 200, me.text
        return me.json()["profile"]["profileData"].get("avatarUrl")


@pytest.fixture
def owner(house, starter):
    return Owner(house, starter)


@pytest.fixture(scope="module")
def writer(house):
    return make(house, "write", "assets")["key"]


def harmless(answer):
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert "script-src" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


class TestDrawings:
    @pytest.mark.parametrize("kind", ["avatars", "badges"])
    def test_every_drawing_of_the_catalogue_is_served(self, house, kind):
        listed = get(house, f"/assets/{kind}").json()
        assert len(listed) >= 8
        for drawing in listed:
            answer = get(house, drawing["url"])
            assert answer.status_code == 200, drawing
            assert answer.headers["Content-Type"] == "image/svg+xml"
            assert answer.content.startswith(b"<svg ") and b"script" not in answer.content
            harmless(answer)
            again = get(house, drawing["url"], **{"If-None-Match": answer.headers["ETag"]})
            assert again.status_code == 304 and again.content == b""

    def test_nothing_is_found_outside_of_the_catalogue(self, house):
        place = urlsplit(house.api_url)
        for name in (
            "../../etc/passwd",
            "..%2f..%2fetc%2fpasswd",
            "%2e%2e/%2e%2e/etc/passwd",
            "..%5c..%5cetc%5cpasswd",
            "heron.svg/../heron.svg",
            "heron.svg%00.png",
            "heron.svg%2f",
            "/etc/passwd",
            "%2fetc%2fpasswd",
            "HERON.SVG",
            "heron",
            "x" * 1024,
        ):
            for folder in ("avatars", "badges", "users", "uploads"):
                connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
                connection.putrequest("GET", f"{place.path}/assets/{folder}/{name}")
                connection.endheaders()
                answer = connection.getresponse()
                body = answer.read()
                connection.close()
                assert answer.status in (400, 403, 404, 405), (folder, name, answer.status)
                assert b"root:" not in body and b"<svg" not in body


class TestOwnPicture:
    def test_a_picture_is_drawn_anew_and_served_for_ever(self, house, owner):
        answer = owner.put(pictures.png())
        assert answer.status_code == 200, answer.text
        url = answer.json()["avatarUrl"]
        assert owner.avatar() == url
        picture = get(house, url)
        assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/png"
        assert "immutable" in picture.headers["Cache-Control"]
        assert pictures.size(picture.content) == (256, 256)
        harmless(picture)
        again = get(house, url, **{"If-None-Match": picture.headers["ETag"]})
        assert again.status_code == 304

    def test_another_picture_takes_its_place_and_the_old_one_goes(self, house, owner):
        first = owner.put(pictures.png()).json()["avatarUrl"]
        assert owner.put(pictures.png()).json()["avatarUrl"] == first
        second = owner.put(pictures.png(colour=(1, 2, 3))).json()["avatarUrl"]
        assert second != first and owner.avatar() == second
        assert get(house, first).status_code == 404
        assert owner.call("DELETE", "/public/user/me/avatar").status_code == 204
        assert owner.avatar() is None
        assert get(house, second).status_code == 404
        assert owner.call("DELETE", "/public/user/me/avatar").status_code == 204

    def test_one_picture_of_two_people_has_two_names(self, house, starter, owner):
        other = Owner(house, starter)
        mine, theirs = (one.put(pictures.png()).json()["avatarUrl"] for one in (owner, other))
        assert mine != theirs
        other.call("DELETE", "/public/user/me/avatar")
        assert get(house, mine).status_code == 200

    def test_what_else_is_in_the_file_is_gone(self, house, owner):
        text = pictures.chunk(b"tEXt", b"Comment\x00" + SCRIPT)
        for file in (pictures.png() + SCRIPT, pictures.png(extra=text) + b"PK\x03\x04" + SCRIPT):
            url = owner.put(file, "text/html").json()["avatarUrl"]
            served = get(house, url)
            assert served.headers["Content-Type"] == "image/png"
            assert b"script" not in served.content
            assert set(pictures.kinds(served.content)) <= {b"IHDR", b"IDAT", b"IEND"}

    def test_what_is_no_picture_is_refused_whatever_it_says(self, owner):
        for file, status in (
            (b"", 422),
            (b"<html>" + SCRIPT, 415),
            (b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>", 415),
            (b"%PDF-1.7 " + SCRIPT, 415),
            (pictures.SIGNATURE + SCRIPT, 422),
            (b"GIF89a/*" + SCRIPT, 422),
            (pictures.bomb(30_000, 30_000), 422),
            (pictures.png() + b"\x00" * (2 * 1024 * 1024), 413),
        ):
            answer = owner.put(file)
            assert answer.status_code == status, (file[:40], answer.status_code, answer.text)
            assert answer.headers["Content-Type"] == "application/problem+json"
        assert owner.avatar() is None

    def test_ten_changes_an_hour(self, owner):
        answers = [owner.put(b"no picture").status_code for _ in range(11)]
        assert answers == [415] * 10 + [429]
        refused = owner.put(pictures.png())
        assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 3600

    def test_many_at_once_leave_one_picture(self, house, owner):
        answers = []

        def change(number):
            answers.append(owner.put(pictures.png(colour=(number, 0, 0))))

        threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status_code for answer in answers} <= {200, 409, 503}
        urls = {answer.json()["avatarUrl"] for answer in answers if answer.status_code == 200}
        kept = owner.avatar()
        assert kept in urls
        assert {url for url in urls if get(house, url).status_code == 200} == {kept}

    def test_only_people_with_a_token_have_one(self, house, writer):
        for method, path in (
            ("PUT", "/public/user/me/avatar"),
            ("DELETE", "/public/user/me/avatar"),
            ("POST", "/public/user/me/avatar/upload"),
            ("POST", "/public/user/me/avatar/confirm"),
        ):
            assert ask(house, method, path, data=pictures.png()).status_code == 401
            assert ask(house, method, path, writer, data=pictures.png()).status_code == 401


class TestUpload:
    def begin(self, owner, length):
        return owner.call(
            "POST", "/public/user/me/avatar/upload", json={"contentLength": length}
        )

    def send(self, address, file):
        return requests.request(address["method"], address["url"], data=file, timeout=30)

    def confirm(self, owner):
        return owner.call("POST", "/public/user/me/avatar/confirm")

    def test_a_file_is_sent_and_confirmed(self, house, owner):
        file = pictures.png()
        begun = self.begin(owner, len(file))
        assert begun.status_code == 201, begun.text
        address = begun.json()
        assert address["headers"] == {"content-length": str(len(file))}
        assert self.confirm(owner).status_code == 409
        assert self.send(address, file).status_code in (200, 204)
        assert owner.avatar() is None
        done = self.confirm(owner)
        assert done.status_code == 200, done.text
        assert owner.avatar() == done.json()["avatarUrl"]
        assert get(house, owner.avatar()).status_code == 200
        assert self.confirm(owner).status_code == 409

    def test_only_the_length_that_was_said_is_taken(self, owner):
        file = pictures.png()
        address = self.begin(owner, len(file)).json()
        assert self.send(address, file + b"x").status_code in (400, 403, 413)
        assert self.send(address, file[:-1]).status_code in (400, 403)
        wrong = {**address, "url": address["url"][:-4] + "0000"}
        assert self.send(wrong, file).status_code in (403, 404)
        for length, status in ((0, 422), (2 * 1024 * 1024 + 1, 413), (-1, 400), ("7", 400)):
            assert self.begin(owner, length).status_code == status, length
        assert self.confirm(owner).status_code == 409

    def test_a_file_that_is_no_picture_is_not_confirmed(self, owner):
        address = self.begin(owner, len(SCRIPT)).json()
        assert self.send(address, SCRIPT).status_code in (200, 204)
        assert self.confirm(owner).status_code == 415
        assert owner.avatar() is None

    def test_a_new_address_takes_the_place_of_the_old_one(self, owner):
        file = pictures.png()
        old = self.begin(owner, len(file)).json()
        new = self.begin(owner, len(file)).json()
        assert self.send(old, file).status_code in (204, 404)
        assert self.confirm(owner).status_code == 409
        assert self.send(new, file).status_code == 204
        assert self.confirm(owner).status_code == 200


class TestAddresses:
    def point(self, house, owner, writer, url):
        return requests.patch(
            f"{house.api_url}/user/{owner.sub}",
            json={"profile": {"profileData": {"avatarUrl": url}}},
            headers={"x-api-key": writer, "Content-Type": "application/merge-patch+json"},
            timeout=30,
        )

    def test_usr_11_an_avatar_is_https_or_ours_and_nothing_is_fetched(self, house, owner, writer):
        port, called = free_port(), []
        listener = socket.create_server(("127.0.0.1", port))
        listener.settimeout(0.2)
        for url in (
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
            "file:///etc/passwd",
            "http://169.254.169.254/latest/meta-data",
            "https://169.254.169.254/",
            "http://[::1]/",
            f"http://127.0.0.1:{port}/a.png",
            f"https://127.0.0.1:{port}/a.png",
            f"https://localhost:{port}/a.png",
            "https://2130706433/a.png",
            "//example.com/a.png",
            "/assets/avatars/../x",
            "",
            "https://example.com/" + "a" * 3000,
        ):
            answer = self.point(house, owner, writer, url)
            assert answer.status_code == 400, (url, answer.status_code, answer.text)
            [error] = answer.json()["errors"]
            assert error["pointer"] == "/profile/profileData/avatarUrl"
        try:
            called.append(listener.accept())
        except TimeoutError:
            pass
        listener.close()
        assert not called and owner.avatar() is None
        for url in ("https://example.com/ann.png", "/assets/avatars/heron.svg"):
            answer = self.point(house, owner, writer, url)
            assert answer.status_code == 200, answer.text
            assert owner.avatar() == url

    def test_usr_12_only_badges_of_the_catalogue_are_given(self, house, owner, writer):
        for name in ("..%2fx", "../x", "unknown", "x" * 1024, "founder.svg", "Founder", "%00"):
            answer = ask(house, "POST", f"/user/{owner.sub}/badge/{name}", writer)
            # A path that climbs is none of the gateway's routes, and it says so as API Gateway does.
            assert answer.status_code in (400, 403, 404), (name, answer.status_code)
        given = ask(house, "POST", f"/user/{owner.sub}/badge/founder", writer)
        assert given.status_code in (200, 201, 204), given.text
        badges = owner.call("GET", "/public/user/me").json()["profile"]["badges"]
        assert badges == [{"name": "founder", "iconUrl": "/assets/badges/founder.svg"}]
        assert get(house, badges[0]["iconUrl"]).status_code == 200

    def test_a_picture_goes_with_its_owner(self, house, owner):
        url = owner.put(pictures.png()).json()["avatarUrl"]
        assert get(house, url).status_code == 200
        gone = owner.call("DELETE", "/public/user/me")
        assert gone.status_code in (200, 202, 204), gone.text
        assert get(house, url).status_code == 404

    def test_names_that_nobody_has_are_not_found(self, house):
        for name in (f"{uuid.uuid4().hex * 2}.png", "x.png", "..%2fx.png"):
            assert get(house, f"/assets/users/{name}").status_code in (400, 403, 404)
