"""The environment of children is an allow list."""

from streams.embedded.environ import environment


def test_no_secret_gets_through() -> None:
    """Neither our settings nor those of other programs; what is needed to run does."""
    whole = {
        "PATH": "/bin",
        "LC_ALL": "C",
        "JAVA_HOME": "/java",
        "https_proxy": "http://proxy",
        "LEADPULSE_CACHE": "/cache",
        "LEADPULSE_TELEGRAM__TOKEN": "1:secret",
        "LEADPULSE_LLM__MODELS": "secret",
        "LEADPULSE_TELEGRAM__TOKEN_FILE": "/secret",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    assert environment(whole) == {name: text for name, text in whole.items() if "secret" not in text}
