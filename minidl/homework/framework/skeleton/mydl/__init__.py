"""My own deep-learning framework.

It grows file by file: derivatives/, tensor.py, backward.py, layer.py, losses.py,
optimizer.py, training.py. The README beside this folder says what each of them is for.
"""
