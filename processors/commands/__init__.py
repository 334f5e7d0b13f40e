"""Commands: what may be proposed, whose signatures count, and what becomes of each (`desk.decide`, a pure fold).

`canon` bytes and digests · `signing` keys and proofs · `definitions`, `catalogue` what commands there are · `world`
what a decision is made in · `desk` the fold · `effects` what is to be done · `shown`, `words` what people read.
"""
