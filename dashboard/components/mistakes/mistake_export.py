"""Taking the shown mistakes along."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from models.store import StoredModel
from pipeline.evaluation.test_predictions import Answers, to_csv, to_zip


def show_mistake_export(
    model: StoredModel, found: Answers, probabilities: NDArray[np.float32], images: NDArray[np.uint8]
) -> None:
    """Two buttons that save all that pass the filters, not only the page; files are made when asked for."""
    with st.container(horizontal=True, gap="small", key="mistake_export"):
        st.download_button(
            "Table (.csv)",
            data=lambda: to_csv(found, probabilities),
            file_name=f"{model.name}-mistakes.csv",
            mime="text/csv",
            icon=":material/download:",
            help="One line a mistake: index, true digit, answer, confidence, loss, ten probabilities.",
            on_click="ignore",
        )
        st.download_button(
            "Pictures (.zip)",
            data=lambda: to_zip(found, probabilities, images),
            file_name=f"{model.name}-mistakes.zip",
            mime="application/zip",
            icon=":material/folder_zip:",
            help="28x28 PNG files, named by index, true digit and answer, with the table.",
            on_click="ignore",
        )
