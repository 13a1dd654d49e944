"""Homework: `python -m minidl.homework list | start hw02 | check hw02 | grade FOLDER | export
hw02`.

An assignment is a folder with `stub.py`, which the student fills in, and `tasks.py`, which says
what is asked and how it is judged.
`check` runs the student's code in child processes that only compute; the judging is done here,
where that code never comes.
"""
