"""Tests of `jibri-hooks/`: the finalize hook and the modules of the recorder agent."""
