"""Callbacks, by Keras's names: code that runs before and after batches and epochs. `base.py`
defines the class Callback.
"""

from .base import Callback, CallbackList, History, LambdaCallback, Logs, Records
from .checkpoints import ModelCheckpoint
from .keeping import BackupAndRestore, CSVLogger
from .monitor import Monitor
from .progress import ProgressBar
from .rates import LearningRateScheduler, ReduceLROnPlateau
from .stopping import EarlyStopping, TerminateOnNaN
from .tensorboard import TensorBoard

ProgbarLogger = ProgressBar

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "Logs",
    "ModelCheckpoint",
    "Monitor",
    "ProgbarLogger",
    "ProgressBar",
    "Records",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
]
