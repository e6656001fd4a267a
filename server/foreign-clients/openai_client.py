"""OpenAI's own Python client against the Easel server at EASEL_URL, whose worker draws tiny-sd."""

import base64
import io
import os
import unittest
import urllib.request

import openai
from PIL import Image

URL = os.environ["EASEL_URL"]
KEY = "sk-a-key-of-the-python-client-and-of-nobody-else"


def picture(image):
    return Image.open(io.BytesIO(base64.b64decode(image.b64_json)))


def png(image):
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


class OpenAiClient(unittest.TestCase):
    def setUp(self):
        self.client = openai.OpenAI(api_key=KEY, base_url=f"{URL}/v1", max_retries=0)

    def tearDown(self):
        self.client.close()

    def generate(self, **more):
        return self.client.images.generate(**{"model": "tiny-sd", "prompt": "noise", **more})

    def test_models(self):
        self.assertIn("tiny-sd", [model.id for model in self.client.models.list()])
        self.assertEqual(self.client.models.retrieve("tiny-sd").object, "model")

    def test_generate(self):
        asked = {"n": 2, "size": "64x64", "response_format": "b64_json", "extra_body": {"seed": 7}}
        first, second = self.generate(**asked).data
        self.assertEqual(picture(first).size, (64, 64))
        self.assertNotEqual(first.b64_json, second.b64_json)
        again = self.generate(**asked).data
        self.assertEqual([first.b64_json, second.b64_json], [image.b64_json for image in again])

    def test_generate_elsewhere_and_otherwise(self):
        made = self.generate(size="256x128", output_format="webp", response_format="url", quality="high", user="me")
        with urllib.request.urlopen(made.data[0].url) as reply:
            image = Image.open(io.BytesIO(reply.read()))
        self.assertEqual((image.format, image.size), ("WEBP", (256, 128)))

    def test_edit_keeps_what_the_mask_covers(self):
        red = Image.new("RGB", (64, 64), "red")
        mask = Image.new("RGBA", (64, 64), (0, 0, 0, 255))
        mask.paste((0, 0, 0, 0), (0, 0, 64, 32))
        edited = self.client.images.edit(
            model="tiny-sd",
            prompt="noise",
            image=("red.png", png(red), "image/png"),
            mask=("mask.png", png(mask), "image/png"),
            response_format="b64_json",
        )
        drawn = picture(edited.data[0]).convert("RGB")
        self.assertEqual(drawn.getpixel((32, 60)), (255, 0, 0))
        self.assertNotEqual(drawn.getpixel((32, 4)), (255, 0, 0))

    def test_stream(self):
        last = list(self.generate(stream=True, partial_images=0))[-1]
        self.assertEqual(last.type, "image_generation.completed")
        self.assertEqual(picture(last).format, "PNG")

    def test_streamed_edit(self):
        red = ("red.png", png(Image.new("RGB", (64, 64), "red")), "image/png")
        events = list(self.client.images.edit(model="tiny-sd", prompt="noise", image=red, stream=True))
        self.assertEqual(events[-1].type, "image_edit.completed")

    def test_errors(self):
        with self.assertRaises(openai.NotFoundError) as unknown:
            self.generate(model="no/such")
        self.assertEqual(unknown.exception.code, "model_not_found")
        for param, value in {"n": 11, "prompt": " ", "size": "5000x64", "background": "transparent"}.items():
            with self.subTest(param), self.assertRaises(openai.BadRequestError) as refused:
                self.generate(**{param: value})
            self.assertEqual(refused.exception.param, param)
            self.assertEqual(refused.exception.type, "invalid_request_error")
        with self.assertRaises(openai.APIStatusError) as no_picture:
            self.client.images.edit(model="tiny-sd", prompt="a", image=("a.png", b"no picture", "image/png"))
        self.assertEqual(no_picture.exception.status_code, 415)


if __name__ == "__main__":
    unittest.main()
