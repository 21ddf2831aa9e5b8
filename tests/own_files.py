"""Files of own data, made as people make them, whole and damaged."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import wavfile


def picture(shade: int = 200, size: tuple[int, int] = (8, 8), kind: str = "PNG", mode: str = "L") -> bytes:
    """Give a picture with one bright corner, so that no two shades look alike."""
    colour = shade if mode == "L" else (shade, 0, 255 - shade)
    image = Image.new(mode, size)
    image.paste(colour, (0, 0, max(1, size[0] // 2), max(1, size[1] // 2)))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def sound(hertz: float, rate: int = 8000, seconds: float = 0.2) -> bytes:
    """Give a tone as a WAV file."""
    file = io.BytesIO()
    times = np.arange(int(seconds * rate)) / rate
    wavfile.write(file, rate, (20_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16))
    return file.getvalue()


def packed(files: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Give a zip of files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def pictures_by_class(each: int = 6, size: tuple[int, int] = (8, 8)) -> dict[str, bytes]:
    """Give pictures of two classes: dark corners are cats, bright ones dogs."""
    generator = np.random.default_rng(0)
    return {
        f"pets/{name}/{at}.png": picture(int(shade + generator.integers(0, 40)), size)
        for name, shade in (("cat", 20), ("dog", 200))
        for at in range(each)
    }


def arrays(**given: np.ndarray) -> bytes:
    """Give an NPZ."""
    buffer = io.BytesIO()
    np.savez(buffer, **given)
    return buffer.getvalue()


def written(folder: Path, name: str, content: bytes) -> Path:
    """Write a file and give its path."""
    path = folder / name
    path.write_bytes(content)
    return path
