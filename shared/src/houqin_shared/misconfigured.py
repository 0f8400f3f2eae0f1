"""What an operator set and what can't work: said in two languages, with the remedy."""


class Misconfigured(Exception):
    """A setting that can't be worked with; nothing was started or changed."""

    def __init__(self, en: str, zh: str) -> None:
        self.en = en
        self.zh = zh
        super().__init__(f"{en}\n    {zh}")
