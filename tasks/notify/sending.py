"""The ways of a notice: a webhook, e-mail, a file. One that fails keeps neither the others nor the night from going on."""

import json
import logging
import os
import re
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from urllib.parse import urlsplit

import requests

from schemas.values import Receivers
from tasks.notify.notice import Notice

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")
IMPLICIT_TLS = 465

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def send(told: Notice, receivers: Receivers) -> list[str]:
    """Tell everybody who wants to know; returns what failed, a line each, without any secret."""
    if receivers.when == "never" or (receivers.when == "problems" and not told.is_problem):
        return []
    ways: dict[str, Callable[[], None]] = {}
    if receivers.webhook_url:
        ways[f"the webhook at {urlsplit(receivers.webhook_url).hostname}"] = lambda: _post(told, receivers.webhook_url)
    if receivers.mail_to:
        server = f"{receivers.smtp_host}:{receivers.smtp_port}"
        ways[f"e-mail by {server}"] = lambda: _mail(told, receivers)
    if receivers.file:
        file = receivers.file
        ways[f"the file {file}"] = lambda: _append(told, file)
    failed = []
    for name, way in ways.items():
        try:
            way()
            log.info("told %s", name)
        except (OSError, ValueError, requests.RequestException, smtplib.SMTPException) as error:
            failed.append(f"the notice did not reach {name} ({_reason(error)}): correct the settings of notices")
            log.warning("%s", failed[-1])
    return failed


def _post(told: Notice, url: str) -> None:
    """One JSON document; ``text`` is what Slack, Mattermost and their like show, with their own signs escaped."""
    text = told.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    answer = requests.post(url, json={"text": text, **told.document}, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    if not answer.ok or answer.is_redirect:
        raise requests.HTTPError(f"HTTP {answer.status_code}")


def _mail(told: Notice, receivers: Receivers) -> None:
    message = EmailMessage()
    message["Subject"] = f"Segue: the {told.document['source']} night was {told.document['verdict']}"
    message["From"] = receivers.mail_from or receivers.mail_to.split(",")[0].strip()
    message["To"] = receivers.mail_to
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid("segue", "segue.invalid")
    message.set_content(CONTROL.sub(" ", told.text))
    is_tls = receivers.smtp_port == IMPLICIT_TLS
    context = ssl.create_default_context()
    host, port = receivers.smtp_host, receivers.smtp_port
    opened = (
        smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
        if is_tls
        else smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    )
    with opened as server:
        server.ehlo()
        # a mail server of this machine has a certificate that nobody knows, and what it is told does not leave the machine
        is_wanted = receivers.smtp_password or host not in LOOPBACK
        if not is_tls and is_wanted and server.has_extn("starttls"):
            server.starttls(context=context)
            is_tls = True
        if receivers.smtp_password:
            if not is_tls:
                raise smtplib.SMTPNotSupportedError("it offers no TLS, and a password never goes without")
            server.login(receivers.smtp_user, receivers.smtp_password)
        server.send_message(message)


def _append(told: Notice, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (json.dumps({"text": told.text, **told.document}, ensure_ascii=False) + "\n").encode())
    finally:
        os.close(descriptor)


def _reason(error: Exception) -> str:
    """Why it failed, without what the other side or the library may have quoted of our secrets."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return str(error)
    if isinstance(error, smtplib.SMTPResponseException):
        return f"SMTP {error.smtp_code}"
    if isinstance(error, requests.HTTPError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {error.verify_message}; SSL_CERT_FILE may name one to trust"
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__
