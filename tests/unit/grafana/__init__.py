"""Dashboards and alert rules, looked at without a store."""
