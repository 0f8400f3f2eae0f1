"""The reference model: the office's rules in one process, played as `office-file.md` says.

An oracle for the real services. It shares no code with them: no database, no bus, no clock.
"""

from .office import Office, play_file

__all__ = ["Office", "play_file"]
