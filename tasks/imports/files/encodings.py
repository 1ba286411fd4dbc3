"""Which encoding a document is in, and its text (tool). Nothing is lost: what is not UTF-8 is read as Windows-1252."""

import codecs
import hashlib
import io
from dataclasses import dataclass
from typing import TextIO

from tasks.imports.files.containers import Document

CHUNK = 1 << 20
WINDOWS_FALLBACK = "segue-windows-1252"


@dataclass(frozen=True)
class Encoding:
    """The encoding of a document: ``codec`` for `open_text`, and a sentence for the person unless it is plain UTF-8."""

    codec: str
    note: str | None = None


def inspect(document: Document) -> tuple[str, Encoding]:
    """SHA-256 of the bytes and their encoding, in one pass."""
    digest = hashlib.sha256()
    utf8 = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    head = b""
    with document.open() as file:
        while chunk := file.read(CHUNK):
            head = head or chunk[:4096]
            digest.update(chunk)
            if is_utf8:
                is_utf8 = _decodes(utf8, chunk)
        is_utf8 = is_utf8 and _decodes(utf8, b"", final=True)
    return digest.hexdigest(), _encoding(head, is_utf8)


def open_text(document: Document, encoding: Encoding) -> TextIO:
    """The document as text with its own line ends; bytes that are not valid UTF-8 are read as Windows-1252."""
    return io.TextIOWrapper(document.open(), encoding=encoding.codec, errors=WINDOWS_FALLBACK, newline="")


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _encoding(head: bytes, is_utf8: bool) -> Encoding:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "read as UTF-16")
    if len(head) > 3 and not head[1] and head[0] and head[1::2].count(0) > len(head) / 4:
        return Encoding("utf-16-le", "read as UTF-16")
    if len(head) > 3 and not head[0] and head[1] and head[0::2].count(0) > len(head) / 4:
        return Encoding("utf-16-be", "read as UTF-16")
    if not is_utf8:
        return Encoding("utf-8-sig", "not UTF-8: stray bytes read as Windows-1252 (Latin-1)")
    return Encoding("utf-8-sig")


def _read_as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(_windows_letter(byte) for byte in bad), error.end


def _windows_letter(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)  # the five bytes that Windows-1252 leaves free are what Latin-1 says


codecs.register_error(WINDOWS_FALLBACK, _read_as_windows)
