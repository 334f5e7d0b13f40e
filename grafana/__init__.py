"""Dashboards and alert rules of Grafana, as Python; `python -m grafana` writes the JSON and YAML that Grafana reads.

Not a part of the installed program: what people copy are `grafana/dashboards` and `grafana/provisioning`.
"""
