"""How a model lies in a file: minidl's own `native` kind, `keras` (of Keras 3) and `keras_2`, the
whole-model .h5 of before.
"""
