"""Write documents and pictures anew: ``python -m tests.conversations [NAME …]``."""

from __future__ import annotations

import argparse
import asyncio

from tests.conversations.pictures import ALBUM, PICTURES
from tests.conversations.scenes import load
from tests.conversations.stage import GOLDEN, SCENES, index


def main() -> None:
    """Play the scenes and write what they show."""
    load()
    parser = argparse.ArgumentParser(prog="python -m tests.conversations", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a scene; all without any")
    names = parser.parse_args().names or sorted(SCENES)
    GOLDEN.mkdir(exist_ok=True)
    for name in names:
        SCENES[name].file.write_text(asyncio.run(SCENES[name].document()))
    PICTURES.mkdir(exist_ok=True)
    for name, drawn in ALBUM.items():
        (PICTURES / f"{name}.svg").write_text(drawn)
    (GOLDEN / "README.md").write_text(index())


if __name__ == "__main__":
    main()
