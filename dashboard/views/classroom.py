"""Class, where several share the server: who trains what, what each has, and the end of the class."""

from dashboard.components.classroom.class_reset import show_reset
from dashboard.components.classroom.member_table import show_members
from dashboard.components.classroom.own_share import show_own_share
from dashboard.components.classroom.queue_view import show_queue
from dashboard.visitor import visitor
from dashboard.widgets.page_title import show_page_title

show_page_title("Class", "Who trains what, and whose turn is next.")
show_queue()
if visitor().teacher:
    show_members()
    show_reset()
else:
    show_own_share()
