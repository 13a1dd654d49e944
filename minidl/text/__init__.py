"""What tutorials find under keras.preprocessing: words and numbers in sequences, made ready for a
network.
"""

from . import sequence, text
from .sequence import pad_sequences, timeseries_dataset_from_array
from .text import Tokenizer

__all__ = ["Tokenizer", "pad_sequences", "sequence", "text", "timeseries_dataset_from_array"]
