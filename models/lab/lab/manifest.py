"""Writes a model's `manifest.json`: its files with sizes and SHA-256, one digest, and its defaults."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

MODEL_FILES = (
    "model_index.json", "scheduler/scheduler_config.json", "text_encoder/config.json", "text_encoder/model.onnx",
    "tokenizer/merges.txt", "tokenizer/special_tokens_map.json", "tokenizer/tokenizer_config.json", "tokenizer/vocab.json",
    "unet/config.json", "unet/model.onnx", "vae_decoder/config.json", "vae_decoder/model.onnx",
    "vae_encoder/config.json", "vae_encoder/model.onnx",
)


def digest_of(files: list[dict]) -> str:
    """SHA-256 of the sorted lines "path sha256", each ended by a newline."""
    lines = sorted(f"{file['path']} {file['sha256']}" for file in files)
    return hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest()


def write_manifest(
    folder: Path, *, id: str, name: str, description: str, licence: dict, latent_channels: int, defaults: dict,
    sizes: list[list[int]], scaling_factor: float, preview: dict | None,
) -> dict:
    """`revision` is the digest's first 12 digits: it changes when, and only when, a file does."""
    files = []
    for path in MODEL_FILES:
        content = (folder / path).read_bytes()
        files.append({"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()})
    digest = digest_of(files)
    manifest = {
        "id": id, "name": name, "revision": digest[:12], "digest": digest, "family": "sd", "description": description,
        "licence": licence, "total_size": sum(file["size"] for file in files), "latent_channels": latent_channels,
        "vae_scale_factor": 8, "vae_scaling_factor": scaling_factor, "sizes": sizes, "defaults": defaults,
        **({"preview": preview} if preview else {}), "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest
