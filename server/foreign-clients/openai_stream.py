"""Reads one streamed picture by OpenAI's own client, and says each event as it comes: its type and its picture's size."""

import base64
import io
import os

import openai
from PIL import Image

client = openai.OpenAI(api_key="sk-a-key-of-the-python-stream-and-of-nobody-else", base_url=f"{os.environ['EASEL_URL']}/v1")
stream = client.images.generate(model="tiny-sd", prompt="slowly", size="128x128", stream=True, partial_images=2)
for event in stream:
    image = Image.open(io.BytesIO(base64.b64decode(event.b64_json)))
    print(event.type, getattr(event, "partial_image_index", "-"), *image.size, flush=True)
