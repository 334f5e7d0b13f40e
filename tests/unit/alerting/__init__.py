"""Tests of `alerting`: what becomes of a signal, and what a person reads."""
