from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelError
from models.recognizer import Recognizer
from pipeline.data.dataset import load_dataset


@pytest.fixture
def recognizer(trained_home: Path) -> Recognizer:
    return Recognizer(next(trained_home.glob("runs/*/model.tflite")))


def test_answers_are_probabilities_and_mostly_right(recognizer: Recognizer) -> None:
    images, labels = load_dataset().test
    answers = recognizer.probabilities(images[:1000])
    assert answers.shape == (1000, 10)
    assert np.allclose(answers.sum(1), 1, atol=1e-5)
    assert (answers.argmax(1) == labels[:1000]).mean() > 0.8


def test_bytes_and_shares_of_brightness_mean_the_same(recognizer: Recognizer) -> None:
    images = load_dataset().test[0][:300]
    as_float = images[..., None].astype(np.float32) / 255
    assert np.allclose(recognizer.probabilities(images), recognizer.probabilities(as_float), atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 127, 128, 129, 300])
def test_the_size_of_a_batch_changes_no_answer(recognizer: Recognizer, count: int) -> None:
    images = load_dataset().test[0][:count]
    together = recognizer.probabilities(images)
    alone = np.concatenate([recognizer.probabilities(image[None]) for image in images[-3:]])
    assert np.allclose(together[-3:], alone, atol=1e-5)


def test_threads_share_one_recognizer(recognizer: Recognizer) -> None:
    images = load_dataset().test[0]
    expected = recognizer.probabilities(images[:400])

    def ask(start: int) -> bool:
        size = 1 + start % 7
        answers = recognizer.probabilities(images[start : start + size])
        return np.allclose(answers, expected[start : start + size], atol=1e-5)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(390)))


def test_a_prediction_names_the_digit_and_the_runner_up(recognizer: Recognizer) -> None:
    answer = recognizer.predict(load_dataset().test[0][:1])[0]
    assert answer.digit == 7
    assert answer.confidence == max(answer.probabilities)
    second, chance = answer.runner_up()
    assert second != 7
    assert chance == sorted(answer.probabilities)[-2]


def test_wrong_shapes_and_files_are_refused(recognizer: Recognizer, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\(n, 28, 28\)"):
        recognizer.probabilities(np.zeros((28, 28), np.uint8))
    assert recognizer.predict(np.zeros((0, 28, 28), np.uint8)) == []
    (tmp_path / "model.tflite").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="not a LiteRT model"):
        Recognizer(tmp_path / "model.tflite")
    with pytest.raises(ModelError, match="can't be read"):
        Recognizer(tmp_path / "none.tflite")
