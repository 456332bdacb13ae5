"""Learn: a lesson in six steps on the other pages, a contest against a model, and a report to hand in."""

from dashboard.components.learn.address import ADDRESS, PART, PARTS
from dashboard.components.learn.contest import show_contest
from dashboard.components.learn.lesson import show_lesson
from dashboard.components.learn.own_words import show_report
from dashboard.widgets.choice import choose
from dashboard.widgets.message import errors_shown
from dashboard.widgets.page_title import show_page_title
from dashboard.widgets.theme import current_palette

show_page_title("Learn", "Find out how a computer learns to read digits: guess first, then try it.")
ADDRESS.follow()
part = choose("Show", PARTS, PART, quiet=True)

with errors_shown():
    if part == "contest":
        show_contest(current_palette())
    elif part == "report":
        show_report()
    else:
        show_lesson()
ADDRESS.write()
