"""Preprocessing of words and numbers in sequences, under Keras's names in keras.preprocessing."""

from . import sequence, text
from .sequence import pad_sequences, timeseries_dataset_from_array
from .text import Tokenizer

__all__ = ["Tokenizer", "pad_sequences", "sequence", "text", "timeseries_dataset_from_array"]
