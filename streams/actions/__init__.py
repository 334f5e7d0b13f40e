"""What becomes of commands: the log `commands` folded, and what follows from it handed to whom it concerns."""
