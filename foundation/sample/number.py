"""Numbers with valid check characters, for people and organisations that don't exist.

Each function takes ASCII of shape (rows, width) and returns the check characters of shape (rows, 1).
"""

from __future__ import annotations

import numpy as np

from foundation.sample.draw import Integers
from foundation.sample.text import Bytes

ALPHABET_36 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8)
ALPHABET_31 = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", np.uint8)


def _values(alphabet: Bytes) -> Integers:
    table = np.zeros(256, np.int64)
    table[alphabet] = np.arange(len(alphabet))
    return table


VALUE_36 = _values(ALPHABET_36)
VALUE_31 = _values(ALPHABET_31)
_CITIZEN = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ORGANISATION = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_CREDIT = np.array([pow(3, place, 31) for place in range(17)])


def citizen_check(body: Bytes) -> Bytes:
    """GB 11643-1999: ISO 7064 MOD 11-2 over 17 digits."""
    return np.asarray(
        np.frombuffer(b"10X98765432", np.uint8)[(body.astype(np.int64) - 48) @ _CITIZEN % 11].reshape(-1, 1), np.uint8
    )


def organisation_check(body: Bytes) -> Bytes:
    """GB 11714-1997 over 8 characters."""
    rest = 11 - VALUE_36[body] @ _ORGANISATION % 11
    return np.asarray(np.frombuffer(b"0123456789X0", np.uint8)[rest][:, None], np.uint8)


def credit_check(body: Bytes) -> Bytes:
    """GB 32100-2015 over 17 characters."""
    return np.asarray(ALPHABET_31[(31 - VALUE_31[body] @ _CREDIT % 31) % 31][:, None], np.uint8)


def registration_check(body: Bytes) -> Bytes:
    """GS 15-2006: ISO 7064 MOD 11,10 over 14 digits."""
    return _hybrid_check(body, ALPHABET_36[:10])


def licence_check(body: Bytes) -> Bytes:
    """GB/T 36904-2018: ISO 7064 MOD 37,36 over type code, issuer, serial number and version."""
    return _hybrid_check(body, ALPHABET_36)


def _hybrid_check(body: Bytes, alphabet: Bytes) -> Bytes:
    """ISO 7064's hybrid systems MOD n+1,n over the n characters of an alphabet."""
    modulus = len(alphabet)
    state = np.full(len(body), modulus, np.int64)
    for place in range(body.shape[1]):
        total = (state + VALUE_36[body[:, place]]) % modulus
        state = np.where(total == 0, modulus, total) * 2 % (modulus + 1)
    return np.asarray(alphabet[(modulus + 1 - state) % modulus][:, None], np.uint8)


def characters(value: Integers, alphabet: Bytes, width: int) -> Bytes:
    """Numbers written with the characters of an alphabet."""
    powers = len(alphabet) ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return np.asarray(alphabet[np.asarray(value, np.int64)[:, None] // powers % len(alphabet)], np.uint8)
