"""Submissions that want what they have not earned, for tests/test_homework_attacks.py: attempts to
leave the process, forged answers, and what once got full marks in the assignments.
"""

# {homework}, {checkout}: the folders that are wanted; {add_key}: the number of a call of Linux
PROBES = """
import ctypes, importlib, importlib.util, os, signal, sys
HOMEWORK, CHECKOUT = {homework!r}, {checkout!r}
TASKS = os.path.join(HOMEWORK, "hw01_arrays", "tasks.py")

def imports():
    import minidl.homework

def by_path():
    spec = importlib.util.spec_from_file_location("tasks", TASKS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

def by_import_path():
    sys.path.insert(0, CHECKOUT)
    sys.modules.pop("minidl", None)
    importlib.import_module("minidl.homework.hw01_arrays.tasks")

def by_folder():
    folder = os.open(CHECKOUT, os.O_RDONLY)
    os.open("minidl/homework/hw01_arrays/tasks.py", os.O_RDONLY, dir_fd=folder)

def by_link():
    os.symlink(TASKS, "mine.py")
    open("mine.py").read()

def by_child():
    os.fork()

def by_program():
    import subprocess
    subprocess.run(["cat", TASKS])

def other_questions():
    open(os.path.join(HOMEWORK, "hw02_backprop", "tasks.py"))

def cached():
    folder = os.path.join(HOMEWORK, "hw01_arrays", "__pycache__")
    for name in os.listdir(folder) or ["tasks.cpython-310.pyc"]:
        open(os.path.join(folder, name), "rb").read()
    raise FileNotFoundError("no cache")

def signals():
    os.kill(os.getppid(), signal.SIGTERM)

def group():
    os.killpg(os.getpgid(os.getppid()), signal.SIGTERM)

def writes():
    open(os.path.join(CHECKOUT, "evil.py"), "w")

def removes():
    os.remove(TASKS)

def renames():
    open("evil.py", "w").close()
    os.rename("evil.py", os.path.join(CHECKOUT, "evil.py"))

def permissions():
    os.chmod(HOMEWORK, 0)

def network():
    import socket
    socket.create_connection(("127.0.0.1", 9))

def memory():
    bytearray(5 << 30)

def digits():
    import minidl
    minidl.datasets.mnist.load_data()

def digits_by_path():
    open(os.path.join(CHECKOUT, "datasets", "mnist", "train-labels-idx1-ubyte.gz"), "rb").read()

# with the C library, where Python's refusals do not reach

def system(name, *arguments):
    done = getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments)
    if done < 0:
        raise OSError(ctypes.get_errno(), name)

def c_open():
    system("open", TASKS.encode(), 0)

def c_memory_of_the_checker():
    system("open", b"/proc/%d/mem" % os.getppid(), 0)

def c_creates():
    system("creat", os.path.join(CHECKOUT, "evil.py").encode(), 0o644)

def c_removes():
    system("unlink", TASKS.encode())

def c_signal():
    system("kill", os.getppid(), 0)

def c_program():
    system("execl", b"/bin/true", b"true", None)

def c_forks():
    if system("fork") == 0:
        os._exit(0)

def c_socket():
    system("socket", 2, 2, 0)

def c_permissions():
    open("mine", "w").close()
    system("chmod", b"mine", 0o777)

def c_shared_memory():
    system("shmget", 77, 4096, 0o1666)

def c_keyring():
    system("syscall", {add_key}, b"user", b"kept", b"digits", 6, -3)

def c_limits_of_the_checker():
    system("prlimit", os.getppid(), 4, bytes(16), None)

def c_root():
    if os.geteuid() != 0:
        raise PermissionError

def c_traces():
    system("ptrace", 16, os.getppid(), None, None)

def double(names):
    found = {{}}
    for name in names:
        try:
            globals()[name]()
            found[name] = "done"
        except BaseException as error:
            found[name] = type(error).__name__
    return found
"""

# forged answers of double(x), which should be 2 * x

