"""The AUTOMATIC1111 client `webuiapi` against the Easel server at EASEL_URL, whose worker draws tiny-sd."""

import os
import unittest
from urllib.parse import urlsplit

import webuiapi
from PIL import Image

AT = urlsplit(os.environ["EASEL_URL"])


def client(user="ada"):
    return webuiapi.WebUIApi(host=AT.hostname, port=AT.port, username=user, password=f"a password of {user}, long")


class WebUiClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.api = client()
        title = next(title for title in cls.api.util_get_model_names() if title.startswith("tiny-sd "))
        cls.api.util_set_model(title, find_closest=False)
        cls.title = title

    def draw(self, **more):
        return self.api.txt2img(**{"prompt": "noise", "steps": 2, "width": 64, "height": 64, "seed": 5, **more})

    def test_models_samplers_and_schedulers(self):
        self.assertEqual(self.api.util_get_current_model(), self.title)
        self.assertLessEqual({"Euler", "Euler a", "DPM++ 2M", "DDIM"}, set(self.api.util_get_sampler_names()))
        self.assertIn("karras", self.api.util_get_scheduler_names())
        # Chosen by one user, for that user.
        self.assertTrue(client("bob").util_get_current_model())

    def test_txt2img(self):
        drawn = self.draw(sampler_name="Euler a", cfg_scale=2, batch_size=2)
        self.assertEqual([image.size for image in drawn.images], [(64, 64), (64, 64)])
        self.assertEqual(drawn.info["all_seeds"], [5, 6])
        self.assertIn("Steps: 2, Sampler: Euler a", drawn.image.info["parameters"])
        again = self.draw(sampler_name="Euler a", cfg_scale=2)
        self.assertEqual(again.image.tobytes(), drawn.image.tobytes())

    def test_img2img_and_a_mask(self):
        red = Image.new("RGB", (64, 64), "red")
        mask = Image.new("L", (64, 64), 0)
        mask.paste(255, (0, 0, 64, 32))
        asked = {"prompt": "noise", "steps": 2, "width": 64, "height": 64, "seed": 5, "denoising_strength": 1}
        # Blurred, a mask has no sharp edge to look at.
        drawn = self.api.img2img(images=[red], mask_image=mask, mask_blur=0, **asked).image.convert("RGB")
        self.assertEqual(drawn.getpixel((32, 60)), (255, 0, 0))
        self.assertNotEqual(drawn.getpixel((32, 4)), (255, 0, 0))
        whole = self.api.img2img(images=[red], **asked).image.convert("RGB")
        self.assertNotEqual(whole.getpixel((32, 60)), (255, 0, 0))

    def test_progress_of_a_client_that_waits(self):
        self.api.util_wait_for_ready(check_interval=0.1)
        self.assertEqual(self.api.get_progress()["state"]["job_count"], 0)

    def test_errors(self):
        for asked, status, words in [
            ({"sampler_name": "Restart"}, 404, "Sampler not found"),
            ({"steps": 0}, 400, "steps"),
            ({"batch_size": 8, "n_iter": 8}, 400, "at most 16"),
            ({"override_settings": {"sd_model_checkpoint": "none"}}, 400, "no checkpoint none"),
        ]:
            with self.subTest(asked), self.assertRaises(RuntimeError) as refused:
                self.draw(**asked)
            self.assertEqual(refused.exception.args[0], status)
            self.assertIn(words, refused.exception.args[1])


if __name__ == "__main__":
    unittest.main()
