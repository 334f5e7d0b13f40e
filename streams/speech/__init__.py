"""Speech recognition that more than one worker uses: how engines fail, the Vosk process, what a model folder is."""
