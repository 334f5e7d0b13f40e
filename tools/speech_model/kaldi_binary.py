"""Kaldi's binary notation: tokens, numbers, vectors and matrices."""

import struct

import numpy as np


def put_token(text):
    return text.encode() + b" "


def put_int(value):
    return b"\x04" + struct.pack("<i", value)


def put_float(value):
    return b"\x04" + struct.pack("<f", value)


def put_int_vector(values):
    return b"\x04" + struct.pack("<i", len(values)) + np.asarray(values, "<i4").tobytes()


def put_vector(values):
    values = np.asarray(values, "<f4")
    return put_token("FV") + put_int(len(values)) + values.tobytes()


def put_matrix(values):
    values = np.asarray(values, "<f4")
    return put_token("FM") + put_int(values.shape[0]) + put_int(values.shape[1]) + values.tobytes()


# --- am/final.mdl ----------------------------------------------------------------------------------
