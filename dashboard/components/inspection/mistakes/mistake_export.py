"""The export of the mistakes that are shown."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.widgets.download import offer_download
from models.store import StoredModel
from pipeline.evaluation.test_predictions import TestPredictions, to_csv, to_zip


def show_mistake_export(
    model: StoredModel,
    mistakes: TestPredictions,
    probabilities: NDArray[np.float32],
    images: NDArray[np.uint8],
) -> None:
    """Two buttons that save all that pass the filters, not only the page; files are made when asked for."""
    with st.container(horizontal=True, gap="small", key="mistake_export"):
        offer_download(
            "Table (.csv)",
            lambda: to_csv(mistakes, probabilities),
            f"{model.name}-mistakes.csv",
            "One row per mistake: index, true digit, prediction, confidence, loss, ten probabilities.",
        )
        offer_download(
            "Pictures (.zip)",
            lambda: to_zip(mistakes, probabilities, images),
            f"{model.name}-mistakes.zip",
            "28x28 PNG files, named by index, true digit and prediction, with the table.",
        )
