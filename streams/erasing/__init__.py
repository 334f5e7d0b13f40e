"""A client, or one of his people, is erased: where he is (`places`), the steps (`steps`, `person`), the whole work
(`work`), and its act (`act`). The command line and the page run the same code.
"""
