"""The worker `tracks`: what the bridge sent of each participant → one file, a track for each, told as a recording."""
