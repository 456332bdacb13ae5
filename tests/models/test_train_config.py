from typing import Any

import pytest

from models.architectures import CATALOGUE
from models.errors import ConfigError
from models.train_config import TrainConfig, default_config, field_bounds, field_help, make_config


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_architecture_has_a_valid_recipe(name: str) -> None:
    config = default_config(name)
    assert config.architecture == name
    assert set(config.parameters) == {parameter.name for parameter in CATALOGUE[name].parameters}


def test_plain_settings_are_the_tutorial_recipe() -> None:
    config = make_config("cnn")
    assert (config.optimizer, config.learning_rate, config.schedule) == ("adam", 1e-3, "constant")
    assert not config.augment
    assert config.validation_split == 0.1


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"epochs": 0}, r"epochs: .*1, got 0"),
        ({"batch_size": 5000}, r"batch_size: .*4096, got 5000"),
        ({"learning_rate": -1.0}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"optimizer": "magic"}, "'adam', 'adamw', 'sgd' or 'muon', got 'magic'"),
        ({"speed": 3}, "speed: there is no such setting"),
        ({"parameters": {"filters_1": 1000}}, "filters_1: expected a whole number from 4 to 128, got 1000"),
        ({"parameters": {"depth": 3}}, "no parameter 'depth'"),
        ({"early_stopping": 2, "validation_split": 0}, "needs validation images"),
    ],
)
def test_a_wrong_setting_is_told_in_one_sentence(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as caught:
        make_config("cnn", **settings)
    assert "\n" not in str(caught.value)


def test_an_unknown_architecture_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="'rnn'; expected one of: dense, cnn, cnn-fast, cnn-deep"):
        make_config("rnn")


@pytest.mark.parametrize("field", TrainConfig.model_fields)
def test_every_hyperparameter_explains_itself(field: str) -> None:
    assert field_help(field).endswith(".")


def test_bounds_are_told() -> None:
    assert field_bounds("epochs") == (1, 500)
    assert field_bounds("learning_rate") == (0, 10)
