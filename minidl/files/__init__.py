"""File formats of models. A file holds a description (plain data) and arrays. `models/` creates
descriptions of models, and models from descriptions.

    descriptions    what a description may contain, and which sizes in it are accepted
    native          minidl's own format, '.npz'
    hdf5            safe reading of HDF5, on which Keras's formats are based
    keras           '.keras' and '.weights.h5' of Keras 3
    keras_2         whole models in '.h5', the format until 2023
    to_keras, from_keras    convert descriptions to Keras's layout and back
"""
