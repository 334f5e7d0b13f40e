"""Worker `live`: `source.audio` → turns of speech → words → `source.said`, while the meeting goes on. Follow a block
from `hear.Hear`.
"""
