"""How good a model is on its test images, as metrics in a row."""

import streamlit as st

from models.formatting import CLAIMED, percent
from models.records import ModelResults


def show_test_metrics(results: ModelResults) -> None:
    """Shows accuracy with its interval, mistakes, and accuracy by human votes where it is known."""
    low, high = results.test_interval
    st.metric(
        "Test accuracy",
        percent(results.test_accuracy),
        help=f"95 % interval: {percent(low)} to {percent(high)}, on {results.test_count:,} test images.",
        width="content",
    )
    if results.claimed:
        st.badge(CLAIMED, icon=":material/help:", color="orange")
    st.metric("Wrong", f"{results.test_errors:,} of {results.test_count:,}", width="content")
    if results.human_accuracy is not None:
        st.metric(
            "By human votes",
            percent(results.human_accuracy),
            help="Accuracy with MNIST's disputed test labels settled by the votes of five people.",
            width="content",
        )
