"""Personal data of a text → tokens and back, so that an external language model sees none.

`masking` is the entrance; `dictated` reads figures said as words, `registers` knows check digits, `patterns` the rest.
"""

from processors.pseudonyms.masking import Pseudonyms as Pseudonyms
