"""`houqin replay`: feeds an office file to the running services, day by day, and reads the report
back from them. It computes nothing itself.
"""

from houqin.replay.play import AnotherFile, Replay, Stuck

__all__ = ["AnotherFile", "Replay", "Stuck"]
