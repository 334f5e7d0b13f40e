"""A meeting's sound per participant, from packets as they came to one line of time for each person. Pure."""
