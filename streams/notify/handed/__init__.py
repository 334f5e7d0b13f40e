"""What approved commands hand to the outside: each call is claimed in the log `commands` before it is made, made once,
and what became of it is written there."""
