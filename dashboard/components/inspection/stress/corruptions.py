"""MNIST-C: the model on digits after each of fifteen corruptions, the worst first."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.components.inspection.stress.measuring import measured
from dashboard.components.inspection.stress.settings import Settings
from dashboard.figures.style import Palette
from dashboard.resources import corrupted_examples
from dashboard.widgets.digit_image import digit_uri
from dashboard.widgets.plain_text import as_written
from models.formatting import percent
from models.store import StoredModel
from pipeline.data.corruptions.mnist_c import MNIST_C


def show_corruptions(models: Sequence[StoredModel], settings: Settings, palette: Palette) -> None:
    """Shows the mean of each model and a table with a line for each corruption; a button where nothing is measured."""
    st.caption(
        "Fifteen things that happen to pictures, each at one strength, by which robust recognizers are compared "
        "(Mu and Gilmer, 2019)."
    )
    offer = f"Measure on {len(MNIST_C)} corruptions"
    scores = measured(models, MNIST_C, settings, "corruptions", offer)
    if scores is None:
        return
    means = [float(np.mean([score.accuracy for score in row])) for row in scores]
    told = ", ".join(
        f"**{percent(mean, 1)}** by {as_written(model.name)}"
        for model, mean in zip(models, means, strict=True)
    )
    st.markdown(f"Read right on average: {told}.")
    number = st.column_config.NumberColumn
    columns = {f"model {place}": [100 * score.accuracy for score in row] for place, row in enumerate(scores)}
    low_high = [score.interval for score in scores[0]]
    table = pd.DataFrame(
        {
            "example": [digit_uri(example, palette) for example in corrupted_examples()],
            "Corruption": [corruption.label for corruption in MNIST_C],
            **columns,
            "interval": [f"{100 * low:.1f} to {100 * high:.1f}" for low, high in low_high],
        }
    )
    st.dataframe(
        table.sort_values("model 0"),
        hide_index=True,
        width="content",
        height="content",
        row_height=40,
        column_config={
            "example": st.column_config.ImageColumn("Example", width=70),
            **{
                f"model {place}": number(f"{model.name}, %", format="%.1f", help="Share of right answers.")
                for place, model in enumerate(models)
            },
            "interval": st.column_config.TextColumn(
                "Interval" if len(models) == 1 else f"Interval of {models[0].name}", help="95 % interval."
            ),
        },
        alt=f"Share of right answers of each model on each corruption, the worst of {models[0].name} first.",
    )
    st.caption(
        f"On {scores[0][0].count:,} test digits of MNIST for each corruption. The examples are all one 2."
    )
