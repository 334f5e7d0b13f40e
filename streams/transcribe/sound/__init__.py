"""From a media file to samples and segments; knows no engine."""
