"""What every part of the settings is: a docstring under every field says what it does, and its unit."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the settings; an unknown key is a fault, so a typing error is found at start."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
