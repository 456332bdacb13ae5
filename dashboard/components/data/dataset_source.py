"""Where the digits come from."""

import streamlit as st

from dashboard.widgets.plain_text import as_written
from pipeline.data.dataset import MNIST_SHA256, Dataset

_MNIST = (
    "**MNIST** by Yann LeCun, Corinna Cortes and Christopher J.C. Burges, under "
    "[CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/): {train:,} training and {test:,} test "
    "images, 28 by 28 gray pixels each, by census workers and students; no writer is in both parts."
)


def show_source(dataset: Dataset) -> None:
    """One sentence on what data set this is, and under which license."""
    counts = {"train": len(dataset.train[1]), "test": len(dataset.test[1])}
    if dataset.sha256 == MNIST_SHA256:
        st.caption(_MNIST.format(**counts))
    else:
        st.caption(
            f"**{as_written(dataset.name)}**: {counts['train']:,} training and "
            f"{counts['test']:,} test images, 28 by 28 gray pixels each."
        )
