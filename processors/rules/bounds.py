"""What a threshold may be: whoever sets another must not be able to stop the fold with it."""

from typing import Annotated, TypeAlias

import msgspec

MOST = 1_000_000_000

Size: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=MOST)]
Positive: TypeAlias = Annotated[float, msgspec.Meta(ge=1e-6, le=MOST)]
"""It is divided by, or its logarithm is taken."""
Probability: TypeAlias = Annotated[float, msgspec.Meta(ge=1e-300, le=0.5)]
Points: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=100)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MOST)]
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=MOST)]
Hour: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=23)]
