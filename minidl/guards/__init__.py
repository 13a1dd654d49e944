"""What refuses, warns or explains: mistakes of learners, answered with their cure.

The functions here know shapes, names and kinds, never classes. Each is called once, when data and
model meet, or after something has failed, to explain the failure.
"""
