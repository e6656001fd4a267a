"""Writes a model's `manifest.json`: its files with sizes and SHA-256, one digest, and its defaults."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

NO_MODEL_FILES = ("README.md", "LICENSE", "NOTICE", "manifest.json", "figures.json", "contact-sheet.png")
"""What lies in a model's folder for people."""


def digest_of(files: list[dict]) -> str:
    """SHA-256 of the sorted lines "path sha256", each ended by a newline."""
    lines = sorted(f"{file['path']} {file['sha256']}" for file in files)
    return hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest()


def write_manifest(
    folder: Path, *, id: str, name: str, description: str, licence: dict, latent_channels: int, defaults: dict,
    sizes: list[list[int]], scaling_factor: float, preview: dict | None, family: str = "sd", more: dict | None = None,
) -> dict:
    """`revision` is the digest's first 12 digits: it changes when, and only when, a file does. `more`: further fields."""
    files = []
    for path in sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()):
        if path in NO_MODEL_FILES:
            continue
        content = (folder / path).read_bytes()
        files.append({"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    digest = digest_of(files)
    manifest = {
        "id": id, "name": name, "revision": digest[:12], "digest": digest, "family": family, "description": description,
        "licence": licence, "total_size": sum(file["size"] for file in files), "latent_channels": latent_channels,
        "vae_scale_factor": 8, "vae_scaling_factor": scaling_factor, "sizes": sizes, "defaults": defaults,
        **({"preview": preview} if preview else {}), **(more or {}), "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest
