"""`mod_lead_autorecord` in a real Prosody from Debian, with real XMPP clients and a fake Jicofo focus.

`server` starts Prosody, `focus` and `guest` are its clients, `conference` is a room as the focus sees it, `receiver` is
the gateway that the reports go to.
"""
