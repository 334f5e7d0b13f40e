"""The worker `notify`: what people are told (`telling.py`), by Telegram (`telegram/`) and elsewhere (`outlets/`)."""
