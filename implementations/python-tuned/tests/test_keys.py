import pytest

from cache_tuned.keys import InvalidKeyError, decode_key, encoded_key, plain_key


@pytest.mark.parametrize(
    "path", [b"/", b"/v1/cache", b"/v1/cache/", b"/v1/cache/a/b", b"/v2/cache/a"]
)
def test_an_empty_key_or_a_raw_slash_is_another_route(path: bytes) -> None:
    assert encoded_key(path) is None


def test_the_key_of_a_path_is_still_encoded() -> None:
    assert encoded_key(b"/v1/cache/a%2Fb") == b"a%2Fb"


@pytest.mark.parametrize(
    ("encoded", "key"),
    [
        (b"a", b"a"),
        (b"a%2Fb", b"a/b"),
        (b"a%2fb", b"a/b"),
        (b"a+b", b"a+b"),
        (b"a%2541", b"a%41"),
        (b"%C3%A9", "é".encode()),
        (b"%00", b"\x00"),
        (b"%C3%A9" * 125, "é".encode() * 125),
    ],
)
def test_a_key_is_percent_decoded_once(encoded: bytes, key: bytes) -> None:
    assert decode_key(encoded) == key


@pytest.mark.parametrize(
    "encoded",
    [b"%", b"%4", b"%zz", b"a%2", b"%ff", b"%c0%80", b"%ed%a0%80", b"a" * 251, b"%C3%A9" * 126],
)
def test_a_broken_or_long_key_is_refused(encoded: bytes) -> None:
    with pytest.raises(InvalidKeyError):
        decode_key(encoded)


@pytest.mark.parametrize("key", [b"a", b"a+b", b"~!$&'()*,;:@-._#", b"x" * 250])
def test_a_key_with_nothing_to_decode_is_plain(key: bytes) -> None:
    plain = plain_key(b"/v1/cache/" + key)
    assert plain is not None
    assert plain[1] == encoded_key(b"/v1/cache/" + key) == decode_key(key)


@pytest.mark.parametrize(
    "key", [b"", b"a/b", b"a%41", b"a?ttl=1", b"\xc3\xa9", b"\x00", b"x" * 251]
)
def test_every_other_key_is_looked_at_more_closely(key: bytes) -> None:
    assert plain_key(b"/v1/cache/" + key) is None
