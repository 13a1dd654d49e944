"""HDF5 files."""

import h5py
import pytest
from data_cases import net

import minidl
from minidl import models


@pytest.mark.parametrize("name", ["m.h5", "m.weights.h5"])
def test_a_checksum_in_hdf5_files(name, tmp_path):
    model, path = net(), tmp_path / name
    (model.save_weights if "weights" in name else model.save)(path)

    def read():
        if "weights" in name:
            net().load_weights(path)
        else:
            models.load_model(path)

    read()
    with h5py.File(path, "a") as file:
        found = []
        file.visititems(lambda _, x: found.append(x) if getattr(x, "shape", ()) == (3, 1) else None)
        found[0][0, 0] += 1.0
    with pytest.raises(minidl.SaveFormatError, match="its checksum does not fit its contents"):
        read()
    with h5py.File(path, "a") as file:
        del file.attrs["minidl_sha256"]
    read()
