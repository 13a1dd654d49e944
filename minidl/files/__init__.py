"""How a model lies in a file: descriptions (plain data) and arrays, in and out. `models/` makes
descriptions of models, and models of descriptions.

    descriptions    what a description may hold, and which sizes in it are believable
    native          minidl's own kind, '.npz'
    hdf5            reading HDF5, which Keras's kinds are made of, without trusting it
    keras           '.keras' and '.weights.h5' of Keras 3
    keras_2         whole models in '.h5', as until 2023
    to_keras, from_keras    our descriptions in Keras's words, and back
"""
