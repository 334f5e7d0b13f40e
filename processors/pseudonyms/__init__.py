"""Personal data of a text → tokens and back, so that an external language model sees none.

`masking` is the entrance; `names` declines people, `numerals` reads figures said as words, `patterns` knows the rest.
"""

from processors.pseudonyms.masking import Pseudonyms as Pseudonyms
