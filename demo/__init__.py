"""`make demo`: the main job on this machine, through the real entrances, on embedded defaults.
Read `__main__` from top to bottom: it is the story; `stage` runs the processes, `material` makes what comes in.
"""
