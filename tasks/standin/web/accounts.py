"""The accounts service: the sign-in page, which answers at once in the person's place, and the token endpoint."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from tasks.standin.service import Service
from tasks.standin.web.answers import Answer, as_json, auth_error, html, redirect

Form = Mapping[str, str]


def authorize(service: Service, query: Form) -> Answer:
    """Send the browser back with code and state, or with `access_denied`; errors of the app are told as a page."""
    switches = service.switches
    target = query.get("redirect_uri", "")
    if query.get("client_id") != service.client_id:
        return html("INVALID_CLIENT: Invalid client", 400)
    if fault := uri_fault(target, switches.redirect_uris):
        return html(f"INVALID_CLIENT: {fault}", 400)
    if query.get("response_type") != "code":
        return html("response_type must be code", 400)
    challenge = query.get("code_challenge")
    if challenge and query.get("code_challenge_method") != "S256":
        return html("code_challenge_method must be S256", 400)
    state = {"state": query["state"]} if "state" in query else {}
    if switches.tamper_state:
        state = {"state": "another-state"}
    if switches.deny:
        return redirect(f"{target}?{urlencode({'error': 'access_denied', **state})}")
    code = service.grants.new_code(target, challenge, frozenset(query.get("scope", "").split()))
    return redirect(f"{target}?{urlencode({'code': code, **state})}")


def uri_fault(target: str, registered: object) -> str | None:
    """What is wrong with a redirect URI: https, or http on a loopback literal; exactly as registered, save its port."""
    parts = urlsplit(target)
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "::1")):
        return "Insecure redirect URI"
    if registered is None:
        return None
    portless = f"{parts.scheme}://{parts.netloc.removesuffix(f':{parts.port}')}{parts.path}"
    known = registered if isinstance(registered, list | tuple) else ()
    if target in known or (parts.scheme == "http" and portless in known):
        return None
    return "Invalid redirect URI"


def token(service: Service, form: Form, authorization: str | None) -> Answer:
    """The token endpoint, for the three grants that exist. Errors have the flat form of RFC 6749."""
    credentials = basic(authorization) if authorization else (form.get("client_id"), form.get("client_secret"))
    if credentials is None or credentials[0] is None:
        return auth_error("invalid_client")
    client_id, secret = credentials
    is_known = client_id == service.client_id and secret in (service.client_secret, None)
    has_secret = is_known and secret is not None
    if not is_known:
        return auth_error("invalid_client", "Invalid client")
    match form.get("grant_type"):
        case "client_credentials":
            if not has_secret:
                return auth_error("invalid_client", "Invalid client secret")
            return granted(service, service.grants.new_access(is_user=False))
        case "authorization_code":
            return exchanged(service, form, has_secret)
        case "refresh_token":
            return refreshed(service, form)
        case _:
            return auth_error(
                "unsupported_grant_type", "grant_type must be client_credentials, authorization_code or refresh_token"
            )


def exchanged(service: Service, form: Form, has_secret: bool) -> Answer:
    """A code for tokens: with the verifier whose hash was sent, or with the secret of the app."""
    code = service.grants.spend(form.get("code", ""))
    if code is None:
        return auth_error("invalid_grant", "Invalid authorization code")
    if form.get("redirect_uri") != code.redirect_uri:
        return auth_error("invalid_grant", "Invalid redirect URI")
    if code.challenge is None and not has_secret:
        return auth_error("invalid_client", "Invalid client secret")
    if code.challenge is not None and challenge_of(form.get("code_verifier", "")) != code.challenge:
        return auth_error("invalid_grant", "code_verifier was incorrect")
    access = service.grants.new_access(is_user=True, scopes=code.scopes)
    return granted(service, access, code.scopes, service.grants.new_refresh(code.scopes))


def refreshed(service: Service, form: Form) -> Answer:
    """A new access token for a refresh token, which stays the same unless `rotate_refresh` is set."""
    old = form.get("refresh_token", "")
    scopes = service.grants.refreshed(old)
    if service.switches.refresh_expired:
        return auth_error("invalid_grant", "Refresh token expired")
    if scopes is None:
        return auth_error(
            "invalid_grant", f"{'Refresh token revoked' if service.grants.is_revoked(old) else 'Invalid refresh token'}"
        )
    access = service.grants.new_access(is_user=True, scopes=scopes)
    if not service.switches.rotate_refresh:
        return granted(service, access, scopes)
    service.grants.revoke(old)
    return granted(service, access, scopes, service.grants.new_refresh(scopes))


def granted(service: Service, access: str, scopes: frozenset[str] | None = None, refresh: str | None = None) -> Answer:
    content = {"access_token": access, "token_type": "Bearer", "expires_in": int(service.switches.token_ttl)}
    if scopes is not None:
        content["scope"] = " ".join(sorted(scopes))
    if refresh is not None:
        content["refresh_token"] = refresh
    return as_json(content)


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier: its hash in URL-safe base64 without padding."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def basic(authorization: str) -> tuple[str, str] | None:
    """Id and secret of a Basic header, None when it is none."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        return None
    return (client_id, secret) if scheme.lower() == "basic" and colon else None