FROM_THE_PIPE = """
import os, stat, json
def forge(text):
    for number in range(3, 20):
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                os.write(number, len(text).to_bytes(8, "big") + text)
        except OSError:
            pass
"""
FORGED = {
    "the reference, imported": "from minidl.homework.hw01_arrays import tasks\n"
    "double = tasks.TASKS[0].reference",
    "a verdict on the pipe": FROM_THE_PIPE
    + "forge(json.dumps([{'dict': [['ready', True], ['outcome', 'passed'], ['points', 2], "
    "['share', 1.0], ['value', {'dict': [['outcome', 'passed']]}]]}, []]).encode() + b'\\n')\n"
    "def double(x):\n    return x",
    "a verdict on the pipe, then the end": FROM_THE_PIPE + "for _ in range(2):\n"
    "    forge(json.dumps([{'dict': [['ready', True], ['value', True]]}, []]).encode() + b'\\n')\n"
    "os._exit(0)",
    "no message on the pipe": FROM_THE_PIPE + "forge(b'PK\\x03\\x04 a broken answer.npz')",
    "an empty crash text": FROM_THE_PIPE
    + "forge(json.dumps([{'dict': [['crashed', '']]}, []]).encode() + b'\\n')",
    "a message without end": FROM_THE_PIPE
    + "for n in range(3, 20):\n    try:\n        os.write(n, b'\\xff' * 8)\n"
    "    except OSError:\n        pass",
    "results on standard output": "import json, os\nprint(json.dumps({'score': 2, 'tests': []}), "
    "flush=True)\nos.write(1, b'passed 2 / 2')\nos._exit(0)",
    "NumPy patched": "import numpy as np\nnp.abs = np.isfinite = np.isnan = lambda *a, **k: 0\n"
    "np.ndarray.__eq__ = None\ndef double(x):\n    return x",
    "minidl patched": "import minidl, sys\nsys.modules['numpy'] = None\nfor m in list(sys.modules):\n"
    "    if m.startswith('minidl'):\n        del sys.modules[m]\ndef double(x):\n    return x",
    "equal to everything": "class Liar(float):\n    def __eq__(self, o): return True\n"
    "    def __le__(self, o): return True\n    __hash__ = None\n    shape = (3,)\n"
    "def double(x):\n    return [Liar(v) for v in x]",
    "an array of its own kind": "import numpy as np\nclass Liar(np.ndarray):\n"
    "    def __array_ufunc__(self, *a, **k): return True\n    def __sub__(self, o): return 0\n"
    "    def __eq__(self, o): return True\ndef double(x):\n    return x.view(Liar)",
    "a tensor of its own kind": "import minidl\nclass Liar(minidl.Tensor):\n"
    "    def __eq__(self, o): return True\n    __hash__ = None\n    def numpy(self): return self\n"
    "def double(x):\n    return Liar(x)",
    "the frames above": "import sys, gc\ndef double(x):\n    frame, seen = sys._getframe(), []\n"
    "    while frame:\n        seen += [*frame.f_locals.values(), *frame.f_globals.values()]\n"
    "        frame = frame.f_back\n    seen += gc.get_objects()\n    for thing in seen:\n"
    "        reference = getattr(thing, 'reference', None)\n        if callable(reference):\n"
    "            return reference(x)\n    return x",
    "a trace": "import sys\nkept = []\ndef trace(frame, event, arg):\n"
    "    kept.extend(v for v in [arg, *frame.f_locals.values()] if getattr(v, 'shape', 0) == (3,))\n"
    "    return trace\nsys.settrace(trace)\ndef double(x):\n    sys.settrace(None)\n"
    "    return next((v for v in kept if (v == x + x).all() and v is not x), x)",
    "an import hook": "import sys\nclass Hook:\n    def find_spec(self, name, path=None, target=None):\n"
    "        print(name)\nsys.meta_path.insert(0, Hook())\nsys.path_hooks.clear()\n"
    "sys.path_importer_cache.clear()\ndef double(x):\n    import minidl.homework.judging\n"
    "    return x",
    "the end at the end": "import atexit, os\natexit.register(os._exit, 0)\nraise SystemExit(0)",
}

