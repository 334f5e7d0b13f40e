"""The worker `web`: the page for our people. Reads through the store's HTTP API, writes events, keeps no data itself.

How a screen is added
    1. `screens/NAME.py` exports `ROUTES`, a tuple of `route.Route`: method, path, handler, access, and, where the
       answer holds a client's words, `deed` (its name in the access log) and `lead` (the name of the path's parameter).
    2. One line in `table.SCREENS`.
    3. `templates/NAME.html` extends `layout.html`. Jinja escapes everything; `|safe` is forbidden, and a name that the
       handler does not give is an error.
    4. `python -m streams.web.table` writes docs/access.json anew, which a test compares.

What the frame (`frame.Frame`) has done before a handler runs
    session → user → `processors.access.may` → cross-site check for writes → the access record is acknowledged by the
    broker (else 503, and the handler never runs). A handler gets one `visit.Visit` and returns a response: it decides
    nothing about who may, and never takes a user, a lead or an author from a query or a body.

`visit` gives: `user`, `lead`, `ask(path, **query)` (the store), `send(outputs)` (Kafka), `page(template, **values)`,
`form()`, `may(action, lead)`, `see_other(url)`. Faults are words of the protocol: raise `Refused` (400), `Transient`
(503), aiohttp's `HTTPNotFound`; the frame makes the Russian page, or a plain line where htmx or a program asks.
"""
