"""The check digits of Russian registers, and what makes a number a phone."""

from collections.abc import Sequence

PHONE_DIGITS = 10
"""Digits of a Russian number without its prefix."""


def is_phone(digits: str) -> bool:
    """A Russian number: 7 or 8 and ten digits of a plausible area, or a mobile one without the prefix."""
    if len(digits) == PHONE_DIGITS + 1:
        return digits[0] in "78" and digits[1] in "34589"
    return len(digits) == PHONE_DIGITS and digits[0] == "9"


def is_inn(digits: str) -> bool:
    """Check digits of a taxpayer's number (ten digits: a company, twelve: a person)."""
    if len(set(digits)) < 3:
        return False
    if len(digits) == 10:
        return _inn_digit(digits[:9], (2, 4, 10, 3, 5, 9, 4, 6, 8)) == digits[9]
    return (
        len(digits) == 12
        and _inn_digit(digits[:10], (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) == digits[10]
        and _inn_digit(digits[:11], (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) == digits[11]
    )


def _inn_digit(digits: str, weights: Sequence[int]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10)


def is_ogrn(digits: str) -> bool:
    """Check digit of a company's (13 digits, 1… or 5…) or entrepreneur's (15, 3…) register number."""
    if len(digits) == 13:
        return digits[0] in "15" and str(int(digits[:12]) % 11 % 10) == digits[12]
    return len(digits) == 15 and digits[0] == "3" and str(int(digits[:14]) % 13 % 10) == digits[14]


def is_card(digits: str) -> bool:
    """Luhn's check of a bank card."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return len(digits) in range(15, 20) and sum(value // 10 + value % 10 for value in doubled) % 10 == 0
