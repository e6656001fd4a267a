"""The peer that sees: FastAPI takes a picture, a pool of threads decodes it and asks the same ONNX file."""

import asyncio
import io
import json
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from fastapi import FastAPI, Form, UploadFile
from PIL import Image

FOLDER = Path(os.environ["EYES"])
SIDE = 128

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(FOLDER / "eyes.onnx", options, providers=["CPUExecutionProvider"])
things = json.loads((FOLDER / "eyes.json").read_text(encoding="utf-8"))["things"]
names = [*things, {"english": "unknown", "chinese": "未知"}]
pool = ThreadPoolExecutor(os.cpu_count())
app = FastAPI()


def see(file: bytes, top_k: int) -> list[dict]:
    picture = Image.open(io.BytesIO(file)).convert("RGB").resize((SIDE, SIDE), Image.BILINEAR)
    pixels = np.asarray(picture, np.float32).transpose(2, 0, 1)[None] / np.float32(127.5) - 1
    (logits,) = session.run(["logits"], {"pixels": pixels})
    shares = np.exp(logits[0] - logits[0].max())
    shares /= shares.sum()
    best = np.argsort(-shares)[:top_k]
    return [
        {"label": names[i]["english"], "label_zh": names[i]["chinese"], "score": float(shares[i])} for i in best
    ]


@app.post("/api/predictions/image")
async def predict(file: UploadFile, top_k: int = Form(default=5, ge=1, le=50)) -> dict:
    content = await file.read()
    results = await asyncio.get_running_loop().run_in_executor(pool, see, content, top_k)
    return {"file_id": str(uuid.uuid4()), "results": results}
