"""Tests on the real components: Kafka, Vosk, chDB."""
