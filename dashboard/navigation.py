"""What runs for each session: page settings and navigation. `app.py` serves it."""

from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.people import is_shared
from dashboard.resources import styles, sweep_home
from dashboard.uploads import release_uploads

ASSETS = Path(__file__).parent / "assets"

st.set_page_config(page_title="Digit Lab", page_icon=str(ASSETS / "mark.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), size="large")
st.html(styles())
sweep_home()

pages = [
    st.Page("views/recognize.py", title="Recognize", icon=":material/draw:", default=True),
    st.Page("views/read.py", title="Read", icon=":material/document_scanner:"),
    st.Page("views/train.py", title="Train", icon=":material/model_training:"),
    st.Page("views/sweeps.py", title="Sweeps", icon=":material/tune:"),
    st.Page("views/evaluate.py", title="Evaluate", icon=":material/verified:"),
    st.Page("views/mistakes.py", title="Mistakes", icon=":material/error_med:"),
    st.Page("views/explain.py", title="Explain", icon=":material/psychology_alt:"),
    st.Page("views/stress.py", title="Stress", icon=":material/storm:"),
    st.Page("views/models.py", title="Models", icon=":material/inventory_2:"),
    st.Page("views/data.py", title="Data", icon=":material/dataset:"),
]
pages.append(st.Page("views/learn.py", title="Learn", icon=":material/school:"))
if is_shared():
    pages.append(st.Page("views/classroom.py", title="Class", icon=":material/groups:", url_path="class"))

page = st.navigation(pages, position="top")
state.note_visit(page.url_path)
page.run()
release_uploads()
