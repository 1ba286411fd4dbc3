"""HTTP/1.1 on loopback: a thread for each connection, and the ways in which an answer can fail to arrive."""

import socket
import struct
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock
from typing import Any, Protocol
from urllib.parse import urlsplit

from tasks.standin.web.answers import Answer


class Responder(Protocol):
    """What stands behind a listener."""

    def respond(self, method: str, path: str, query: str, authorization: str | None, body: str) -> Answer: ...

    def log(self, method: str, path: str, query: str, status: int) -> None: ...


class Listener(ThreadingHTTPServer):
    """The listening socket on 127.0.0.1. `port` is taken when it is free, else any other."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, responder: Responder, port: int, hang_seconds: float) -> None:
        self.responder = responder
        self.hang_seconds = hang_seconds
        self.closing = Event()
        self._connections: set[Any] = set()
        self._lock = Lock()
        try:
            super().__init__(("127.0.0.1", port), Handler)
        except OSError:
            if port == 0:
                raise
            super().__init__(("127.0.0.1", 0), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is no news, and a bug of ours is raised when the stand-in closes."""

    def close(self) -> None:
        """End all: no new connections, and the open ones are cut."""
        self.closing.set()
        self.shutdown()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection; it stays open between requests, as with Spotify."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for a delayed ACK
    server: Listener

    def answer(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        responder = self.server.responder
        answer = responder.respond(self.command, url.path, url.query, self.headers.get("Authorization"), body)
        arrives = answer.delivery in ("whole", "broken_off")
        responder.log(self.command, url.path, url.query, answer.status if arrives else 0)
        if arrives:
            self._send(answer)
        else:
            if answer.delivery == "hang":
                self.server.closing.wait(self.server.hang_seconds)
            self._reset()

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - http.server's names

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.delivery == "whole":
            self.wfile.write(answer.body)
        else:
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self.close_connection = True

    def _reset(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: paths and queries are for `StandIn.requests`, and the terminal belongs to the night."""
