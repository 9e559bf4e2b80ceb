#!/usr/bin/env python3
"""Writes the seeds of the codec fuzz targets into corpus/: one small order in both formats, and one
file for each way a value can be wrong. Findings of the fuzzers are kept beside them by hand."""
import json
import pathlib
import struct

CORPUS = pathlib.Path(__file__).parent / "corpus"

ADDRESS = {"city": "Bonn", "zip": 53111, "street": None}
ORDER = {
    "id": -7, "plan": "paid", "name": "K\u00fcche \U0001f600",
    "numbers": {"truth": True, "tiny": -128, "port": 65535, "balance": -100000,
                "natural": 18446744073709551615, "real": 0.1, "reals": [1.5, -2e300],
                "point": [1, -2, 300], "mixed": [7, True, "seven"], "pair": [1, "one"]},
    "times": {"timeout": 1500, "minutes": -90},
    "delivery": {"3": ADDRESS}, "billing": ADDRESS,
    "stock": {"desk": [1, 2, 3]}, "labels": [[-1, "minus one"]], "sites": {"north": ADDRESS},
    "tags": ["a", "b"], "seen": [1, 4000000000], "flags": [True, False], "bits": [False],
    "owned": [{"address": ADDRESS, "note": "before noon"}], "parts": [{"name": "leg"}],
}


def packed(value) -> bytes:
    """MessagePack with the widest lengths, which the writer of the library never uses."""
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return struct.pack(">Bq", 0xD3, value) if value < 0 else struct.pack(">BQ", 0xCF, value)
    if isinstance(value, float):
        return struct.pack(">Bd", 0xCB, value)
    if isinstance(value, bytes):
        return struct.pack(">BI", 0xC6, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return struct.pack(">BI", 0xDB, len(text)) + text
    if isinstance(value, list):
        return struct.pack(">BI", 0xDD, len(value)) + b"".join(map(packed, value))
    members = b"".join(packed(key) + packed(member) for key, member in value.items())
    return struct.pack(">BI", 0xDF, len(value)) + members


def member(name: str, content: bytes) -> bytes:
    return b"\x81" + bytes([0xA0 + len(name)]) + name.encode() + content


JSON_SEEDS = {
    "order": json.dumps(ORDER, ensure_ascii=False).encode(),
    "order-escaped": json.dumps(ORDER, indent=1).encode(),
    "times": b'{"times":{"created":"2024-05-01T12:00:00Z","seen":"1969-12-31T23:59:59.999999999Z",'
             b'"day":"1900-01-01T00:00:00+05:30"},"photo":"AP8QgA==","digest":"AQIDBAU="}',
    "name-twice": b'{"a":1,"\\u0061":2}',
    "too-deep": b'{"x":' + b"[" * 40,
    "number-too-large": b'{"numbers":{"real":1e400}}',
    "integer-too-large": b'{"id":9223372036854775808}',
    "lone-surrogate": b'{"name":"\\ud800"}',
    "byte-order-mark": b"\xef\xbb\xbf{}",
    "not-utf8": b'{"name":"\xff"}',
    "comment": b"{} // end",
    "nan": b'{"numbers":{"real":NaN}}',
    "trailing-bytes": b"{}{}",
    "unknown-members": b'{"__proto__":{"a":[null,true,-0.0]},"id":1}',
}

MESSAGEPACK_SEEDS = {
    "order": packed(ORDER),
    "order-small": b"\x82\xa2id\x05\xa4name\xa3leg",
    "bytes": member("photo", b"\xc4\x02\x00\xff"),
    "timestamp32": member("times", member("created", b"\xd6\xff\x00\x00\x00\x05")),
    "timestamp64": member("times", member("seen", b"\xd7\xff" + struct.pack(">Q", 5 << 34 | 9))),
    "timestamp96": member("times", member("seen", b"\xc7\x0c\xff" + struct.pack(">Iq", 1, -1))),
    "timestamp-nanoseconds": member("times", member("seen", b"\xd7\xff" + b"\xff" * 8)),
    "array-bomb": member("tags", b"\xdd\xff\xff\xff\xff\x01\x01\x01\x01"),
    "map-bomb": b"\xdf\xff\xff\xff\xff\xa1a\x01",
    "text-bomb": member("name", b"\xdb\xff\xff\xff\xfftext"),
    "extension-bomb": member("x", b"\xc9\xff\xff\xff\xff\x01text"),
    "nested-known": member("parts", b"\x91" * 40),
    "nested-unknown": member("x", b"\xdc\x00\x01" * 40),
    "not-utf8": member("name", b"\xa1\xff"),
    "name-twice": b"\x82\xa2id\x01\xa2id\x02",
    "nan": member("numbers", member("real", b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x01")),
    "unused-byte": member("x", b"\xc1"),
    "trailing-bytes": b"\x80\x80",
}


def main() -> None:
    for target, seeds in {"codec_json_fuzz": JSON_SEEDS,
                          "codec_messagepack_fuzz": MESSAGEPACK_SEEDS}.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in seeds.items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
