"""A learner's own solution of the skeleton: a body for each stub, by the name that the stub gives.

It is shorter than minidl's core: nothing in place, no counters of changes.
"""

import re
from pathlib import Path

from minidl.homework.framework import starting

STUB = re.compile(r'^( *)raise NotImplementedError\(\s*"write (\S+) in (\S+)"\s*\)\n', re.M)
BODIES = {
    "sub": "return x - y, (lambda g: g, lambda g: -g)",
    "mul": "return x * y, (lambda g: g * y, lambda g: g * x)",
    "div": "return x / y, (lambda g: g / y, lambda g: -g * x / y**2)",
    "square": "return x**2, (lambda g: 2 * g * x,)",
    "sum": "return x.sum(axis=axis, keepdims=keepdims), (lambda g: _spread(g, x, axis, keepdims),)",
    "mean": "z = np.mean(x, axis=axis, keepdims=keepdims)\n"
    "return z, (lambda g: _spread(g, x, axis, keepdims) * z.size / x.size,)",
    "reshape": "return x.reshape(shape), (lambda g: g.reshape(x.shape),)",
    "matmul": "return x @ y, (lambda g: g @ y.T, lambda g: x.T @ g)",
    "dense": "z = x @ w + bias[0] if bias else x @ w\n"
    "vjps = (lambda g: g @ w.T, lambda g: x.T @ g, lambda g: g.sum(axis=0))\n"
    "return z, vjps if bias else vjps[:2]",
    "relu": "return np.maximum(x, 0), (lambda g: g * (x > 0),)",
    "tanh": "z = np.tanh(x)\nreturn z, (lambda g: g * (1 - z**2),)",
    "log_softmax": "y = x - x.max(axis=axis, keepdims=True)\n"
    "z = y - np.log(np.exp(y).sum(axis=axis, keepdims=True))\n"
    "return z, (lambda g: g - np.exp(z) * g.sum(axis=axis, keepdims=True),)",
    "masked_scale": "return x * mask * scale, (lambda g: g * mask * scale,)",
    "batch_mean": "w = np.ones_like(x) if weights is None else weights\n"
    "return np.sum(w * x) / len(x), (lambda g: g * w / len(x),)",
    "sparse_softmax_cross_entropy": "rows = np.arange(len(x))\n"
    "z = log_softmax(x)[0]\n"
    "one_hot = np.zeros_like(x)\n"
    "one_hot[rows, labels] = 1\n"
    "return -z[rows, labels], (lambda g: g[:, None] * (np.exp(z) - one_hot),)",
    "sigmoid_cross_entropy": "z = np.maximum(x, 0) - x * targets + np.log1p(np.exp(-abs(x)))\n"
    "return z, (lambda g: g * (sigmoid(x)[0] - targets),)",
    "apply": "inputs = tensors(inputs)\n"
    "array, vjps = op(*[x.array for x in inputs], **settings)\n"
    "result = Tensor.of(array)\n"
    "if switches.pauses == 0:\n"
    "    record(result, op, inputs, vjps)\n"
    "return result",
    "record": "edges = [(x, vjp) for x, vjp in zip(inputs, vjps) if x.requires_grad]\n"
    "if edges:\n"
    "    result.requires_grad, result.op, result.edges = True, op, edges",
    "Tensor.__init__": "self.array = np.array(data, dtype=dtype)\n"
    "self.birth = next(_births)\n"
    "self.requires_grad = requires_grad",
    "Tensor.receive": "self.grad = gradient if self.grad is None else self.grad + gradient",
    "backward": "order, sums = newest_first(root), {id(root): gradient}\n"
    "if any(tensor.edges is FREED for tensor in order):\n"
    '    raise GraphError("the graph was freed by an earlier backward()")\n'
    "for tensor in order:\n"
    "    g = sums.pop(id(tensor))\n"
    "    if not tensor.edges:\n"
    "        tensor.receive(g.copy())\n"
    "    for parent, vjp in tensor.edges:\n"
    "        part = sum_to(parent.array.shape, vjp(g))\n"
    "        sums[id(parent)] = sums.get(id(parent), 0) + part\n"
    "    if tensor.edges and not retain_graph:\n"
    "        tensor.edges = FREED",
    "newest_first": "found, stack = {id(root): root}, [root]\n"
    "while stack:\n"
    "    for parent, _ in stack.pop().edges:\n"
    "        if id(parent) not in found:\n"
    "            found[id(parent)] = parent\n"
    "            stack.append(parent)\n"
    "return sorted(found.values(), key=lambda t: t.birth, reverse=True)",
    "sum_to": "g = g.sum(axis=tuple(range(g.ndim - len(shape))))\n"
    "ones = tuple(i for i, n in enumerate(shape) if n == 1)\n"
    "return g.sum(axis=ones, keepdims=True)",
    "glorot_uniform": "limit = math.sqrt(6 / sum(shape))\n"
    "return (rng or np.random.default_rng()).uniform(-limit, limit, shape)",
    "Layer.__call__": "if not self.built:\n"
    "    self.build((None, *x.shape[1:]))\n"
    "    self.built = True\n"
    "return self.call(x, training)",
    "Flatten.call": "n, *sizes = x.shape\n"
    "return apply(shaping.reshape, x, shape=(n, math.prod(sizes)))",
    "Dense.build": "n = input_shape[-1]\n"
    'self.kernel = self.add_weight((n, self.units), self.kernel_initializer, name="kernel")\n'
    "self.bias = None\n"
    "if self.use_bias:\n"
    '    self.bias = self.add_weight((self.units,), self.bias_initializer, name="bias")',
    "Dense.call": "weights = [self.kernel] if self.bias is None else [self.kernel, self.bias]\n"
    "z = apply(linear.dense, x, *weights)\n"
    "return self.activation(z) if self.activation else z",
    "Dropout.call": "if not training:\n"
    "    return x\n"
    "mask = self.rng.random(x.shape) >= self.rate\n"
    "return apply(nonlinear.masked_scale, x, mask=mask, scale=1 / (1 - self.rate))",
    "Sequential.call": "for layer in self.stack:\n    x = layer(x, training)\nreturn x",
    "Sequential.weights": "return [w for layer in self.stack for w in layer.weights]",
    "Loss.reduce": "return apply(fused.batch_mean, values, weights=sample_weight)",
    "MeanSquaredError.call": "return apply(arithmetic.square, y_true - y_pred).mean(axis=-1)",
    "BinaryCrossentropy.call": "each = apply(fused.sigmoid_cross_entropy, logits, targets=y_true)\n"
    "return each.mean(axis=-1)",
    "SparseCategoricalCrossentropy.call": "op = fused.sparse_softmax_cross_entropy\n"
    "return apply(op, logits, labels=y_true)",
    "Optimizer.build": "self.trainable_variables = list(variables)\n"
    "self.memory = [\n"
    "    [np.zeros_like(v.array) for _ in self.slots()] for v in self.trainable_variables\n"
    "]",
    "Optimizer.step": "self.begin_step(self.iterations + 1)\n"
    "for v, slots in zip(self.trainable_variables, self.memory):\n"
    "    if v.grad is not None:\n"
    "        self.update(v.array, v.grad, self.learning_rate, *slots)\n"
    "        v.grad = None\n"
    "self.iterations += 1",
    "SGD.update": "if velocity is None:\n"
    "    w -= lr * g\n"
    "    return\n"
    "velocity *= self.momentum\n"
    "velocity -= lr * g\n"
    "w += self.momentum * velocity - lr * g if self.nesterov else velocity",
    "Adam.slots": 'return ("m", "v")',
    "Adam.begin_step": "self.correction = np.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)",
    "Adam.update": "m *= self.beta_1\n"
    "m += (1 - self.beta_1) * g\n"
    "v *= self.beta_2\n"
    "v += (1 - self.beta_2) * g**2\n"
    "w -= lr * self.correction * m / (np.sqrt(v) + self.epsilon)",
    "Trainer.prepare": "x, _, _ = unpack(next(iter(batches)))\n"
    "self(x)\n"
    "self.optimizer.build(self.weights)",
    "Trainer.train_step": "x, y, sample_weight = unpack(data)\n"
    "y_pred = self(x, training=True)\n"
    "loss = self.compute_loss(x, y, y_pred, sample_weight)\n"
    "loss.backward()\n"
    "self.optimizer.step()\n"
    "self.note_loss(loss, x)\n"
    "return self.compute_metrics(x, y, y_pred, sample_weight)",
    "Trainer.test_step": "x, y, sample_weight = unpack(data)\n"
    "y_pred = self(x, training=False)\n"
    "self.note_loss(self.compute_loss(x, y, y_pred, sample_weight), x)\n"
    "return self.compute_metrics(x, y, y_pred, sample_weight)",
    "Trainer.run": "for epoch in epochs:\n"
    "    self.reset_metrics()\n"
    "    hooks.epoch_begin(epoch)\n"
    "    steps, logs = self.run_epoch(batches, hooks)\n"
    "    hooks.epoch_end(epoch, steps, logs)\n"
    "    if self.stop_training:\n"
    "        break",
    "Trainer.run_epoch": "steps, logs = 0, {}\n"
    "for batch in batches:\n"
    "    logs, steps = self.train_step(batch), steps + 1\n"
    "    if self.stop_training:\n"
    "        break\n"
    "return steps, logs",
    "Trainer.measure": "self.reset_metrics()\n"
    "logs = {}\n"
    "for batch in batches:\n"
    "    logs = self.test_step(batch)\n"
    "return logs",
}


def written(**changed: str) -> dict[str, bytes]:
    """The folder that the learner gets, filled in. changed: other bodies for some stubs, with "__"
    for the dot in their names: Tensor__receive="...".
    """
    bodies = {**BODIES, **{name.replace("__", ".", 1): body for name, body in changed.items()}}
    return filled(bodies)


def filled(bodies: dict[str, str]) -> dict[str, bytes]:
    """The folder that the learner gets, with these bodies in the place of stubs."""

    def body(found):
        indent, name = found[1], found[2]
        if name not in bodies:
            return found[0]
        return "".join(f"{indent}{line}\n" for line in bodies[name].splitlines())

    return {
        path: STUB.sub(body, data.decode("utf-8")).encode("utf-8")
        for path, data in starting.skeleton().items()
    }


def stubs() -> dict[str, str]:
    """The name of every stub, and the file that it says it is in."""
    texts = [data.decode("utf-8") for data in starting.skeleton().values()]
    return {found[2]: found[3] for text in texts for found in STUB.finditer(text)}


def lay_out(files: dict[str, bytes], folder: Path) -> Path:
    """Write the files into a folder."""
    starting.lay_out(files, folder)
    return folder
