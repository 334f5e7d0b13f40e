"""Kaldi's binary notation: tokens, numbers, vectors and matrices."""

import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def put_token(text: str) -> bytes:
    return text.encode() + b" "


def put_int(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def put_float(value: float) -> bytes:
    return b"\x04" + struct.pack("<f", value)


def put_int_vector(values: Sequence[int]) -> bytes:
    return b"\x04" + struct.pack("<i", len(values)) + np.asarray(values, "<i4").tobytes()


def put_vector(values: npt.ArrayLike) -> bytes:
    made = np.asarray(values, "<f4")
    return put_token("FV") + put_int(len(made)) + made.tobytes()


def put_matrix(values: npt.ArrayLike) -> bytes:
    made = np.asarray(values, "<f4")
    return put_token("FM") + put_int(made.shape[0]) + put_int(made.shape[1]) + made.tobytes()


# --- am/final.mdl ----------------------------------------------------------------------------------
