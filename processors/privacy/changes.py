"""What may be noted about a person: each change gives the whole record anew. Pure."""

from collections.abc import Sequence

from msgspec.structs import replace

from schemas.privacy import Basis, Consent, IsoDate, Scope


def given(
    one: Consent,
    basis: Basis,
    scope: Sequence[Scope],
    on: IsoDate,
    until: IsoDate = "",
    document: str = "",
    text: str = "",
) -> Consent:
    """A basis or a consent, from a day on. What he had taken back or objected to before is over."""
    return replace(
        one,
        basis=basis,
        scope=list(scope),
        given_on=on,
        until=until,
        document=document,
        text_version=text,
        withdrawn_on="",
        objected_on="",
        reason="",
    )


def withdrawn(one: Consent, on: IsoDate, reason: str = "") -> Consent:
    """He took his consent back. What he had given stays noted."""
    return replace(one, withdrawn_on=on, reason=reason)


def objected(one: Consent, on: IsoDate, reason: str = "") -> Consent:
    """He objects, whatever basis there is."""
    return replace(one, objected_on=on, reason=reason)
