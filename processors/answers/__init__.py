"""Answers to questions about one client: what a question asks for, which words answer it, what may be claimed. Pure."""
