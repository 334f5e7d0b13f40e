"""Bitrix24's CRM as it comes in: read by the worker that writes to it, for the portal counts both against one limit."""

from streams.notify.crm.reading import read_portal

__all__ = ["read_portal"]
