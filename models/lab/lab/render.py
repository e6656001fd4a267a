"""SVG drawings -> RGBA pixels, once, with librsvg's `rsvg-convert`; kept in a cache file."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

from .things import Thing

RENDER_SIZE = 256


def render_svg(svg: bytes, size: int = RENDER_SIZE) -> np.ndarray:
    """One drawing as uint8 [size, size, 4], alpha not premultiplied."""
    done = subprocess.run(
        ["rsvg-convert", "-w", str(size), "-h", str(size), "-a"], input=svg, stdout=subprocess.PIPE, check=True
    )
    picture = Image.open(io.BytesIO(done.stdout)).convert("RGBA")
    square = Image.new("RGBA", (size, size))
    square.paste(picture, ((size - picture.width) // 2, (size - picture.height) // 2))
    return np.asarray(square)


def render_things(data: Path, things: list[Thing], cache: Path) -> np.ndarray:
    """Every thing's drawing, uint8 [N, 256, 256, 4], from `data/svg.tar.xz` (or the cache file)."""
    files = [thing.file for thing in things]
    if cache.exists():
        kept = np.load(cache, allow_pickle=False)
        if kept["files"].tolist() == files:
            return kept["pixels"]
    wanted = set(files)
    svgs: dict[str, bytes] = {}
    with tarfile.open(data / "svg.tar.xz") as archive:
        for member in archive:
            name = Path(member.name).name
            if name in wanted:
                svgs[name] = archive.extractfile(member).read()
    missing = wanted - svgs.keys()
    if missing:
        raise FileNotFoundError(f"{data}/svg.tar.xz lacks {sorted(missing)}")
    pixels = np.stack([render_svg(svgs[file]) for file in files])
    cache.parent.mkdir(parents=True, exist_ok=True)
    np.savez(cache, files=np.array(files), pixels=pixels)
    return pixels
