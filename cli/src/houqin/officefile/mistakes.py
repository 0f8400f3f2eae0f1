"""What is wrong with an office file: every mistake, its place, and what to do about it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh"]

WHOLE_FILE = "file"  # the place of a mistake that has no place inside


@dataclass(frozen=True, slots=True)
class Said:
    """One message in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Mistake:
    place: str  # such as `events[17].patrol.findings[0].severity`
    en: str
    zh: str
    line: int | None = None  # counted from 1

    @property
    def message(self) -> str:
        return self.en

    def told(self, language: Language = "en") -> str:
        """One line for a person: place, message, line."""
        if language == "zh":
            where = f"(第 {self.line} 行)" if self.line else ""
            return f"{self.place}: {self.zh}{where}"
        where = f" (line {self.line})" if self.line else ""
        return f"{self.place}: {self.en}{where}"

    def __str__(self) -> str:
        return self.told()


class MalformedOfficeFile(Exception):
    """The file can't be played; `mistakes` lists all that is wrong with it, in the file's order."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        super().__init__(path, mistakes)
        self.path = path
        self.mistakes = mistakes

    def told(self, language: Language = "en") -> str:
        return "\n".join(mistake.told(language) for mistake in self.mistakes)

    def __str__(self) -> str:
        return f"{self.path}:\n{self.told()}"
