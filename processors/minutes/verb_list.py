"""Verbs of promises, requests and decisions. Add one here and it is known in every form.

A prefix makes a verb perfective. Forms that do not exist do no harm: nobody says them.
"""

from processors.minutes.vocabulary import vocabulary

_DATA = vocabulary("verb_list")


ROOTS = _DATA.lines("roots")

REGULAR = _DATA.lines("regular")

PERFECTIVE = _DATA.words("perfective")

NOT_DEEDS = _DATA.words("not_deeds")

DURATIVE = _DATA.words("durative")

LIGHT = _DATA.words("light")

PROCESS = _DATA.words("process")
