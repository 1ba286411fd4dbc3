"""Notices against real receivers on loopback: a webhook, a mail server, a file; a receiver that fails is told and no more."""

import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from schemas.values import Receivers
from tasks.notify import sending
from tasks.notify.notice import notice
from tasks.notify.sending import send

BEGAN = datetime.fromisoformat("2026-11-25T03:00:00")
REPORT = "/home/x/segue-data/reports/index.html"
SECRET = "s3cret-of-the-webhook"


def night(verdict: str = "published", *problems: str, **values: Any) -> dict[str, Any]:
    return {
        "run_id": "20261125T030000-aaaaaa",
        "source": "demo",
        "verdict": verdict,
        "started_at": BEGAN,
        "ended_at": BEGAN + timedelta(seconds=42),
        "parked_until": None,
        "problems": list(problems),
        "report": REPORT,
        **values,
    }


@contextmanager
def webhook(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A receiver of JSON: its address, and what arrived."""
    arrived: list[dict[str, Any]] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            arrived.append({"path": self.path, "type": self.headers["Content-Type"], "body": json.loads(body)})
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *told: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Takes)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/services/{SECRET}", arrived
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Mailbox:
    """A mail server's handler that keeps what it gets."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, list[str], EmailMessage]] = []
        self.passwords: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append((envelope.mail_from, envelope.rcpt_tos, parsed))
        return "250 kept"


@contextmanager
def mail_server(password: str = "", **how: Any) -> Iterator[tuple[int, Mailbox]]:
    """A mail server on loopback; with a password it lets those log in who know it. ``how`` as aiosmtpd takes it."""

    def knows(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        mailbox.passwords.append(data.password.decode() if isinstance(data, LoginPassword) else "")
        return AuthResult(success=mailbox.passwords[-1] == password, handled=False)

    mailbox = Mailbox()
    if password:
        how = {"authenticator": knows, "auth_require_tls": False, **how}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]  # the controller looks for its server under the port that it was told
    server = Controller(mailbox, hostname="127.0.0.1", port=port, **how)
    server.start()
    try:
        yield port, mailbox
    finally:
        server.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail of a test")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    """What a server that has this certificate is given."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


def by_mail(port: int) -> Receivers:
    return Receivers("always", "", "a@x.org", "", "127.0.0.1", port, "me", "pa55word")


def test_a_webhook_gets_one_document_with_a_text_and_what_to_do() -> None:
    with webhook() as (url, arrived):
        assert send(notice(night("refused", "collapse: tracks has 4 rows")), Receivers(webhook_url=url)) == []
    (post,) = arrived
    assert (post["path"], post["type"]) == (f"/services/{SECRET}", "application/json")
    to_do = "look at the gate's words in `segue status`; if it is right as it is, `segue refresh --force`"
    assert post["body"] == {
        "text": f"Segue: demo night refused after 42 s\n- collapse: tracks has 4 rows\nTo do: {to_do}.",
        "run_id": "20261125T030000-aaaaaa",
        "source": "demo",
        "verdict": "refused",
        "started_at": "2026-11-25T03:00:00Z",
        "ended_at": "2026-11-25T03:00:42Z",
        "parked_until": None,
        "changes": None,
        "problems": ["collapse: tracks has 4 rows"],
        "to_do": to_do,
        "report": REPORT,
    }


def test_names_are_no_commands_of_the_chat() -> None:
    with webhook() as (url, arrived):
        send(notice(night("published", "the list '<!channel> & <script>' was refused")), Receivers(webhook_url=url))
    assert "&lt;!channel&gt; &amp; &lt;script&gt;" in arrived[0]["body"]["text"]


def test_mail_says_how_it_went_and_what_to_do() -> None:
    with mail_server() as (port, mailbox):
        receivers = Receivers("always", mail_to="a@example.org, b@example.org", smtp_host="127.0.0.1", smtp_port=port)
        assert send(notice(night(changes="tracks: 3 new")), receivers) == []
    ((sender, receivers_found, message),) = mailbox.messages
    assert (sender, receivers_found) == ("a@example.org", ["a@example.org", "b@example.org"])
    assert message["Subject"] == "Segue: the demo night was published"
    assert message.get_content().splitlines() == [
        "Segue: demo night published after 42 s: tracks: 3 new",
        "To do: nothing.",
        f"Report: {REPORT}",
    ]


@pytest.fixture(params=["TLS from the start", "STARTTLS"])
def tls(
    request: pytest.FixtureRequest, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[int, Mailbox]]:
    """A mail server that takes the password over TLS only."""
    is_implicit = request.param == "TLS from the start"
    how = {"ssl_context": context} if is_implicit else {"tls_context": context, "auth_require_tls": True}
    with mail_server("pa55word", **how) as (port, mailbox):
        if is_implicit:
            monkeypatch.setattr(sending, "IMPLICIT_TLS", port)  # only root may listen at 465
        yield port, mailbox


def test_mail_and_password_go_over_tls_to_a_server_whose_certificate_is_trusted(
    tls: tuple[int, Mailbox], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, mailbox = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    wrong = replace(by_mail(port), smtp_password="wr0ng")
    assert send(notice(night()), by_mail(port)) == []
    (told,) = send(notice(night()), wrong)
    assert set(mailbox.passwords) == {"pa55word", "wr0ng"}  # some ways to say it are tried
    assert len(mailbox.messages) == 1
    assert "SMTP 535" in told
    assert "wr0ng" not in told + repr(wrong)


def test_a_certificate_that_nobody_trusts_is_refused_and_gets_no_word(tls: tuple[int, Mailbox]) -> None:
    port, mailbox = tls
    assert send(notice(night()), by_mail(port)) == [
        f"the notice did not reach e-mail by 127.0.0.1:{port} (its certificate is refused: self-signed certificate; "
        "SSL_CERT_FILE may name one to trust): correct the settings of notices"
    ]
    assert (mailbox.messages, mailbox.passwords) == ([], [])


def test_a_certificate_of_another_host_is_refused(
    context: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server("pa55word", tls_context=context) as (port, mailbox):
        (told,) = send(notice(night()), replace(by_mail(port), smtp_host="localhost"))
    assert "certificate is not valid for 'localhost'" in told
    assert (mailbox.messages, mailbox.passwords) == ([], [])


def test_a_password_never_goes_over_a_connection_without_tls() -> None:
    """Nor does the mail, which nobody would have taken without it."""
    with mail_server("pa55word") as (port, mailbox):
        (told,) = send(notice(night()), by_mail(port))
    assert "(it offers no TLS, and a password never goes without)" in told
    assert (mailbox.messages, mailbox.passwords) == ([], [])


def test_a_file_gets_a_line_a_notice_and_is_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "notices" / "segue.jsonl"
    for _ in range(2):
        assert send(notice(night("failed", "HomeError: full")), Receivers(file=path)) == []
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["verdict"] for line in lines] == ["failed", "failed"]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("when", "told_of"),
    [("problems", ["coped", "parked", "forced", "failed"]), ("always", ["fine", "coped", "parked", "forced", "failed"]), ("never", [])],
)  # fmt: skip
def test_who_is_told_of_what(tmp_path: Path, when: str, told_of: list[str]) -> None:
    until = BEGAN + timedelta(hours=3)
    nights = {
        "fine": night(),
        "coped": night("published", "the sign-in ends on 2026-12-06"),
        "parked": night("parked", parked_until=until),
        "forced": night("forced"),
        "failed": night("failed"),
    }
    told = []
    for name, found in nights.items():
        path = tmp_path / f"{when}-{name}"
        send(notice(found), Receivers(when, file=path))
        if path.exists():
            told.append(name)
    assert told == told_of
    assert "the next night after 2026-11-25 06:00 UTC goes on" in notice(nights["parked"]).text


def test_receivers_that_fail_are_named_without_their_secrets_and_the_others_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with webhook(status=500) as (url, _):
        receivers = Receivers("always", url, "a@x.org", "", "127.0.0.1", 9, "me", "pa55word", tmp_path / "file")
        failed = send(notice(night()), receivers)
    assert failed == [
        "the notice did not reach the webhook at 127.0.0.1 (HTTP 500): correct the settings of notices",
        "the notice did not reach e-mail by 127.0.0.1:9 (Connection refused): correct the settings of notices",
    ]
    assert (tmp_path / "file").exists()
    for secret in (SECRET, "pa55word"):
        assert secret not in caplog.text + repr(receivers) + str(failed)


def test_a_webhook_that_points_elsewhere_is_not_followed() -> None:
    with webhook(status=302) as (url, arrived):
        (told,) = send(notice(night("failed")), Receivers(webhook_url=url))
    assert "HTTP 302" in told
    assert len(arrived) == 1


def test_a_webhook_that_is_not_there_does_not_tell_its_secret() -> None:
    (told,) = send(notice(night("failed")), Receivers(webhook_url=f"http://127.0.0.1:9/{SECRET}"))
    assert "ConnectionError" in told
    assert SECRET not in told


@pytest.mark.parametrize("host", ["mail..example.com", "m" * 64])
def test_a_server_whose_name_is_no_name_is_told_like_one_that_is_not_there(host: str) -> None:
    (told,) = send(notice(night("failed")), Receivers(mail_to="a@x.org", smtp_host=host))
    assert told.startswith(f"the notice did not reach e-mail by {host}:25 (Unicode")
    (told,) = send(notice(night("failed")), Receivers(webhook_url=f"http://{host}/{SECRET}"))
    assert told.startswith(f"the notice did not reach the webhook at {host} (LocationParseError)")
