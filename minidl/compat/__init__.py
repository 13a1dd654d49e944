"""Names and usage of Keras, of its older versions, and of TensorFlow.

The library works without this package, and no module below imports it.
"""
