"""The recorder agent of a Jibri host: marker → media files → probe → copy to the shared storage → `source.recordings`.

Depends on the standard library, aiokafka, av and click only: it is installed alone, without the rest of Leadpulse.
"""
