"""Personal data of a text → tokens and back, so that an external language model sees none.

`masking` is the entrance; the finders by what they find: `contacts` (phones said as words by `dictated`),
`credentials`, `numbers` (check digits in `registers`), `addresses`, people `listed` and `unlisted`. `spans` is what
they have in common.
"""

from processors.pseudonyms.masking import Pseudonyms as Pseudonyms
