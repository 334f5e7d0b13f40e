"""The screens: one module each, which exports `ROUTES`; `streams.web.table` lists them."""
