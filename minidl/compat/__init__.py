"""What is owed to others: names and habits of Keras, of its older versions, and of TensorFlow.

The library works without this room. Nothing below imports it.
"""
