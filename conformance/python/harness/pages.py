"""What token does somebody get who signs in on the pages?"""

import html
import re
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

from . import secrets
from .people import Person

CALLBACK = "http://localhost:3000/cb"


def form(page: requests.Response) -> tuple[str, dict[str, str]]:
    """The action and the hidden fields of the first form."""
    found = re.search(r"<form.*?</form>", page.text, re.S)
    assert found, page.text
    action = html.unescape(re.search(r'action="([^"]*)"', found[0])[1])
    hidden = {}
    for tag in re.findall(r"<input[^>]*>", found[0]):
        if 'type="hidden"' in tag:
            name = re.search(r'name="([^"]*)"', tag)[1]
            hidden[name] = html.unescape(re.search(r'value="([^"]*)"', tag)[1])
    return urljoin(page.url, action), hidden


def access_token(person: Person, *scopes: str) -> str:
    """An access token with these scopes and no others, through a client of its own."""
    pool = person.pool
    client = pool.cognito.create_user_pool_client(
        UserPoolId=pool.id,
        ClientName="pages",
        SupportedIdentityProviders=["COGNITO"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["implicit"],
        AllowedOAuthScopes=list(scopes),
        CallbackURLs=[CALLBACK],
    )["UserPoolClient"]["ClientId"]
    asked = {"client_id": client, "response_type": "token", "redirect_uri": CALLBACK}
    with requests.Session() as browser:
        browser.trust_env = False
        url = f"{pool.house.identity_url}/oauth2/authorize"
        action, fields = form(browser.get(url, params=asked, timeout=30))
        fields |= {"username": person.name, "password": person.password}
        done = browser.post(action, data=fields, allow_redirects=False, timeout=30)
    told = parse_qs(urlsplit(done.headers["Location"]).fragment)
    assert told.get("access_token"), done.headers["Location"]
    [token] = told["access_token"]
    secrets.remember_text(token)
    return token
