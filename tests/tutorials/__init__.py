"""Beginners' tutorials in their usual course, typed anew in our words with small data of our own.

Each script is a function main(keras): it receives the library, minidl or Keras itself, builds
everything through it and returns plain facts. tests/test_tutorials.py runs them with minidl;
tests/parity/test_tutorials.py with both, and compares.

Those named tfNN are functions main(tf), and receive minidl or TensorFlow: tests/tensorflow_cases.py
runs them.
"""
