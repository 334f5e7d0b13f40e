"""A media file to sound and a plan of its segments: all that libav touches, in one call that can be made `apart`."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from streams.transcribe.sound.audio import Audio, Segment
from streams.transcribe.sound.condense import TimeMap, condense, write
from streams.transcribe.sound.decode import Unreadable, tracks, voices
from streams.transcribe.sound.plan import Lengths, plan


class Part(NamedTuple):
    """A segment, and the sound it is cut from. `track` names the source's track or channel, empty where it is one.
    `times` leads from times of that sound to those of the source."""

    track: str
    audio: Audio
    segment: Segment
    times: TimeMap = TimeMap()

    @property
    def place(self) -> tuple[str, Segment]:
        """Its track and its stretch of the source."""
        return self.track, self.times.segment(self.segment)

    @property
    def length_ms(self) -> int:
        """How much of the sound is sent."""
        return self.segment.send_end_ms - self.segment.send_start_ms


def prepare(path: Path, folder: Path, lengths: Lengths) -> tuple[list[Part], list[Audio]]:
    """Each of its tracks by itself, in files of `folder`; where they have names, without their silence. Blocking.

    Raises as `decode.voices`.
    """
    parts: list[Part] = []
    audios: list[Audio] = []
    silent: list[Unreadable] = []
    for number, name in enumerate(tracks(path)):
        try:
            found = voices(path, folder, track=number, name=name)
        except Unreadable as error:  # somebody who never spoke may leave a track without any sound
            silent.append(error)
            continue
        for who, audio in found:
            audios.append(audio)
            times = condense(audio.pcm()) if name else TimeMap()
            if times.pieces:
                audio = write(audio, times, audio.path.with_suffix(".kept"))
                audios[-1].path.unlink()
            cut = plan(audio.pcm(), lengths)
            if not cut:  # three hours of a listener are 350 MB, and twenty people may listen
                audio.path.unlink()
            parts += [Part(who, audio, replace(segment, index=len(parts) + segment.index), times) for segment in cut]
    if not audios:
        raise silent[0]
    return parts, audios
