"""Bytes of a text file → UTF-8, whatever a spreadsheet wrote them in.

What must stay true: text that is UTF-8 already is not copied; an encoding is told by its mark or by the bytes, never by a name.
"""

from __future__ import annotations

import codecs
import re


def decode(raw: bytes) -> str:
    """Return text from bytes: by its byte-order mark, else UTF-8, else GB18030, else Windows Western.

    GB18030 accepts nearly anything, so it is taken only where most two-byte pairs lie where Chinese characters do.

    >>> decode("客户,für".encode("utf-8-sig")), decode("客户名称".encode("gb18030")), decode("Müller".encode("cp1252"))
    ('客户,für', '客户名称', 'Müller')
    """
    if raw[:3] == b"\xef\xbb\xbf":
        return raw[3:].decode("utf-8", "strict")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    pairs = re.findall(rb"[\x81-\xfe][\x30-\xfe]", raw[: 1 << 20])
    hanzi = sum(pair[1] >= 0xA1 for pair in pairs)
    if pairs and hanzi >= len(pairs) / 2:
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError:
            pass
    return raw.decode("cp1252", "replace")


def utf8(raw: bytes) -> bytes:
    """Return text in any encoding as UTF-8 with plain line ends; what is UTF-8 already is not copied."""
    data = raw[3:] if raw[:3] == b"\xef\xbb\xbf" else raw
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or not _is_utf8(data):
        data = decode(raw).encode("utf-8")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data if data.endswith(b"\n") or b"\n" not in data else data + b"\n"


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), 1 << 20):
            decoder.decode(data[at : at + (1 << 20)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
