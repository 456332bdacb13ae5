"""The lesson and the contest of the Learn page: what is asked, what came of it, and the sheet to hand in."""
