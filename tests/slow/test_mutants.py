"""Tests of the tests: each mutant is one small mistake in the library, and the tests named beside
it must notice it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# file in minidl/, what stands there, the mistake, the tests that catch it
MUTANTS = [
    # derivatives: a flipped sign, a dropped factor, a dropped term, a wrong axis
    ("core/derivatives/arithmetic.py", "-g * z / y", "g * z / y", "test_derivatives.py"),
    ("core/derivatives/arithmetic.py", "2 * g * x", "g * x", "test_derivatives.py"),
    ("core/derivatives/nonlinear.py", "g * (1 - z * z)", "g * (1 - z)", "test_derivatives.py"),
    (
        "core/derivatives/nonlinear.py",
        "z * (g - (g * z).sum(axis=axis, keepdims=True))",
        "z * g",
        "test_derivatives.py",
    ),
    (
        "core/derivatives/losses.py",
        "p[rows, labels] -= 1",
        "p[rows, labels] -= 0.999",
        "test_derivatives.py",
    ),
    (
        "core/derivatives/losses.py",
        "np.maximum(x, 0) - x * targets",
        "np.maximum(x, 0) + x * targets",
        "test_derivatives.py",
    ),
    (
        "core/derivatives/reductions.py",
        "_spread(g / n,",
        "_spread(g / (n - 1),",
        "test_derivatives.py",
    ),
    (
        "core/derivatives/shaping.py",
        "Placed(index, g, _may_repeat(index))",
        "Placed(index, g, False)",
        "test_derivatives.py",
    ),
    (
        "core/backward.py",
        "waiting[key].copy() if key in waiting",
        "waiting[key] if key in waiting",
        "core/test_core_placed.py",
    ),
    (
        "core/derivatives/linear.py",
        "lambda g: g.sum(axis=0))",
        "lambda g: g.mean(axis=0))",
        "test_derivatives.py",
    ),
    # the tape
    (
        "core/backward.py",
        "waiting[key] = np.asarray(waiting[key] + part)",
        "waiting[key] = part",
        "test_tensor.py",
    ),
    ("core/backward.py", "if parent.version[0] != version:", "if False:", "test_tensor_changes.py"),
    (
        "core/backward.py",
        "if part is not g and part.base is None:",
        "if True:",
        "test_tensor_memory.py",
    ),
    (
        "core/tensor.py",
        "if x.requires_grad:\n            edges",
        "if True:\n            edges",
        "test_tensor_memory.py",
    ),
    # losses
    (
        "losses/crossentropy.py",
        "self.label_smoothing / 2",
        "self.label_smoothing",
        "test_losses.py",
    ),
    (
        "losses/crossentropy.py",
        "self.label_smoothing / classes",
        "self.label_smoothing / (classes - 1)",
        "test_losses.py",
    ),
    (
        "losses/crossentropy.py",
        "return source if kind == self.maker else None",
        "return None",
        "test_losses_saturation.py",
    ),
    ("guards/targets.py", ".max() >= classes:", ".max() > classes:", "test_losses_mistakes.py"),
    ("guards/targets.py", "high == classes", "high >= classes", "test_losses_mistakes.py"),
    (
        "guards/outputs.py",
        "p.min() < 0 or p.max() > most",
        "p.min() < 0",
        "test_losses_mistakes.py",
    ),
    ("core/losses.py", "square, y_true - y_pred", "square, y_pred + y_true", "test_losses.py"),
    ("core/losses.py", "labels=y_true.ravel()", "labels=0 * y_true.ravel()", "test_losses.py"),
    ("losses/base.py", "self._said = said", "pass", "test_losses_mistakes.py"),
    ("losses/base.py", "total_weight or 1.0", "len(values)", "test_losses.py"),
    (
        "losses/base.py",
        "max(1.0, float(counts.sum()))",
        "max(1.0, values.size)",
        "test_losses_one_by_one.py",
    ),
    ("losses/functions.py", "dict(zip(names, args))", "{}", "test_losses.py"),
    (
        "support/configs.py",
        "return own[-1] if own else None",
        "return None",
        "test_losses_names.py",
    ),
    ("support/configs.py", "return own[-1] if own", "return own[0] if own", "test_losses_names.py"),
    # optimizers: what all of them share
    (
        "optimizers/base.py",
        "self.schedule(self.kept.steps)",
        "self.schedule(self.kept.steps + 1)",
        "test_optimizer_rates.py",
    ),
    (
        "optimizers/base.py",
        "self.schedule(self.kept.steps)",
        "self.schedule(self.kept.steps - 1)",
        "test_schedules.py",
    ),
    (
        "optimizers/base.py",
        "self.update_all(grads, count)",
        "self.update_all(grads, count + 1)",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/base.py",
        "factor = 1 - (self.weight_decay or 0.0) * lr",
        "factor = 1 - (self.weight_decay or 0.0)",
        "test_optimizer_rules.py",
    ),
    ("optimizers/around.py", "w *= factor", "w -= 1 - factor", "test_optimizer_rules.py"),
    (
        "optimizers/around.py",
        "np.clip(g, -limit, limit)",
        "np.clip(g, None, limit)",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/around.py",
        "min(1.0, limit / max(norm(grads), 1e-30))",
        "limit / max(norm(grads), 1e-30)",
        "test_optimizer_steps.py",
    ),
    (
        "optimizers/around.py",
        "shortening([g for g in grads if g is not None], limit)",
        "min([shortening([g], limit) for g in grads if g is not None])",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/around.py",
        "np.square(g, dtype=np.float64)",
        "np.abs(g, dtype=np.float64)",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/around.py",
        "np.square(g, dtype=np.float64)",
        "np.square(g)",
        "test_optimizer_steps.py",
    ),
    (
        "optimizers/around.py",
        "(1 - keep) * (v.array - a.array)",
        "keep * (v.array - a.array)",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/around.py",
        "array[np.abs(array) < 1e-30] = 0",
        "array[array < 1e-30] = 0",
        "test_optimizer_memory.py",
    ),
    (
        "optimizers/base.py",
        "self.ema_momentum if done else 0.0",
        "self.ema_momentum",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/base.py",
        "(done + 1) % self.ema_overwrite_frequency",
        "done % self.ema_overwrite_frequency",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/base.py",
        "t % self.clears_every == 0",
        "t % self.clears_every == 1",
        "test_optimizer_memory.py",
    ),
    ("optimizers/base.py", "*self.not_decayed)", "())", "test_optimizer_steps.py"),
    (
        "optimizers/base.py",
        "guard.large(grads) if lr > 0 else []",
        "guard.large(grads)",
        "test_optimizers.py",
    ),
    ("optimizers/base.py", "v.assign(v.constraint(v.array))", "pass", "test_training.py"),
    ("optimizers/memory.py", "own[name][...] = array", "pass", "test_optimizer_state.py"),
    ("optimizers/memory.py", "self.counter.array[...] = steps", "pass", "test_optimizer_state.py"),
    (
        "optimizers/memory.py",
        'numbers.get("optimizer", owner) != owner',
        "False",
        "test_optimizer_state.py",
    ),
    ("optimizers/memory.py", "fastest < 0.8", "fastest < 0.4", "test_optimizer_memory.py"),
    (
        "optimizers/memory.py",
        "for row in self.rows\n            for name in group",
        "for name in group\n            for row in self.rows",
        "test_optimizer_memory.py",
    ),
    (
        "optimizers/base.py",
        "name: array.copy() for name, array in",
        "name: array for name, array in",
        "test_optimizer_state.py",
    ),
    (
        "optimizers/first_version.py",
        "array = array * factors[slot]",
        "pass",
        "test_optimizer_memory.py",
    ),
    (
        "optimizers/first_version.py",
        "np.maximum(array - hidden, 0)",
        "array",
        "test_optimizer_memory.py",
    ),
    ("guards/optimizer.py", "array[...] = old", "pass", "test_optimizers.py"),
    (
        "guards/optimizer.py",
        "array.shape == shape and array.dtype.kind",
        "array.dtype.kind",
        "test_optimizers.py",
    ),
    (
        "models/loops.py",
        "model.optimizer.finalize_variable_values()",
        "pass",
        "test_optimizer_rules.py",
    ),
    (
        "compat/older/optimizers.py",
        "return SettableDecay(start, 1, decay)",
        "return start",
        "test_optimizer_spellings.py",
    ),
    (
        "compat/older/optimizers.py",
        "return SettableDecay(start, 1, decay)",
        "return SettableDecay(start, 2, decay)",
        "test_optimizer_spellings.py",
    ),
    ("compat/older/optimizers.py", 'rate = old["lr"]', "pass", "test_optimizer_spellings.py"),
    # each of them
    (
        "core/optimizer.py",
        "velocity *= self.momentum",
        "velocity *= self.momentum**2",
        "test_optimizer_rules.py",
    ),
    ("core/optimizer.py", "if self.nesterov:", "if False:", "test_optimizer_rules.py"),
    (
        "core/optimizer.py",
        "np.multiply(self.momentum, velocity, out=step)",
        "velocity",
        "test_optimizer_rules.py",
    ),
    ("core/optimizer.py", "velocity -= step", "velocity -= g", "test_optimizer_rules.py"),
    (
        "core/optimizer.py",
        "np.multiply(1 - self.beta_1, g, out=spare)",
        "g",
        "test_optimizer_rules.py",
    ),
    (
        "core/optimizer.py",
        "g2 = np.square(g, out=spare)",
        "g2 = np.abs(g, out=spare)",
        "test_optimizer_rules.py",
    ),
    (
        "core/optimizer.py",
        "sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)",
        "1.0",
        "test_optimizer_rules.py",
    ),
    ("core/optimizer.py", "size += self.epsilon", "pass", "test_optimizer_rules.py"),
    ("optimizers/lamb.py", "size /= self.root", "pass", "test_optimizer_rules.py"),
    (
        "optimizers/lamb.py",
        "length / longest if length and longest else 1.0",
        "1.0",
        "test_optimizer_rules.py",
    ),
    ("optimizers/lamb.py", "u *= self.of_m", "pass", "test_optimizer_rules.py"),
    ("optimizers/ftrl.py", "np.clip(z, -l1, l1) - z", "-z", "test_optimizer_rules.py"),
    ("optimizers/ftrl.py", "z -= (now - before) / lr * w", "pass", "test_optimizer_rules.py"),
    ("optimizers/ftrl.py", "self.beta / (2 * lr)", "self.beta / lr", "test_optimizer_rules.py"),
    (
        "optimizers/adafactor.py",
        "max(1.0, rms(u) / self.clip_threshold)",
        "1.0",
        "test_optimizer_rules.py",
    ),
    ("optimizers/adafactor.py", "min(lr, self.longest)", "lr", "test_optimizer_rules.py"),
    ("optimizers/adafactor.py", "max(self.epsilon_2, rms(w))", "rms(w)", "test_optimizer_rules.py"),
    (
        "optimizers/adafactor.py",
        "r.mean(axis=-1, keepdims=True)",
        "r.mean()",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/muon.py",
        "g + self.momentum * m if self.nesterov else m",
        "m",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/muon.py",
        "math.sqrt(max(x.shape))",
        "math.sqrt(min(x.shape))",
        "test_optimizer_rules.py",
    ),
    ("optimizers/muon.py", "c * (s @ s)", "c * s", "test_optimizer_rules.py"),
    ("optimizers/muon.py", "lr * self.adam_lr_ratio", "lr", "test_optimizer_rules.py"),
    (
        "optimizers/muon.py",
        "self.adam_weight_decay if self.is_for_adam(variable) else self.weight_decay",
        "self.weight_decay",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/schedule_free.py",
        "np.sqrt(v) / self.root",
        "np.sqrt(v)",
        "test_optimizer_rules.py",
    ),
    ("optimizers/schedule_free.py", "total += lr * lr", "total += lr", "test_optimizer_rules.py"),
    ("optimizers/schedule_free.py", "z -= by * v.array", "z -= by * z", "test_optimizer_rules.py"),
    ("optimizers/schedule_free.py", "variable.assign(row[1])", "pass", "test_optimizer_rules.py"),
    ("layers/masks.py", "kwargs[place] = mask_of(inputs[name])", "pass", "layers/test_masks.py"),
    (
        "layers/masks.py",
        "if any(x is known for known in inputs):",
        "if False:",
        "layers/test_masks.py",
    ),
    ("layers/calling.py", "converted.mask = x.mask", "pass", "layers/test_masks.py"),
    ("symbolic.py", "zeros.mask = Tensor", "_ = Tensor", "layers/test_masks.py"),
    ("losses/base.py", "work = self._of_what_counts", "pass", "layers/test_masks.py"),
    (
        "metrics/means.py",
        "sample_weight = losses.masked_weights(sample_weight, y_pred.mask)",
        "pass",
        "layers/test_masks.py",
    ),
    (
        "layers/pooling.py",
        "np.expand_dims(np.asarray(mask, bool), 3 - axis)",
        "np.expand_dims(np.ones_like(mask), 3 - axis)",
        "layers/test_masks.py",
    ),
    (
        "optimizers/adagrad.py",
        "s += np.square(g, out=spare)",
        "s += np.abs(g, out=spare)",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adagrad.py",
        "size = np.add(s, self.epsilon, out=spare)\n        np.sqrt(size, out=size)",
        "size = np.sqrt(s, out=spare)\n        size += self.epsilon",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adagrad.py",
        "np.full_like(w, self.initial_accumulator_value)",
        "np.zeros_like(w)",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adadelta.py",
        "np.add(mean_d2, self.epsilon, out=d)",
        "np.add(mean_d2, 0.0, out=d)",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adadelta.py",
        "w -= np.multiply(lr, d, out=e)",
        "w -= d",
        "test_optimizer_rules.py",
    ),
    ("optimizers/adadelta.py", "mean_d2 *= self.rho", "mean_d2 *= 0.95", "test_optimizer_rules.py"),
    ("optimizers/adadelta.py", "d *= 1 - self.rho", "pass", "test_optimizer_rules.py"),
    (
        "optimizers/rmsprop.py",
        "np.add(size, self.epsilon, out=d)",
        "np.add(size, 0.0, out=d)",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/rmsprop.py",
        "np.multiply(1 - self.rho, g, out=self.scratch(g, 1))",
        "np.multiply(1.0, g, out=self.scratch(g, 1))",
        "test_optimizer_rules.py",
    ),
    ("optimizers/rmsprop.py", "b *= self.momentum", "b *= self.rho", "test_optimizer_rules.py"),
    (
        "optimizers/rmsprop.py",
        "return np.maximum(d, 0, out=d)",
        "return d",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adam.py",
        "np.maximum(v_max, v, out=v_max)",
        "v_max[...] = v",
        "test_optimizer_rules.py",
    ),
    ("optimizers/adam.py", "weight_decay=0.004", "weight_decay=0.01", "test_optimizer_rules.py"),
    (
        "optimizers/adam.py",
        "epsilon, amsgrad, weight_decay, *shared",
        "epsilon, amsgrad, None, *shared",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adam.py",
        "learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay",
        "learning_rate, beta_2, beta_1, epsilon, amsgrad, weight_decay",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adam.py",
        "np.maximum(u, np.abs(g, out=spare), out=u)",
        "u += np.abs(g, out=spare)",
        "test_optimizer_rules.py",
    ),
    ("optimizers/adam.py", "u *= self.beta_2", "u *= self.beta_1", "test_optimizer_rules.py"),
    (
        "optimizers/adam.py",
        "self.correction = 1 / (1 - self.beta_1**t)",
        "self.correction = 1.0",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adam.py",
        "np.add(u, self.epsilon, out=spare)",
        "np.add(u, 0.0, out=spare)",
        "test_optimizer_rules.py",
    ),
    ("optimizers/adam.py", "0.5 * 0.96 **", "0.5 * 0.95 **", "test_optimizer_rules.py"),
    (
        "optimizers/adam.py",
        "self.beta_1**t * float(self.WARM_UP_PRODUCTS",
        "self.beta_1 * float(self.WARM_UP_PRODUCTS",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adam.py",
        "mu_next / (1 - self.product(t + 1))",
        "mu / (1 - self.product(t))",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adam.py",
        "self.of_g = (1 - mu)",
        "self.of_g = (1 - mu_next)",
        "test_optimizer_rules.py",
    ),
    ("optimizers/adam.py", "size /= self.root", "pass", "test_optimizer_rules.py"),
    (
        "optimizers/adam.py",
        "self.WARM_UP[min(i, 1000) - 1]",
        "self.WARM_UP[i % 1000 - 1]",
        "test_optimizer_rules.py",
    ),
    ("optimizers/adam.py", "length > 5", "length > 4", "test_optimizer_rules.py"),
    (
        "optimizers/adam.py",
        "2 * t * self.beta_2**t",
        "2 * (t - 1) * self.beta_2**t",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adam.py",
        "(length - 4) * (length - 2) *",
        "(length - 4) * (length - 3) *",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/adam.py",
        "math.sqrt(r2 * (1 - self.beta_2**t))",
        "math.sqrt(r2)",
        "test_optimizer_rules.py",
    ),
    ("optimizers/lion.py", "m *= self.beta_2", "m *= self.beta_1", "test_optimizer_rules.py"),
    ("optimizers/lion.py", "np.sign(d, out=e)", "np.tanh(d, out=e)", "test_optimizer_rules.py"),
    (
        "optimizers/adam.py",
        "np.multiply(lr * self.correction, m, out=spare)",
        "np.multiply(lr, m, out=spare)",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/lion.py",
        "np.multiply(self.beta_1, m, out=d)",
        "np.multiply(self.beta_2, m, out=d)",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/lion.py",
        "m += np.multiply(1 - self.beta_2, g, out=d)",
        "m += g",
        "test_optimizer_rules.py",
    ),
    (
        "optimizers/schedules.py",
        "1 + self.decay_rate * (",
        "self.decay_rate * (",
        "test_schedules.py",
    ),
    ("optimizers/schedules.py", "math.floor(periods)", "math.ceil(periods)", "test_schedules.py"),
    (
        "optimizers/schedules.py",
        "import bisect_left",
        "import bisect_right as bisect_left",
        "test_schedules.py",
    ),
    (
        "optimizers/schedules.py",
        "min(step, length) / length",
        "min(step + 1, length) / length",
        "test_schedules.py",
    ),
    (
        "optimizers/schedules.py",
        "math.ceil(step / self.decay_steps)",
        "math.floor(step / self.decay_steps) + 1",
        "test_schedules.py",
    ),
    ("optimizers/schedules.py", "left**self.power", "left", "test_schedules.py"),
    ("optimizers/schedules.py", "if step < self.warmup_steps:", "if False:", "test_schedules.py"),
    (
        "optimizers/schedules.py",
        "top, step = self.warmup_target, step - self.warmup_steps",
        "top = self.warmup_target",
        "test_schedules.py",
    ),
    (
        "optimizers/schedules.py",
        "while step >= length:",
        "while step > length:",
        "test_schedules.py",
    ),
    (
        "optimizers/schedules.py",
        "length * self.t_mul",
        "self.first_decay_steps * self.t_mul",
        "test_schedules.py",
    ),
    (
        "optimizers/schedules.py",
        "self.m_mul**restarts",
        "self.m_mul ** (restarts + 1)",
        "test_schedules.py",
    ),
    ("optimizers/schedules.py", "(1 - alpha) * height", "height", "test_schedules.py"),
    ("optimizers/schedules.py", "min(done, 1)", "done", "test_schedules.py"),
    ("initializers.py", "/ 0.87962566103423978", "", "test_initializers.py"),
    ("metrics/chosen.py", "0.5 if loss is None else loss.cut()", "0.5", "test_metrics.py"),
    ("core/metrics.py", "values.item() * sample_weight", "values.item()", "test_metrics.py"),
    ("core/metrics.py", "counts.item() + count", "count", "test_metrics.py"),
    ("metrics/base.py", "if old is not None and old.data.any():", "if False:", "test_metrics.py"),
    ("metrics/base.py", "if v is not old", "", "test_metrics.py"),
    ("metrics/matrix.py", "if len(counts) > len(self.matrix):", "if True:", "test_metrics.py"),
    ("metrics/watched.py", "vars(self).update(given)", "pass", "test_metrics.py"),
    ("metrics/thresholds.py", "above[1][0] - fp", "fp", "test_metrics.py"),
    ("core/layer.py", "scale = 1 / (1 - self.rate)", "scale = 1", "test_layers.py"),
    (
        "layers/base.py",
        "switches.training = outer\n        finally:\n            switches.training = outer",
        "pass\n        finally:\n            pass",
        "test_layers.py",
    ),
    ("core/metrics.py", "values.size * sample_weight", "sample_weight", "test_metrics.py"),
    (
        "data/arrays.py",
        "np.floor(n * (1 - fraction))",
        "np.ceil(n * (1 - fraction))",
        "test_data.py",
    ),
    (
        "core/batches.py",
        "-(-self.size // self.batch_size)",
        "self.size // self.batch_size",
        "test_data.py",
    ),
    ("models/training.py", "range(initial_epoch, epochs)", "range(epochs)", "test_model.py"),
    ("models/training.py", "sample_weight=samples)", "sample_weight=1)", "test_model.py"),
    ("models/loops.py", "self.is_due(epoch + 1)", "self.is_due(epoch)", "test_model.py"),
    # several outputs, penalties, limits, order, random state
    ("models/objective.py", "else loss * output.weight", "else loss", "test_training.py"),
    (
        "compat/older/optimizers.py",
        "rate * (1 + self.decay_rate * step)",
        "rate",
        "test_schedules.py",
    ),
    (
        "optimizers/base.py",
        "zip(variables, arrays)}",
        "zip(known, arrays)}",
        "test_as_tutorials_write.py",
    ),
    (
        "models/preparing.py",
        "[model.trainable_at_compile.get(id(a), a.trainable) for a in layers]",
        "now",
        "test_as_tutorials_write.py",
    ),
    (
        "models/preparing.py",
        "now = [layer.trainable for",
        "now = [True for",
        "test_as_tutorials_write.py",
    ),
    (
        "models/model.py",
        "super().add_loss([loss.mean() for loss in added])",
        "super().add_loss([loss.sum() for loss in added][:0])",
        "test_as_tutorials_write.py",
    ),
    (
        "losses/crossentropy.py",
        "return y_true if y_true.requires_grad else y_true.data",
        "return y_true.data",
        "test_as_tutorials_write.py",
    ),
    (
        "losses/crossentropy.py",
        "ops.softplus(logits) - t * logits",
        "ops.softplus(logits) - t",
        "test_as_tutorials_write.py",
    ),
    (
        "datasets/archives.py",
        "if skip_top <= word < num_words else oov_char",
        "if skip_top < word < num_words else oov_char",
        "test_datasets_of_tables_and_words.py",
    ),
    (
        "datasets/archives.py",
        "word + (index_from or 0)",
        "word",
        "test_datasets_of_tables_and_words.py",
    ),
    (
        "datasets/archives.py",
        "if len(text) < maxlen]",
        "if len(text) <= maxlen]",
        "test_datasets_of_tables_and_words.py",
    ),
    (
        "datasets/archives.py",
        "x, y = x[order], y[order]",
        "x = x[order]",
        "test_datasets_of_tables_and_words.py",
    ),
    ("models/training.py", "for extra in self.losses:", "for extra in ():", "test_training.py"),
    (
        "models/graph.py",
        "max(depth.get(reached, 0), depth[id(node)] + 1)",
        "depth[id(node)] + 1",
        "test_training.py",
    ),
    (
        "models/graph.py",
        "results[id(node)] = node.run(value_of)",
        "node.run(value_of); results[id(node)] = node.run(value_of)",
        "test_training.py",
    ),
    ("models/loops.py", "if model.shuffle_generator is None:", "if True:", "test_training.py"),
    ("layers/base.py", "layer.added_losses = ()", "pass", "test_training.py"),
    (
        "regularizers.py",
        "ops.sum(ops.square(x)) * self.l2\n\n\n@",
        "ops.sum(ops.square(x)) * self.l2 / 2\n\n\n@",
        "test_training.py",
    ),
    ("data/batches.py", "weight = class_weights(y, self.class_weight)", "pass", "test_training.py"),
    ("data/batches.py", "self.source.on_epoch_end()", "pass", "test_training.py"),
    # the core on its own, and what stands around a run
    ("core/backward.py", "np.asarray(waiting[key] + part)", "part", "core/test_core_backward.py"),
    (
        "core/backward.py",
        "np.add(waiting[key], part, out=waiting[key])",
        "pass",
        "core/test_core_backward.py",
    ),
    (
        "core/backward.py",
        "if id(tensor) in fresh else g.copy()",
        "",
        "core/test_core_backward.py",
    ),
    (
        "core/backward.py",
        "if part is not g and part.base is None:",
        "if part.base is None:",
        "core/test_core_backward.py",
    ),
    (
        "core/backward.py",
        "tensor.edges, tensor.used = FREED, ()",
        "pass",
        "core/test_core_backward.py",
    ),
    (
        "core/backward.py",
        "arrived.append((tensor, ",
        "tensor.receive((",
        "core/test_core_backward.py",
    ),
    (
        "core/backward.py",
        " or part.dtype != array.dtype",
        "",
        "core/test_core_backward.py",
    ),
    ("core/backward.py", 'key=attrgetter("birth"), ', "key=id, ", "core/test_core_backward.py"),
    (
        "core/backward.py",
        "vjp(g) if repair is None else repair(g, vjp(g))",
        "vjp(g)",
        "test_derivatives.py",
    ),
    (
        "core/derivatives/arithmetic.py",
        "np.where(g == 0, 0, d)",
        "np.where(g == 0, d, d)",
        "test_derivatives.py",
    ),
    ("core/backward.py", "if z.shape != shape:", "if False:", "core/test_core_backward.py"),
    ("core/backward.py", "and not retain_graph:", "and True:", "core/test_core_backward.py"),
    ("core/tensor.py", "result.version = x.version", "pass", "core/test_core_tensor.py"),
    (
        "core/tensor.py",
        "used.append((x, x.version[0]))\n        if x.requires_grad:\n            edges",
        "if x.requires_grad:\n            used.append((x, x.version[0]))\n            edges",
        "core/test_core_backward.py",
    ),
    ("core/tensor.py", "switches.pauses -= 1", "switches.pauses = 0", "core/test_core_tensor.py"),
    (
        "core/tensor.py",
        "class Switches(threading.local):",
        "class Switches:",
        "core/test_core_tensor.py",
    ),
    ("core/tensor.py", "np.result_type(*dtypes)", "np.float64", "core/test_core_tensor.py"),
    (
        "core/tensor.py",
        'if edges and result.array.dtype.kind == "f":',
        "if edges:",
        "core/test_core_tensor.py",
    ),
    ("core/tensor.py", "tensor.version = self.version", "pass", "core/test_core_tensor.py"),
    (
        "core/tensor.py",
        "np.asarray(self.grad + gradient)",
        "gradient",
        "core/test_core_backward.py",
    ),
    (
        "core/tensor.py",
        "self.array = value\n        self.version[0] += 1",
        "self.array = value",
        "core/test_core_backward.py",
    ),
    (
        "core/operators.py",
        "__array_ufunc__: Any = None",
        "_: Any = None",
        "core/test_core_tensor.py",
    ),
    (
        "core/layer.py",
        "math.sqrt(6 / sum(shape))",
        "math.sqrt(6 / max(shape))",
        "core/test_core_layer.py",
    ),
    ("core/layer.py", "(None, *x.shape[1:])", "x.shape", "core/test_core_layer.py"),
    ("core/layer.py", "layer(x, training=training)", "layer(x)", "core/test_core_layer.py"),
    (
        "core/layer.py",
        "if not training or self.rate == 0:",
        "if self.rate == 0:",
        "core/test_core_layer.py",
    ),
    (
        "core/losses.py",
        "labels=y_true.ravel()",
        "labels=y_true.T.ravel()",
        "core/test_core_losses_and_metrics.py",
    ),
    (
        "core/metrics.py",
        "total / count if count else 0.0",
        "total / max(count, 1)",
        "core/test_core_losses_and_metrics.py",
    ),
    ("core/optimizer.py", "v.version[0] += 1", "pass", "core/test_core_optimizer.py"),
    ("core/optimizer.py", "v.grad = None", "pass", "core/test_core_optimizer.py"),
    ("core/optimizer.py", "self.iterations += 1", "pass", "core/test_core_optimizer.py"),
    (
        "core/optimizer.py",
        "key = w.shape, w.dtype, number",
        "key = w.shape, number",
        "core/test_core_optimizer.py",
    ),
    (
        "core/batches.py",
        "self.rng.permutation(self.size)",
        "self.rng.integers(self.size, size=self.size)",
        "core/test_core_training.py",
    ),
    (
        "core/batches.py",
        "for a in self.arrays if a is not None",
        "for a in self.arrays[:2] if a is not None",
        "core/test_core_training.py",
    ),
    (
        "core/training.py",
        "y_pred = self(x, training=True)",
        "y_pred = self(x, training=False)",
        "core/test_core_training.py",
    ),
    ("core/training.py", "self.check_loss(loss, x, y)", "pass", "core/test_core_training.py"),
    ("core/training.py", "(loss.data, len(x))", "(loss.data, 1)", "core/test_core_training.py"),
    (
        "core/training.py",
        "1 if sample_weight is None else sample_weight",
        "1",
        "core/test_core_training.py",
    ),
    (
        "core/training.py",
        "            self.reset_metrics()\n",
        "            pass\n",
        "core/test_core_training.py",
    ),
    (
        "core/training.py",
        "                break\n        return",
        "                pass\n        return",
        "core/test_core_training.py",
    ),
    (
        "core/training.py",
        "if self.stop_training:\n                break",
        "if False:\n                break",
        "core/test_core_training.py",
    ),
    ("core/training.py", "steps = step + 1", "steps = step", "core/test_core_training.py"),
    (
        "core/training.py",
        "int(not recording), None",
        "0, None",
        "core/test_core_training.py",
    ),
    ("core/training.py", "vars(switches).update(before)", "pass", "core/test_core_training.py"),
    ("core/training.py", "np.seterr(**errors)", "pass", "core/test_core_training.py"),
    (
        "models/restoring.py",
        "model.stop_on_nan, model.shuffle_generator, model.run_parts = before",
        "pass",
        "test_training.py",
    ),
    (
        "models/restoring.py",
        "        if recording:\n            model.zero_grad()\n        for bar",
        "        for bar",
        "test_training.py",
    ),
    (
        "support/dry_run.py",
        "            restore()\n        kept",
        "            pass\n        kept",
        "test_symbolic.py",
    ),
    ("support/dry_run.py", "if not state.for_show:", "if False:", "test_symbolic.py"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project to be spoilt."""
    folder = tmp_path_factory.mktemp("mutants")
    for name in ("minidl", "tests", "datasets"):
        shutil.copytree(
            ROOT / name,
            folder / name,
            ignore=shutil.ignore_patterns("__pycache__", "parity", "slow", "benchmarks"),
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def passes(folder, tests) -> bool:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"tests/{tests}"],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode in (0, 1), done.stdout[-2000:] + done.stderr[-2000:]
    return done.returncode == 0


@pytest.mark.parametrize("tests", sorted({m[3] for m in MUTANTS}))
def test_the_copy_is_sound(copy, tests):
    assert passes(copy, tests), "without a mutant the tests pass"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m[0]}: {m[1][:40]}")
def test_the_mutant_is_caught(copy, mutant):
    file, right, wrong, tests = mutant
    path = copy / "minidl" / file
    source = path.read_text(encoding="utf-8")
    assert source.count(right) >= 1, (
        f"{right!r} no longer stands in {file}: bring this list up to date"
    )
    path.write_text(source.replace(right, wrong, 1), encoding="utf-8")
    try:
        assert not passes(copy, tests), f"no test in {tests} noticed"
    finally:
        path.write_text(source, encoding="utf-8")