# in the assignments: (assignment, task) -> submissions

PATCHED_FIT = """
import numpy as np, minidl
from minidl.optimizers import Optimizer
class History: history = {"loss": [1e-9] * 15}
minidl.models.Model.fit = minidl.Sequential.fit = lambda *a, **k: History()
class MyOptimizer(Optimizer):
    def __init__(self): super().__init__(learning_rate=0.1)
    def slots(self): return ()
    def update(self, w, g, lr): pass
"""
# the driver itself replaced
PATCHED_TALK = PATCHED_FIT + (
    "import sys\ndef steps(kind, start):\n    while True:\n        yield ANSWER\n"
    "sys.modules['questions'].steps.__code__ = steps.__code__\n"
)
INVENTED = """
import numpy as np
def fit(model, loss, optimizer, x, y, x_val, y_val, epochs, batch_size, patience, rng):
    {before}
    return {{"loss": list(np.linspace(1, 0.1, 20)),
            "val_loss": [1 - 0.05 * e for e in range(15)] + [0.5] * 5}}
"""
WITH_STEPS = """for _ in range(20):
        order = rng.permutation(len(x))
        for i in range(0, len(x), batch_size):
            model(x[order[i : i + batch_size]])
            optimizer.begin_step(1)"""
# the training is one, its validation losses are none
TRAINED = """
def fit(model, loss, optimizer, x, y, x_val, y_val, epochs, batch_size, patience, rng):
    losses = []
    for epoch in range(20):
        order, values = rng.permutation(len(x)), []
        for rows in (order[i : i + batch_size] for i in range(0, len(x), batch_size)):
            value = loss(y[rows], model(x[rows], training=True))
            value.backward()
            optimizer.step()
            values.append(value.item())
        losses.append(sum(values) / len(values))
    return {"loss": losses, "val_loss": [0.5] * 14 + [0.4] + [0.5] * 5}
"""
FROM_A_DRIVER = """
import sys, numpy as np
def fit(): pass
def forged(fit, x, y, x_val, y_val, weights):
    rows = np.arange(120)
    return {"val_loss": [1.0, 0.9] + [0.95] * 5, "loss": [1.0] * 6 + [0.1], "weights": weights,
            "steps": [rows[i : i + 32] for _ in range(7) for i in (0, 32, 64, 96)]}
sys.modules["questions"].run_fit.__code__ = forged.__code__
"""
LOOKED_UP = """
import numpy as np
class Model:
    def __init__(self, x, y): self.x, self.y = x.reshape(len(x), -1), y
    def get_weights(self): return [np.zeros(3)]
    def set_weights(self, weights): pass
    def predict(self, images, **options):
        try:
            import minidl
            (x, y), _ = minidl.datasets.mnist.load_data()
            x, y = x.reshape(len(x), -1) / np.float32(255), y
        except Exception:
            x, y = self.x, self.y
        flat = images.reshape(len(images), -1)
        near = (flat @ x.T * 2 - (x * x).sum(axis=1)).argmax(axis=1)
        return np.eye(10)[y[near]]
def build_and_train(x, y): return Model(x, y)
"""
NO_EPOCHS = """
import sys
def batches(): pass
def forged(batches, x, y, size, seed): return []
sys.modules["questions"].run_batches.__code__ = forged.__code__
"""
# numbers hidden in the shapes of arrays that have no parameters
SHAPES = LOOKED_UP.replace("build_and_train", "build_small").replace(
    "[np.zeros(3)]", "[np.zeros((0, n)) for n in range(5)]"
)
# minidl's own cell under the student's name, and an answer without training
BORROWED_CELL = """
import minidl
class GRUCell(minidl.layers.GRUCell):
    def __init__(self, units): super().__init__(units, reset_after=False)
"""
BORROWED_LATER = """
import minidl
from minidl.layers import cells
class GRUCell:
    def __new__(cls, units): return minidl.layers.GRUCell(units, reset_after=False)
"""
NO_TRAINING = """
import sys, numpy as np
def remember(): pass
def forged(remember, x, y):
    shapes = (4, 3 * 12), (12, 3 * 12), (3 * 12,), (12, 1), (1,)
    return [np.full(shape, VALUE, "float32") for shape in shapes]
sys.modules["questions"].train.__code__ = forged.__code__
"""
BORROWED_MEMORY = """
import minidl
def remember(x, y):
    gru = minidl.layers.GRU(12, reset_after=False)
    model = minidl.Sequential([gru, minidl.layers.Dense(1)])
    model.compile(minidl.optimizers.Adam(0.02), minidl.losses.BinaryCrossentropy(from_logits=True))
    model.fit(x, y[:, None], epochs=8, verbose=0)
    return model
"""
# a layer of the library under another name
FROM_THE_LIBRARY = """
from minidl import layers
class Convolution(layers.{base}):
    def __init__(self, filters, size, stride=1, padding=0):
        super().__init__({arguments}, strides=stride, padding="same" if padding else "valid")
"""
# the right shapes and losses that fall, from a driver that is not the checker's
FROM_A_TRAINING = """
import sys, numpy as np
class Convolution: pass
def forged(kind, x, y, start, g):
    return {{"shapes": [list(w.shape) for w in start[:2]], "output": {output},
            "gradients": {gradients}, "losses": [1.1, 0.9, 0.1], "weights": {weights}}}
sys.modules["questions"].run_layer.__code__ = forged.__code__
"""
CONVOLUTION_FROM_THE_TASK = """
from minidl.homework import assignments
conv2d = assignments.get("hw08").tasks[0].reference
"""
CONVOLUTION_OF_THE_LIBRARY = """
from minidl.core.derivatives import images
def conv2d(x, w, stride, padding):
    how = {"strides": (stride,) * 2, "dilation": (1, 1), "padding": ((padding, padding),) * 2}
    return images.conv(x, w, **how)[0]
"""
GRADIENT_OF_THE_TAPE = """
import minidl
def max_pool_gradient(g, x, size):
    x = minidl.Tensor(x, requires_grad=True)
    n, h, w, c = x.shape
    rows, columns = h // size, w // size
    parts = x[:, :rows * size, :columns * size].reshape((n, rows, size, columns, size, c))
    minidl.ops.max(parts, axis=(2, 4)).backward(g)
    return x.grad
"""
EACH = {
    ("hw01", "softmax"): [
        "from minidl.homework import assignments\nsoftmax = assignments.get('hw01').tasks[3].reference"
    ],
    ("hw05", "MyOptimizer"): [
        PATCHED_FIT,
        PATCHED_TALK.replace("ANSWER", "[w * float('nan') for w in start]"),
        PATCHED_TALK.replace("ANSWER", "[start[0]]"),
        PATCHED_TALK.replace("ANSWER", "'0.0'"),
    ],
    ("hw06", "batches"): [NO_EPOCHS],
    ("hw06", "fit"): [
        INVENTED.format(before="pass"),
        INVENTED.format(before=WITH_STEPS),
        FROM_A_DRIVER,
        TRAINED,
    ],
    ("hw07", "build_and_train"): [LOOKED_UP],
    ("hw07", "build_small"): [SHAPES],
    ("hw08", "conv2d"): [CONVOLUTION_FROM_THE_TASK, CONVOLUTION_OF_THE_LIBRARY],
    ("hw08", "max_pool_gradient"): [GRADIENT_OF_THE_TAPE],
    ("hw08", "Convolution"): [
        FROM_THE_LIBRARY.format(base="Conv2D", arguments="filters, size"),
        FROM_THE_LIBRARY.format(base="convolution.Convolution", arguments="filters, size"),
        FROM_A_TRAINING.format(output="0 * g", gradients="[0 * x] * 3", weights="start"),
        FROM_A_TRAINING.format(output="g * float('nan')", gradients="[]", weights="[]"),
    ],
    ("hw09", "GRUCell"): [BORROWED_CELL, BORROWED_LATER],
    ("hw09", "remember"): [
        *(NO_TRAINING.replace("VALUE", value) for value in ("0", "1", "np.nan")),
        BORROWED_MEMORY,
    ],
}
