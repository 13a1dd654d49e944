"""Homework: `python -m minidl.homework list | start hw02 | check hw02 | grade FOLDER | export
hw02`.

An assignment is a folder with `stub.py`, which the student completes, and `tasks.py`, which defines
the tasks and how answers are judged.
`check` runs the student's code in child processes that only compute. The judging happens in this
process, where the student's code never runs.
"""
