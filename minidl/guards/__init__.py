"""Checks for mistakes that learners make: errors and warnings that say the cure.

The functions here use shapes, names and kinds, never classes. Each is called once, when a model
receives data, or after an error, to explain it.
"""
