"""Lines and tutorials of TensorFlow and what they give: tests/goldens/tensorflow.json has what
TensorFlow itself finds.

`python tests/tensorflow_cases.py FILE` writes what it finds into a file; tests/parity compares that
file with the recorded one, and tests/compat/tensorflow/test_tensorflow_names.py what minidl finds.
"""

import functools
import importlib
import inspect
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from tutorials.common import begin
from tutorials.common import plain as plain_facts

GOLDENS = Path(__file__).parent / "goldens" / "tensorflow.json"
SCRIPTS = sorted(path.stem for path in Path(__file__).parent.glob("tutorials/tf[0-9][0-9]_*.py"))

CASES = """
tf.abs([-1.5, 2.0]); tf.abs([-3, 4])
tf.acos([0.3, -0.2]); tf.acosh([1.3, 2.0]); tf.asin([0.3, -0.2]); tf.asinh([0.3, -2.0]); tf.atan([0.3, -2.0])
tf.atanh([0.3, -0.5]); tf.atan2([1.0, -1.0], [2.0, 0.5]); tf.math.atan2(y=[1.0, -1.0], x=[2.0, 0.5])
tf.math.ceil([0.2, -0.2]); tf.cos(x); tf.cosh(x); tf.math.erf(x); tf.math.erfc(x); tf.math.erfinv([0.2, -0.4])
tf.exp(x); tf.math.expm1(x); tf.floor(x); tf.math.log(1 + x * x); tf.math.log1p(x * x); tf.math.log_sigmoid(x)
tf.math.is_finite(odd); tf.math.is_inf(odd); tf.math.is_nan(odd); tf.logical_not([True, False]); tf.negative(i)
tf.math.reciprocal([2.0, 4.0]); tf.math.rint([0.5, 1.5, -2.4]); tf.round([0.5, 1.5, 2.4]); tf.math.rsqrt([4.0, 9.0])
tf.sign([-2.0, 0.0, 3.0]); tf.sign([-2, 0, 3]); tf.sin(x); tf.sinh(x); tf.sqrt([4.0, 2.0]); tf.square([3, -2]); tf.square(x)
tf.tan(x); tf.tanh(x); tf.sigmoid(x); tf.math.sigmoid(x); tf.math.softplus(x); tf.nn.softsign(x); tf.math.softsign(x)
tf.add(1, 2); tf.add(x, 1); tf.add(x.astype("f8"), 0.1); tf.subtract(5, 3); tf.multiply(i, 2); tf.multiply(x, x)
tf.divide(7, 2); tf.divide(x, 2); tf.math.divide([7, -7], [2, 2]); tf.truediv([7, 8], [2, 3]); tf.math.truediv(x, 3.0)
tf.math.divide_no_nan([1.0, 2.0], [0.0, 4.0]); tf.math.floordiv([7, -7], [2, 2]); tf.math.floormod([7, -7], [3, 3]); tf.math.mod([7, -7], [3, 3])
tf.equal([1, 2], [1, 3]); tf.not_equal([1, 2], [1, 3]); tf.greater(x, 0.0); tf.greater_equal(i, 2); tf.less(x, 0.0); tf.less_equal(i, 2)
tf.logical_and([True, False], [True, True]); tf.logical_or([True, False], [False, False]); tf.math.logical_xor([True, True], [False, True])
tf.maximum(x, 0.0); tf.maximum([1, 5], [3, 2]); tf.minimum(x, 0.0); tf.pow([2, 3], 3); tf.pow(2.0, [1.0, 3.0]); tf.pow(x * x, 0.5)
tf.math.squared_difference(x, 1.0); tf.add_n([x, x, x]); tf.math.add_n([i, i])
tf.math.in_top_k([1, 0], [[0.1, 0.8, 0.3], [0.1, 0.8, 0.3]], 2); tf.nn.in_top_k([1, 0], [[0.1, 0.8, 0.3], [0.1, 0.8, 0.3]], k=2)
tf.reduce_all([[True, False], [True, True]], axis=1); tf.reduce_any([[True, False], [False, False]], 1); tf.reduce_all([True, False])
tf.reduce_sum(x); tf.reduce_sum(x, axis=0); tf.reduce_sum(x, [0, 1], keepdims=True); tf.reduce_sum([1, 2, 3]); tf.reduce_sum(input_tensor=i, axis=-1)
tf.reduce_mean(x, 1); tf.reduce_mean([1, 2]); tf.reduce_mean([-1, -2]); tf.reduce_mean([1.0, 2.0]); tf.reduce_mean(x.astype("f8"))
tf.reduce_max(i, axis=1); tf.reduce_min(x, axis=-1, keepdims=True); tf.reduce_prod([2, 3, 4]); tf.reduce_prod(x, 0); tf.math.reduce_max(x)
tf.reduce_logsumexp(x, 1); tf.math.reduce_std(x, 0); tf.math.reduce_variance(x); tf.math.reduce_euclidean_norm(x, 1)
tf.argmax(x, axis=1); tf.argmax(i); tf.argmin(x, axis=-1); tf.argmax(x, 1, output_type=tf.int32); tf.math.argmax([3.0, 9.0, 2.0])
tf.cumsum(i); tf.cumsum(x, axis=1); tf.cumsum(i, axis=1, exclusive=True); tf.cumsum(x, axis=1, reverse=True); tf.math.cumsum(i, 1, True, True)
tf.math.cumprod(i + 1, 1); tf.math.cumprod(x, 0, exclusive=True); tf.math.cumprod(i + 1, 1, reverse=True)
tf.math.top_k([1.0, 9.0, 3.0], k=2).values; tf.math.top_k([[1, 9, 3], [4, 4, 2]], 2); tf.nn.top_k([1.0, 9.0, 3.0])
tf.math.count_nonzero([[1, 0], [3, 2]]); tf.math.count_nonzero([[1, 0], [3, 2]], axis=0, keepdims=True); tf.math.zero_fraction([0.0, 1.0, 0.0, 2.0])
tf.math.l2_normalize(x, axis=1); tf.nn.l2_normalize(x, 0); tf.linalg.l2_normalize(x)
tf.math.confusion_matrix([1, 2, 4, 2], [2, 2, 4, 0]); tf.math.confusion_matrix([0, 1, 1], [1, 1, 0], num_classes=3); tf.math.confusion_matrix([0, 1, 1], [1, 1, 0], 2, weights=[1, 2, 3])
tf.math.bincount([1, 3, 1]); tf.math.bincount([1, 3, 1], weights=[0.5, 1.0, 2.0]); tf.math.bincount([1, 0], minlength=4)
tf.math.segment_sum([[1, 2], [3, 4], [5, 6]], [0, 0, 1]); tf.math.segment_max([1.0, 3.0, 2.0], [0, 0, 1]); tf.math.segment_min([1.0, 3.0, 2.0], [0, 0, 1])
tf.math.unsorted_segment_sum([1.0, 3.0, 2.0], [1, 0, 1], 2); tf.math.unsorted_segment_max([1.0, 3.0, 2.0], [1, 0, 1], num_segments=2); tf.math.unsorted_segment_min([1.0, 3.0, 2.0], [1, 0, 1], 2)
tf.nn.softmax(x); tf.nn.softmax(x, axis=0); tf.math.softmax(x); tf.nn.log_softmax(x); tf.math.log_softmax(x, axis=0)

tf.matmul(x, x, transpose_b=True); tf.matmul(x, x, transpose_a=True); tf.matmul([[1, 2]], [[3], [4]]); tf.linalg.matmul(square, square); tf.matmul(x[None], x.T[None])
tf.norm(x); tf.norm(x, axis=1); tf.norm(x, ord=1, axis=0); tf.norm(x, ord=np.inf); tf.linalg.norm(x, axis=1, keepdims=True)
tf.linalg.normalize(x, axis=1); tf.linalg.normalize(x); tf.linalg.global_norm([x, 2 * x]); tf.clip_by_global_norm([x, 2 * x], 1.0); tf.clip_by_global_norm([x], 100.0)
tf.clip_by_norm(x, 1.0); tf.clip_by_norm(x, 1.0, axes=1); tf.clip_by_value(x, -0.5, 0.5); tf.clip_by_value([1, 5, 9], 2, 6); tf.clip_by_value(x, clip_value_min=0, clip_value_max=1)
tf.linalg.svd(square, compute_uv=False); svd_back(*tf.linalg.svd(x)); tf.abs(tf.linalg.qr(square)[1]); tf.linalg.band_part(square, -1, 0); 1 - tf.linalg.band_part(tf.ones((3, 3)), -1, 0); tf.linalg.band_part(square, 0, 1)
tf.linalg.cholesky(square); tf.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]); tf.linalg.det(square); tf.linalg.diag([1.0, 2.0]); tf.linalg.diag(x); tf.linalg.diag_part(square)
tf.linalg.eigh(square)[0]; tf.eye(2); tf.eye(2, 3, dtype=tf.int32); tf.linalg.eye(num_rows=3); tf.linalg.inv(square); tf.linalg.lstsq(square, square[:, :1])
tf.linalg.matrix_transpose(x); tf.linalg.matvec(square, [1.0, 2.0, 3.0]); tf.linalg.solve(square, square[:, :1]); tf.tensordot(x, x, axes=[[1], [1]]); tf.tensordot(x, x.T, 1)
tf.linalg.trace(square); tf.linalg.tensordot(x, x, 2); tf.einsum("ij,kj->ik", x, x); tf.linalg.einsum("ij->ji", x)

tf.cast([1.7, -1.7], tf.int32); tf.cast([1, 0], tf.bool); tf.cast([True, False], tf.float32); tf.cast(i, "float64"); tf.cast(x, dtype=tf.float16)
tf.float32.name; tf.int32.max; tf.float32.min < -3e38; tf.uint8.max; tf.as_dtype("int64").name; tf.float64 == tf.double; np.dtype(tf.int64.as_numpy_dtype).name; tf.dtypes.cast(i, tf.int64)
tf.constant(3); tf.constant(3.5); tf.constant([1, 2]); tf.constant([[1.0, 2.0]]); tf.constant(True); tf.constant([1, 2], dtype=tf.float32); tf.constant(0, shape=[2, 2]); tf.constant([1, 2, 3, 4], shape=(2, 2)); tf.constant(x.astype("f8")); tf.constant(2**40)
tf.constant("hi"); tf.constant(["a", "bc"]); tf.constant("안녕"); tf.constant([1, 2], tf.int64); tf.constant(np.arange(3, dtype="int16"))
tf.convert_to_tensor([1, 2]); tf.convert_to_tensor(x); tf.convert_to_tensor([1, 2], dtype=tf.float32); tf.convert_to_tensor([tf.constant(1.0), 2.0]); tf.identity([1, 2]); tf.convert_to_tensor([tf.constant([1, 2]), [3, 4]])
tf.zeros([2, 3]); tf.zeros((2,), dtype=tf.int32); tf.zeros(3); tf.zeros([]); tf.ones([1, 2]); tf.ones(tf.shape(x)); tf.ones_like(i); tf.zeros_like(x); tf.zeros_like(x, dtype=tf.int32); tf.fill([2, 2], 7); tf.fill([2], 0.5)
tf.range(5); tf.range(1, 10, 3); tf.range(0.0, 1.0, 0.25); tf.range(3, dtype=tf.float32); tf.range(start=2, limit=5); tf.range(5, 0, -2); tf.range(tf.constant(4))
tf.linspace(0.0, 1.0, 5); tf.linspace(0, 10, 3); tf.linspace(-1.0, 1.0, num=3); tf.linspace([0.0, 1.0], [1.0, 2.0], 2)
tf.one_hot([0, 2], 3); tf.one_hot([0, 2], depth=3, on_value=5.0, off_value=-1.0); tf.one_hot([1, 0], 2, axis=0); tf.one_hot([0, -1], 3); tf.one_hot(1, 3); tf.one_hot([0, 1], 2, dtype=tf.int32)
tf.shape(x); tf.shape(x)[0]; tf.shape(x, out_type=tf.int64); tf.size(x); tf.rank(x); tf.rank(3); tf.reshape(x, [3, 2]); tf.reshape(x, (-1,)); tf.reshape(tf.range(6), [2, tf.constant(3)]); tf.reshape(tensor=x, shape=tf.constant([6]))
tf.transpose(x); tf.transpose(x[None], perm=[0, 2, 1]); tf.squeeze(x[None]); tf.squeeze(x[None, :, :, None], axis=[0]); tf.squeeze(x[None], 0); tf.ensure_shape(x, [None, 3]); tf.expand_dims(x, 0); tf.expand_dims(x, axis=-1)
tf.split(x, 3, axis=1); tf.split(tf.range(6), [1, 2, 3]); tf.split(tf.range(6), [1, -1]); tf.pad(x, [[1, 0], [0, 2]]); tf.pad(x, [[0, 0], [1, 1]], mode="REFLECT"); tf.pad(x, [[0, 0], [1, 1]], "SYMMETRIC"); tf.pad(i, [[1, 1], [0, 0]], constant_values=9)
tf.slice(x, [0, 1], [2, -1]); tf.slice(x, begin=[1, 0], size=[1, 2]); tf.gather([10, 20, 30], [2, 0]); tf.gather(x, [1, 1], axis=1); tf.gather(x, [[2], [0]], axis=1, batch_dims=1); tf.gather(x, [2, 0], batch_dims=1); tf.gather(x, 1)
tf.gather_nd(x, [[0, 1], [1, 2]]); tf.gather_nd(x, [[1]]); tf.boolean_mask([1, 2, 3], [True, False, True]); tf.boolean_mask(x, [True, False, True], axis=1)
tf.where(x > 0, x, 0.0); tf.where([True, False], [1, 2], [3, 4]); tf.where([[True, False], [False, True]]); tf.where(x > 0, 1, 0)
tf.unique([4, 2, 4, 1]); tf.unique([1.5, 0.5, 1.5])[0]; tf.sort([3, 1, 2]); tf.sort([3.0, 1.0, 2.0], direction="DESCENDING"); tf.argsort([3, 1, 2]); tf.argsort([3.0, 1.0, 2.0], direction="DESCENDING"); tf.sort(x, axis=0)
tf.sequence_mask([1, 3], 4); tf.sequence_mask([1, 2]); tf.sequence_mask([1, 3], maxlen=3, dtype=tf.float32); tf.map_fn(lambda r: r * 2, x); tf.map_fn(fn=lambda r: tf.reduce_sum(r), elems=x); tf.vectorized_map(lambda r: r + 1, x)
tf.while_loop(lambda n, s: n < 4, lambda n, s: (n + 1, s + n), [0, 0]); tf.cond(tf.constant(1) > 0, lambda: tf.constant(1), lambda: tf.constant(2)); tf.broadcast_to([1, 2], [2, 2]); tf.concat([x, x], axis=0); tf.concat([[1, 2], [3]], 0); tf.concat(values=[x, x], axis=-1)
tf.repeat([1, 2], 2); tf.repeat(x, [1, 2], axis=0); tf.reverse(x, axis=[1]); tf.roll([1, 2, 3], shift=1, axis=0); tf.scatter_nd([[1], [3]], [5, 6], [5]); tf.searchsorted([1, 3, 5], [3, 4]); tf.searchsorted([1, 3, 5], [3, 4], side="right")
tf.stack([1, 2, 3]); tf.stack([x, x], axis=1); tf.stop_gradient(x); tf.tensor_scatter_nd_update([1, 2, 3], [[1]], [9]); tf.tensor_scatter_nd_add([1, 2, 3], [[1], [1]], [9, 1]); tf.tile([1, 2], [2]); tf.tile(x, multiples=[1, 2]); tf.unstack(x); tf.unstack(x, axis=1)
tf.meshgrid([1, 2], [3, 4, 5]); tf.meshgrid([1, 2], [3, 4, 5], indexing="ij"); tf.is_tensor(tf.constant(1)); tf.is_tensor(1); x[:, tf.newaxis].shape; tf.shape(tf.constant(5))
tf.expand_dims("abc", 0); tf.expand_dims(["a", "b"], -1); tf.stack(["a", "b"]); tf.concat([["a"], ["b", "c"]], 0); tf.gather(["a", "b", "c"], [2, 0]); tf.squeeze([["a"]]); tf.reshape(["a", "b"], [2, 1]); tf.shape(["a", "b"]); tf.constant(["ab", "c"])[0]; [word.numpy().decode() for word in tf.strings.split("a b")]
tf.constant_initializer(3.0)((2,)); tf.ones_initializer()((2, 1)); tf.zeros_initializer()(shape=(2,), dtype="float32"); tf.random_normal_initializer()((2, 3)).shape; tf.random_uniform_initializer(minval=0.0, maxval=1.0)((2,)).shape; tf.nest.map_structure(lambda a: a + 1, {"a": [1, 2], "b": 3}); tf.nest.flatten({"b": [1, 2], "a": 3})

tf.nn.relu(x); tf.nn.relu6(x * 9); tf.nn.elu(x); tf.nn.selu(x); tf.nn.silu(x); tf.nn.swish(x); tf.nn.gelu(x); tf.nn.gelu(x, approximate=True); tf.nn.leaky_relu(x); tf.nn.leaky_relu(x, alpha=0.1); tf.nn.tanh(x); tf.nn.sigmoid(x); tf.nn.softplus(x)
tf.nn.batch_normalization(x, x.mean(0), x.var(0), None, None, 1e-3); tf.nn.batch_normalization(x, x.mean(0), x.var(0), offset=[1.0, 2.0, 3.0], scale=[2.0, 2.0, 1.0], variance_epsilon=0.1); tf.nn.moments(x, axes=[0]); tf.nn.moments(x, [0, 1], keepdims=True)
tf.nn.weighted_cross_entropy_with_logits(hot, x, 3.0); tf.nn.sigmoid_cross_entropy_with_logits(labels=hot, logits=x); tf.nn.softmax_cross_entropy_with_logits(labels=hot, logits=x); tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[2, 0], logits=x)
tf.nn.depth_to_space(image4, 2); tf.nn.bias_add(x, [1.0, 2.0, 3.0]); tf.nn.embedding_lookup(square, [2, 0]); tf.nn.embedding_lookup(params=square, ids=[[1]]); tf.nn.l2_loss(x); tf.nn.dropout(x, 0.0); tf.nn.dropout(x, rate=0.0); tf.nn.zero_fraction(i)
tf.nn.conv2d(image, filters, strides=1, padding="SAME"); tf.nn.conv2d(image, filters, [1, 2, 2, 1], "VALID"); tf.nn.conv2d(input=image, filters=filters, strides=[2, 1], padding="SAME"); tf.nn.conv2d(image, filters, 1, [[0, 0], [1, 0], [0, 2], [0, 0]]); tf.nn.conv2d(image, filters, 1, "SAME", dilations=2)
tf.nn.conv1d(image[0], filters[0], stride=2, padding="SAME"); tf.nn.conv2d_transpose(image, filters.transpose(0, 1, 3, 2), [1, 12, 10, 3], strides=2, padding="SAME"); tf.nn.depthwise_conv2d(image, filters, [1, 1, 1, 1], "SAME"); tf.nn.conv3d(image[..., None, :], filters[:, :, None], [1, 1, 1, 1, 1], "SAME")
tf.nn.max_pool2d(image, 2, 2, "VALID"); tf.nn.max_pool2d(image, ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding="SAME"); tf.nn.avg_pool2d(image, 2, 2, "SAME"); tf.nn.max_pool(image, 2, 2, "VALID"); tf.nn.avg_pool(image, [3, 2], 1, "VALID"); tf.nn.max_pool1d(image[0], 2, 2, "VALID"); tf.nn.avg_pool1d(image[0], 2, 1, "SAME"); tf.nn.max_pool3d(image[..., None, :], 2, 1, "SAME"); tf.nn.avg_pool3d(image[..., None, :], 2, 1, "SAME")
tf.nn.conv1d_transpose(image[0], filters[0].transpose(0, 2, 1), [6, 10, 3], 2); tf.nn.conv3d_transpose(image[..., None, :], filters[:, :, None].transpose(0, 1, 2, 4, 3), [1, 6, 5, 1, 3], 1)

tf.image.resize(image, [3, 4]); tf.image.resize(image, (9, 7), method="nearest"); tf.image.resize(bytes_, [4, 4]); tf.image.resize(bytes_, [4, 4], method=tf.image.ResizeMethod.NEAREST_NEIGHBOR); tf.image.resize(image, [3, 3], antialias=True); tf.image.resize(image, [3, 9], preserve_aspect_ratio=True); tf.image.resize(image, [4, 3], "bicubic", antialias=True); tf.image.resize(image, [9, 8], "lanczos3")
tf.image.resize_with_crop_or_pad(image, 3, 8); tf.image.resize_with_crop_or_pad(bytes_, 9, 2); tf.image.resize_with_pad(image, 4, 8); tf.image.crop_to_bounding_box(image, 1, 2, 3, 2); tf.image.pad_to_bounding_box(bytes_, 1, 2, 9, 9); tf.image.central_crop(image, 0.5); tf.image.central_crop(bytes_, 0.4)
tf.image.convert_image_dtype(bytes_, tf.float32); tf.image.convert_image_dtype(colours, tf.uint8); tf.image.convert_image_dtype(bytes_, tf.uint16); tf.image.convert_image_dtype(colours, tf.float64); tf.image.per_image_standardization(image); tf.image.per_image_standardization(np.ones((2, 2, 3), "f")); tf.image.total_variation(tf.constant(image)); tf.image.sobel_edges(tf.constant(image)); tf.image.rgb_to_yuv(colours); tf.image.yuv_to_rgb(colours); tf.image.resize(image, [3, 5], method="area"); raised(lambda: tf.image.resize(image, [3, 5], "areas")); tf.image.psnr(colours, colours / 2, 1.0)
tf.image.adjust_brightness(bytes_, 0.2); tf.image.adjust_brightness(colours, delta=-0.1); tf.image.adjust_contrast(colours, 2.0); tf.image.adjust_contrast(bytes_, contrast_factor=0.5); tf.image.adjust_gamma(colours, 2.0); tf.image.adjust_hue(colours, 0.2); tf.image.adjust_hue(colours, -0.3); tf.image.adjust_saturation(colours, 0.4); tf.image.adjust_saturation(colours, saturation_factor=3.0)
tf.image.flip_left_right(image); tf.image.flip_up_down(bytes_); tf.image.grayscale_to_rgb(tf.constant(colours[..., :1])); tf.image.hsv_to_rgb(colours); tf.image.rgb_to_hsv(colours); tf.image.rgb_to_grayscale(colours); tf.image.rgb_to_grayscale(bytes_); tf.image.rot90(image); tf.image.rot90(bytes_, k=3); tf.image.random_crop(colours, [5, 4, 3]); tf.image.random_brightness(colours, 0.0001).shape; tf.image.random_contrast(colours, 0.9999, 1.0).shape

tf.strings.lower(["Ab", "É"]); tf.strings.lower("É", encoding="utf-8"); tf.strings.upper("abc"); tf.strings.length(["abc", "안"]); tf.strings.length("안녕", unit="UTF8_CHAR"); tf.strings.regex_replace("a<br />b", "<br />", " "); tf.strings.regex_replace(["aab"], "(a)", r"\\1\\1", replace_global=False)
tf.strings.join(["a", "b"], "-"); tf.strings.join([["a", "b"], "c"]); tf.strings.reduce_join(["a", "b"]); tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=-1, separator=" "); tf.strings.reduce_join([["a", "b"]], axis=1, keepdims=True); tf.strings.to_number(["1.5", "2"]); tf.strings.to_number("7", tf.int32)
tf.strings.as_string([1, 2]); tf.strings.as_string([1.5]); tf.strings.as_string([1.23456], precision=2); tf.strings.as_string([True]); tf.strings.regex_full_match(["ab", "b"], "a.*"); tf.strings.split("a b  c"); tf.strings.split("a,b", sep=","); tf.strings.split("a,b,c", ",", 1); tf.strings.strip(" a "); tf.strings.substr("abcdef", 1, 3); tf.strings.unicode_split("안녕", "UTF-8"); tf.as_string(3); tf.equal(tf.constant(["a", "b"]), "a")
tf.io.decode_png(tf.io.encode_png(bytes_)); tf.image.decode_image(tf.io.encode_png(bytes_), channels=1).shape; tf.io.decode_image(tf.io.encode_png(bytes_), dtype=tf.float32); tf.io.decode_jpeg(tf.io.encode_jpeg(bytes_)).shape; tf.io.decode_png(tf.io.encode_png(bytes_[..., :1])); tf.io.decode_png(tf.io.encode_png(bytes_), channels=3).dtype.name

tf.io.decode_csv(["1,a,2.5", "2,b,"], [[0], ["?"], [7.0]]); tf.io.decode_csv("3;x", [[0], ["x"]], field_delim=";"); tf.io.decode_csv(["1,2,3"], [[0.0], [0.0]], select_cols=[0, 2]); tf.io.decode_csv("3,", [0, 1.5]); raised(lambda: tf.io.decode_csv(["1,"], [[0], []]))
csv_batches(tf.data.experimental.make_csv_dataset, label_name="y", num_epochs=1, shuffle=False); csv_batches(tf.data.experimental.make_csv_dataset, select_columns=["a", "c"], num_epochs=2, shuffle=False); csv_batches(tf.data.experimental.make_csv_dataset, column_defaults=[[5.0], ["-"], [9.0], tf.int64], num_epochs=1, shuffle=False, header=True)

tf.executing_eagerly(); tf.config.list_physical_devices("GPU"); len(tf.config.list_physical_devices("CPU")); tf.config.list_physical_devices("CPU")[0].device_type; tf.test.is_gpu_available(); tf.test.gpu_device_name(); tf.config.functions_run_eagerly() in (True, False); tf.distribute.get_strategy().num_replicas_in_sync
tf.py_function(lambda a: a + 1, [tf.constant(1)], tf.int32); tf.numpy_function(lambda a: a + 1, [tf.constant(1)], tf.int32); tf.py_function(lambda a, b: (a + b, a), [1.0, 2.0], [tf.float32, tf.float32]); tf.function(lambda a: a * 2)(tf.constant(3)); tf.function(jit_compile=False)(lambda a: a * 2)(tf.constant(3)); tf.debugging.check_numerics(x, "bad"); tf.debugging.assert_equal(1, 1)
tf.bfloat16.name; tf.int8.max; tf.int16.min; tf.string.name; tf.uint32.max; tf.uint64.max; tf.half.name; tf.bool.name; tf.DType is type(tf.float32); tf.dtypes.float32 == tf.float32; tf.constant(1.0).dtype == tf.float32; tf.float32 == "float32"; tf.float32 == np.float64; tf.float32 == np.float32; tf.float64 == None; tf.float32 == tf.float64; {tf.float32: 1}[tf.float32]
tf.random.stateless_normal([2, 3], seed=[1, 2]).shape; tf.random.Generator.from_seed(123, alg="philox").make_seeds(3).shape; tf.random.stateless_truncated_normal([2], [1, 2], dtype=tf.float64).dtype.name; tf.reduce_all(tf.random.stateless_uniform([9], [1, 2], minval=2, maxval=3) >= 2); tf.random.stateless_uniform([2], [1, 2], 0, 9, tf.int32).dtype.name; tf.random.Generator.from_seed(1).normal([2]).shape; tf.random.Generator.from_seed(1).uniform([2, 2], 0, 5, dtype=tf.int32).dtype.name; tf.random.Generator.from_non_deterministic_state().normal([2]).shape; tf.random.set_seed(3)
tf.sort(tf.image.random_flip_left_right(tf.constant(colours)), axis=1); tf.sort(tf.image.random_flip_up_down(tf.constant(colours)), axis=0); tf.sort(tf.image.stateless_random_flip_left_right(tf.constant(colours), seed=[1, 2]), axis=1); tf.sort(tf.image.stateless_random_flip_up_down(tf.constant(colours), [1, 2]), axis=0); tf.image.random_hue(colours, 0.0); tf.image.stateless_random_hue(colours, 0.2, [1, 2]).shape
tf.image.random_saturation(colours, 0.99, 1.0).shape; tf.image.stateless_random_saturation(colours, 0.5, upper=1.0, seed=[1, 2]).shape; tf.image.stateless_random_contrast(colours, 0.5, 1.0, [1, 2]).shape; tf.image.stateless_random_brightness(colours, max_delta=0.1, seed=[1, 2]).shape; tf.image.stateless_random_crop(colours, [2, 2, 3], seed=[1, 2]).shape
raised(lambda: tf.debugging.assert_less(2, 1)); raised(lambda: tf.debugging.assert_less([0, 1], [1, 2])); raised(lambda: tf.assert_less(1, 1)); raised(lambda: tf.debugging.assert_less_equal(1, 1)); raised(lambda: tf.debugging.assert_greater(1, 1)); raised(lambda: tf.debugging.assert_greater_equal(1, 1)); raised(lambda: tf.debugging.assert_none_equal([1, 2], [2, 2])); raised(lambda: tf.assert_equal([1, 2], [1, 3], message="no"))
raised(lambda: tf.debugging.assert_positive([1, 0])); raised(lambda: tf.debugging.assert_non_negative([1, 0])); raised(lambda: tf.debugging.assert_negative([-1.0])); raised(lambda: tf.debugging.assert_non_positive([0, 1])); raised(lambda: tf.debugging.assert_all_finite(odd, message="bad")); raised(lambda: tf.debugging.check_numerics(odd, "bad")); raised(lambda: tf.debugging.Assert(False, [x])); raised(lambda: tf.Assert(True, [x]))
raised(lambda: tf.debugging.assert_near(1.0, 1.0 + 1e-7)); raised(lambda: tf.debugging.assert_near(1.0, 1.1)); raised(lambda: tf.debugging.assert_near(1.0, 1.1, atol=0.2)); raised(lambda: tf.debugging.assert_rank(x, 2)); raised(lambda: tf.assert_rank(x, 3)); raised(lambda: tf.ensure_shape(x, [3, 3]))
tf.TensorSpec([None, 2], tf.int32).dtype.name; tf.TensorSpec([2]).dtype == tf.float32; tf.TensorShape([1, 2]) == (1, 2); tf.print("a", x[0, 0] > 9); tf.group(); tf.no_op(); tf.test.is_built_with_cuda() in (True, False); tf.get_logger().setLevel("ERROR"); tf.autograph.set_verbosity(0); tf.autograph.experimental.do_not_convert(len)("ab"); tf.debugging.set_log_device_placement(False); tf.distribute.MirroredStrategy(["/cpu:0"]).num_replicas_in_sync
tf.data.experimental.AUTOTUNE == tf.data.AUTOTUNE; tf.data.experimental.cardinality(tf.data.Dataset.range(5)); tf.TensorArray(tf.float32, size=2).unstack(x).read(1); tf.TensorArray(tf.int32, 0, dynamic_size=True).write(0, 5).write(1, 6).stack(); tf.TensorArray(tf.float32, 2).unstack(x).concat(); tf.TensorArray(tf.float32, 3).size(); raised(lambda: tf.TensorArray(tf.float32, 2).stack()); tf.constant(x).set_shape([None, 3]); raised(lambda: tf.constant(x).set_shape([2, 2])); tf.numpy_function(Tout=tf.float32)(lambda a: a * 2)(x)

grad(lambda t: tf.reduce_sum(tf.square(t)), x); grad(lambda t: tf.reduce_mean(tf.exp(t)), x); grad(lambda t: tf.reduce_sum(tf.matmul(t, t, transpose_b=True)), x); grad(lambda t: tf.reduce_sum(tf.gather(t, [1, 1], axis=1) ** 2), x); grad(lambda t: tf.nn.l2_loss(tf.concat([t, t], 0)), x); grad(lambda t: tf.norm(t), x); grad(lambda t: tf.reduce_sum(tf.where(t > 0, t * t, 0.0)), x)
grad(lambda t: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits([2, 0], t)), x); grad(lambda t: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=hot, logits=t)), x); grad(lambda t: tf.reduce_sum(tf.clip_by_value(t, -0.5, 0.5) * t), x); grad(lambda t: tf.reduce_sum(tf.nn.conv2d(t, filters, 1, "SAME") ** 2), image); grad(lambda t: tf.reduce_sum(tf.image.resize(t, [3, 3]) ** 2), image); grad(lambda t: tf.reduce_sum(tf.cast(t, tf.float64) ** 2), x)
grad(lambda t: tf.math.reduce_std(t), x); grad(lambda t: tf.reduce_sum(tf.tensor_scatter_nd_update(t, [[0]], [[1.0, 2.0, 3.0]]) ** 2), x); grad(lambda t: tf.reduce_sum(tf.cumsum(t, 1, exclusive=True) ** 2), x); grad(lambda t: tf.image.total_variation(t)[0], image); grad(lambda t: tf.reduce_sum(tf.reverse(tf.stop_gradient(t) * t, [0])), x)

raised(lambda: tf.debugging.assert_negative([0.5])); raised(lambda: tf.debugging.assert_negative([0])); raised(lambda: tf.debugging.assert_non_negative([0, 2])); raised(lambda: tf.debugging.assert_non_negative([-0.5])); raised(lambda: tf.debugging.assert_positive([0.5])); raised(lambda: tf.debugging.assert_non_positive([0, -1])); raised(lambda: tf.debugging.assert_non_positive([0.5])); raised(lambda: tf.debugging.assert_greater(2, 1)); raised(lambda: tf.debugging.assert_none_equal([1, 2], [2, 1]))
raised(lambda: tf.debugging.assert_near(1e6, 1e6 + 1.0)); raised(lambda: tf.debugging.assert_near(1e6, 1e6 + 1.25)); raised(lambda: tf.debugging.assert_near(1.0, 1.1, rtol=0.2)); raised(lambda: tf.debugging.assert_near(0.0, 1.15e-6)); raised(lambda: tf.debugging.assert_near(0.0, 1.25e-6)); raised(lambda: tf.ensure_shape(x, [None])); raised(lambda: tf.ensure_shape(x, [2, 3]))
tf.sort(i); tf.argsort(i); tf.sort(x, direction="DESCENDING"); tf.one_hot([[0, 1]], 2); tf.unstack(i); tf.boolean_mask(i, [True, False]); tf.split(i, 2); tf.stack([i, i]); tf.gather(i, [1]); tf.argmin(i); tf.cumsum(x); tf.math.cumprod(x); tf.range(1, 3); tf.constant(2**31 - 1); tf.constant(2**31); tf.constant(-(2**31)).dtype.name; tf.sequence_mask([[1, 2], [0, 3]]); tf.split(i, [1, -1], axis=1); tf.slice(i, [0, 1], [1, 1]); tf.pad(i, [[0, 1], [0, 0]]); tf.unique([4, 2, 4, 1]).idx
tf.clip_by_norm(x, 100.0); tf.clip_by_norm(x, 0.5, [0]); tf.clip_by_global_norm([x, None], 0.5); tf.norm(x, keepdims=True); tf.norm(x, ord=1); tf.linalg.norm(x, 2, axis=1); tf.linalg.global_norm([x, None]); tf.linalg.matmul(x, i.T.astype("f")); tf.linalg.band_part(square, 1, 0); tf.linalg.band_part(square, 0, 0); tf.linalg.band_part(square, -1, -1); tf.linalg.diag_part(np.stack([square, square + 1])); tf.linalg.trace(np.stack([square, square + 1])); tf.linalg.matvec(np.stack([square, square]), x); tf.linalg.qr(square, full_matrices=True)[0].shape; tf.linalg.svd(x)[1].shape; tf.linalg.svd(x, full_matrices=True)[2].shape
tf.math.l2_normalize([0.0, 1e-7]); tf.math.l2_normalize([3e-7, 0.0], epsilon=1e-13); tf.math.top_k([3, 9, 5]); tf.math.count_nonzero(i); tf.math.bincount([[1, 0], [1, 4]]); tf.math.bincount([[1], [1]], [[0.5], [1.5]], minlength=3); tf.reduce_sum(i, 1, True); tf.reduce_mean(i, 0, keepdims=True); tf.reduce_mean([-3, -4]); tf.reduce_prod(i, 1, True); tf.math.reduce_euclidean_norm(x, 0, True); tf.divide(i, 2)
tf.nn.softmax_cross_entropy_with_logits(hot.T, x.T, axis=0); tf.nn.embedding_lookup(square, [[0, 1], [2, 2]]); tf.nn.max_pool2d(image, [2, 3], [3, 1], "VALID"); tf.nn.avg_pool2d(image, 3, 2, "VALID"); tf.nn.conv2d(image, filters, strides=[1, 2, 1, 1], padding="VALID"); tf.nn.conv2d(image, filters, 1, "VALID", dilations=[1, 2]); tf.nn.conv2d(image, filters, 1, "VALID"); raised(lambda: tf.nn.conv2d_transpose(image, filters.transpose(0, 1, 3, 2), [1, 13, 10, 3], strides=2, padding="SAME")); tf.nn.conv2d_transpose(image, filters.transpose(0, 1, 3, 2), [1, 6, 5, 3], 1); tf.nn.gelu([0.5, -1.0]); tf.nn.moments(x, [1])
tf.image.resize_with_crop_or_pad(image, 10, 9); tf.image.resize_with_crop_or_pad(image, 2, 1); tf.image.resize_with_crop_or_pad(image, 10, 1); tf.image.resize_with_pad(image, 3, 9); tf.image.resize_with_pad(image, 5, 3, "nearest"); tf.image.central_crop(image, 0.3); tf.image.central_crop(image, 1.0); tf.image.resize(image[:, :2], [4, 2], preserve_aspect_ratio=True); tf.image.resize(bytes_, [3, 3], "nearest"); tf.image.adjust_gamma(colours); tf.image.rot90(bytes_); tf.image.adjust_hue(colours, 0.0); tf.image.adjust_saturation(colours, 1.0)
tf.image.convert_image_dtype(bytes_, tf.int16); tf.image.convert_image_dtype(bytes_.astype("uint16") * 257, tf.uint8); tf.image.convert_image_dtype(colours.astype("f8"), tf.float32); tf.image.convert_image_dtype(bytes_, tf.uint8); tf.image.convert_image_dtype(tf.constant([[[0.0], [0.499], [1.0]]]), tf.uint8); tf.image.per_image_standardization(np.stack([colours, colours * 2])); tf.image.per_image_standardization(colours * 1e-3); tf.image.total_variation(tf.constant(np.stack([colours, colours * 2]))); tf.image.psnr(np.stack([colours, colours]), np.stack([colours / 2, colours / 4]), 2.0)
tf.strings.regex_replace("a-b-c", "-", "+"); tf.strings.regex_replace("a-b-c", "-", "+", replace_global=False); tf.strings.as_string([1.5, 2.0]); tf.strings.as_string([1.5, 2.25], precision=0); tf.strings.as_string([1.25], precision=1); tf.strings.split("a b c", maxsplit=1); tf.strings.join(["a", "b"]); tf.strings.join([["a", "b"], ["c", "d"]], separator="-"); tf.strings.reduce_join([["a", "b"]], 0); tf.strings.reduce_join([["a", "b"]], keepdims=True).shape; tf.strings.substr(["abc", "de"], 1, 1); tf.strings.to_number(["7", "8"], tf.int64)
tf.reduce_all(tf.random.stateless_normal([3], [1, 2]) == tf.random.stateless_normal([3], [1, 2], 0.0, 1.0)); tf.reduce_all(tf.random.stateless_uniform([3], [1, 2]) == tf.random.stateless_uniform([3], [1, 2], 0, 1)); tf.reduce_all(tf.random.stateless_truncated_normal([3], [1, 2]) == tf.random.stateless_truncated_normal([3], [1, 2], 0.0, 1.0)); tf.reduce_all(tf.random.Generator.from_seed(1).normal([3]) == tf.random.Generator.from_seed(1).normal([3], 0.0, 1.0)); tf.reduce_all(tf.random.Generator.from_seed(1).uniform([3]) == tf.random.Generator.from_seed(1).uniform([3], 0, 1)); tf.reduce_all(tf.random.stateless_normal([3], [1, 2]) == tf.random.stateless_normal([3], [1, 3])); tf.io.decode_jpeg(tf.io.encode_png(bytes_), channels=1).shape; tf.io.decode_png(tf.io.encode_png(bytes_[..., :1]), 3).shape; tf.io.decode_bmp is not None
tf.split(tf.range(6), [0, -1, 2]); tf.gather_nd(x, [[[0, 1], [1, 2]]]); tf.boolean_mask(x, x > 0, axis=None); tf.squeeze(x[None], []); tf.sequence_mask([0, 0]); tf.sequence_mask(np.zeros(0, "int32")); tf.gather(x, [0], axis=-1); tf.TensorArray(tf.int32, 0, dynamic_size=True).write(2, 5).size(); tf.constant(-(2**31) - 1).dtype.name; tf.math.bincount(np.zeros(0, "int32")); tf.py_function(lambda a: a * 2, [1.0], [tf.float32]); tf.numpy_function(lambda: (1, 2.0), [], [tf.int32, tf.float32]); tf.io.decode_csv(["1,2", "3,4"], [[], [0]]); tf.image.total_variation(tf.constant(colours)); tf.image.psnr(image, image / 2, 1.0); tf.linalg.band_part(square, 1, 1)
tf.image.resize_with_pad(image, 2, 11); tf.image.resize_with_pad(image, 11, 2); tf.image.sobel_edges(tf.constant(np.stack([colours, colours * 2]))); tf.image.adjust_hue(bytes_, 0.4); tf.slice(x, [0, 1], [2, 0]); tf.clip_by_global_norm([x], 1.0, use_norm=tf.constant(4.0)); tf.while_loop(lambda n: True, lambda n: [n + 1], [0], maximum_iterations=3); tf.image.adjust_contrast(np.stack([colours, colours / 2]), 2.0)
tf.linalg.svd(np.stack([x, x]))[2].shape; tf.matmul(np.stack([x, 2 * x]), np.stack([x, x]), transpose_b=True); tf.matmul(np.stack([x, 2 * x]), np.stack([x, x]), True); tf.linalg.matrix_transpose(np.stack([x, x])); tf.linalg.qr(np.stack([square, square]))[1].shape; tf.strings.reduce_join([["a", "b"], ["c", "d"]]); tf.image.psnr(image, image / 2, 2); tf.image.per_image_standardization(image[0]); tf.image.rot90(np.stack([colours, colours]), 2); tf.image.flip_up_down(np.stack([colours, colours / 2])); tf.image.flip_left_right(colours); tf.image.random_crop(np.stack([colours, colours]), [2, 5, 4, 3]); tf.image.grayscale_to_rgb(tf.constant(image[..., :1]))
tf.convert_to_tensor([tf.constant(1.0), 2]); tf.image.per_image_standardization(np.stack([colours, colours]) * 1e-3)

defaults(tf.reduce_sum, "keepdims"); defaults(tf.reduce_prod, "keepdims"); defaults(tf.reduce_mean, "keepdims"); defaults(tf.cumsum, "axis exclusive reverse")
defaults(tf.reduce_all, "keepdims"); defaults(tf.reduce_any, "keepdims"); defaults(tf.reduce_logsumexp, "keepdims"); defaults(tf.reduce_max, "keepdims"); defaults(tf.reduce_min, "keepdims"); defaults(tf.math.reduce_std, "keepdims"); defaults(tf.math.reduce_variance, "keepdims"); defaults(tf.linalg.matmul, "transpose_a transpose_b")
defaults(tf.linalg.svd, "full_matrices compute_uv"); defaults(tf.linalg.qr, "full_matrices"); defaults(tf.linalg.l2_normalize, "epsilon"); defaults(tf.matmul, "transpose_a transpose_b"); defaults(tf.range, "delta"); defaults(tf.split, "axis"); defaults(tf.pad, "constant_values"); defaults(tf.gather, "batch_dims")
tf.UnconnectedGradients.NONE != tf.UnconnectedGradients.ZERO; grad(tf.custom_gradient(lambda t: (t * t, lambda g: g * 10.0)), x); tf.custom_gradient(lambda t: (t * t, lambda g: g))(x)
tf.abs(tf.signal.stft(signal, 8, 3)); tf.math.real(tf.signal.stft(signal, 6, 4, pad_end=True)); tf.math.imag(tf.signal.stft(signal, 6, 4, fft_length=10, window_fn=None))
tf.abs(tf.signal.stft(signal, frame_length=7, frame_step=7, window_fn=tf.signal.hamming_window)); tf.signal.inverse_stft(tf.signal.stft(signal, 8, 4), 8, 4); tf.signal.inverse_stft(tf.signal.stft(signal, 5, 2), 5, 2, window_fn=None)
tf.signal.frame(signal, 5, 3); tf.signal.frame(signal, 5, 3, pad_end=True, pad_value=9); tf.signal.frame(signal[:, :4].T, 2, 1, axis=0); tf.signal.frame(signal, 3, 5, True); tf.signal.overlap_and_add(image[0], 1); tf.signal.overlap_and_add(signal, 5)
tf.signal.hann_window(5); tf.signal.hann_window(4, False); tf.signal.hamming_window(5); tf.signal.hamming_window(4, periodic=False)
tf.abs(tf.signal.rfft(x)); tf.math.imag(tf.signal.rfft(signal, [20])); tf.math.real(tf.signal.rfft(x, [8])); tf.signal.irfft(tf.signal.rfft(signal)); tf.signal.irfft(tf.signal.rfft(signal), [7])
tf.math.angle(tf.complex(x, 2 * x)); tf.math.imag(tf.math.conj(tf.complex(x, x))); tf.math.real(tf.signal.fft(tf.complex(x, x))); tf.math.imag(tf.signal.ifft(tf.complex(x, x))); tf.abs(tf.signal.fft2d(tf.complex(x, x))); tf.abs(tf.signal.ifft2d(tf.complex(x, x)))
tf.signal.linear_to_mel_weight_matrix(5, 17); tf.signal.linear_to_mel_weight_matrix(3, 33, 16000, 20.0, 7000.0); tf.signal.mfccs_from_log_mel_spectrograms(x); defaults(tf.signal.linear_to_mel_weight_matrix, "num_mel_bins num_spectrogram_bins sample_rate lower_edge_hertz upper_edge_hertz")
list(tf.audio.decode_wav(tf.audio.encode_wav(x.T, 8000))); tf.audio.decode_wav(tf.audio.encode_wav(x.T / 3, 8000), desired_samples=5).audio; tf.audio.decode_wav(tf.audio.encode_wav(x.T, 8000), desired_channels=2, desired_samples=2)[0]
defaults(tf.sort, "axis"); defaults(tf.argsort, "axis stable"); defaults(tf.stack, "axis"); defaults(tf.unstack, "axis"); defaults(tf.random.stateless_normal, "mean stddev"); defaults(tf.random.stateless_truncated_normal, "mean stddev"); defaults(tf.random.stateless_uniform, "minval")
defaults(tf.random_normal_initializer, "mean stddev"); defaults(tf.random_uniform_initializer, "minval maxval"); defaults(tf.random.Generator.normal, "mean stddev"); defaults(tf.random.Generator.uniform, "minval"); defaults(tf.nn.softmax_cross_entropy_with_logits, "axis"); defaults(tf.nn.gelu, "approximate")
defaults(tf.nn.moments, "keepdims"); defaults(tf.image.resize, "preserve_aspect_ratio antialias"); defaults(tf.image.resize_with_pad, "antialias"); defaults(tf.image.convert_image_dtype, "saturate"); defaults(tf.image.adjust_gamma, "gamma"); defaults(tf.image.rot90, "k"); defaults(tf.strings.regex_replace, "replace_global")
defaults(tf.strings.reduce_join, "keepdims"); defaults(tf.strings.as_string, "precision"); defaults(tf.strings.split, "maxsplit"); defaults(tf.as_string, "precision"); defaults(tf.io.decode_image, "expand_animations"); defaults(tf.io.decode_bmp, "channels"); defaults(tf.io.decode_jpeg, "channels")
defaults(tf.io.decode_png, "channels"); defaults(tf.io.encode_jpeg, "quality"); defaults(tf.train.CheckpointManager.save, "check_interval"); defaults(tf.summary.image, "max_outputs"); defaults(tf.data.Dataset.batch, "drop_remainder")
defaults(tf.data.Dataset.bucket_by_sequence_length, "pad_to_bucket_boundary no_padding drop_remainder"); defaults(tf.data.Dataset.choose_from_datasets, "stop_on_empty_dataset"); defaults(tf.data.Dataset.counter, "start step"); defaults(tf.data.Dataset.enumerate, "start"); defaults(tf.data.Dataset.ignore_errors, "log_warning")
defaults(tf.data.Dataset.padded_batch, "drop_remainder"); defaults(tf.data.Dataset.rebatch, "drop_remainder"); defaults(tf.data.Dataset.sample_from_datasets, "stop_on_empty_dataset"); defaults(tf.data.Dataset.shuffle, "reshuffle_each_iteration"); defaults(tf.data.Dataset.window, "stride drop_remainder")
tf.random.log_uniform_candidate_sampler([[3, 0]], 2, 4, False, 10, seed=1)[1]; tf.random.log_uniform_candidate_sampler(true_classes=[[1]], num_true=1, num_sampled=1, unique=True, range_max=7, seed=2, name="n")[1]; tf.sort(tf.random.log_uniform_candidate_sampler([[2]], 1, 5, True, 5)[0])
tf.random.uniform_candidate_sampler([[3]], 1, 4, False, 8)[1]; tf.random.uniform_candidate_sampler([[3]], 1, 4, False, 8)[2]; tf.sort(tf.random.uniform_candidate_sampler([[3]], 1, 6, True, 6, seed=4)[0]); tf.random.uniform_candidate_sampler([[3], [1]], 1, 1, True, 8)[1]; raised(lambda: tf.random.uniform_candidate_sampler([[3]], 1, 4, True, 3))
tf.image.adjust_saturation(colours * 3, 0.5); tf.image.adjust_saturation(colours * 3, 4.0); tf.image.adjust_hue(colours * 3, 0.3); tf.image.adjust_saturation(tf.constant(colours)[None] * 2, saturation_factor=1.5)
tf.TensorArray(tf.float32, 3, element_shape=(2,)).read(1); tf.TensorArray(tf.int32, 3).write(0, [1, 2]).read(2); tf.TensorArray(tf.float32, 3).write(1, 5.0).stack(); raised(lambda: tf.TensorArray(tf.float32, 3).read(0)); raised(lambda: tf.TensorArray(tf.float32, 3).read(3))
tf.strings.to_hash_bucket_fast(["a", "hello", "", "안녕"], 1000); tf.strings.to_hash_bucket_fast(input="TensorFlow", num_buckets=3); tf.strings.to_hash_bucket_fast([["a"], ["b"]], 2**40)
tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [7, 8]), -1).lookup(tf.constant(["b", "c", "a"])); tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.constant(["a", "안"]), tf.constant([1.5, 2.5])), default_value=0.0)[tf.constant([["안"], ["a"]])]; tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer([3, 4], ["c", "d"]), "?").lookup(tf.constant([4, 5, 3]))
tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys=["x"], values=[2], key_dtype=tf.string, value_dtype=tf.int64), default_value=-1).lookup(tf.constant("x")); tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [7, 8]), -1).size(); tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [7, 8]), -1).default_value; raised(lambda: tf.lookup.KeyValueTensorInitializer(["a"], [1, 2]) and tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [1, 2]), 0))
tf.lookup.StaticVocabularyTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([0, 1], tf.int64)), 5).lookup(tf.constant(["b", "c", "hello", "a", "안녕"])); tf.lookup.StaticVocabularyTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([0, 1], tf.int64)), num_oov_buckets=3).size(); tf.lookup.StaticVocabularyTable(tf.lookup.KeyValueTensorInitializer(tf.constant([5, 9], tf.int64), tf.constant([0, 1], tf.int64)), 4).lookup(tf.constant([9, 7, -3, 100], tf.int64))
list(tf.data.Dataset.from_tensor_slices(["b", "c"]).map(lambda w: tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [7, 8]), -1).lookup(w)))
"""
# Where a name or a tensor is minidl's or Keras's own, so that another thing comes. The table in
# minidl/compat/DIFFERENCES.md has each of these lines.
CONFLICTS = """
tf.Variable(5).dtype.name
tf.Variable([1.0], False).trainable
raised(lambda: tf.Variable(1.0).value())
tf.random.categorical([[0.0, 1.0]], 3).dtype.name
raised(lambda: tf.random.gamma([2], 1.0, 2.0))
raised(lambda: tf.version.VERSION)
raised(lambda: tf.constant(1) + tf.constant(1.5))
tf.is_tensor(tf.constant(1) == 1)
raised(lambda: tf.constant([1]).shape.as_list())
raised(lambda: tf.constant(1.0).dtype.as_numpy_dtype)
raised(lambda: tf.strings.split(["a b", "c"]).to_list())
tf.is_tensor(tf.function(lambda: 1)())
"""
CONFLICTS = CONFLICTS.strip().splitlines()
EXPRESSIONS = [
    case.strip() for line in CASES.splitlines() for case in line.split("; ") if case.strip()
]


def data() -> dict:
    """The arrays that the lines use."""
    rng = np.random.default_rng(5)
    a = rng.normal(size=(3, 3))
    return {
        "np": np,
        "x": rng.normal(size=(2, 3)).astype("f"),
        "i": np.array([[3, 1, 2], [0, 2, 4]], "int32"),
        "odd": np.array([1, np.inf, np.nan], "f"),
        "square": (a @ a.T + 3 * np.eye(3)).astype("f"),
        "hot": np.array([[0, 1, 0], [1, 0, 0]], "f"),
        "image": rng.normal(size=(1, 6, 5, 2)).astype("f"),
        "image4": rng.normal(size=(1, 2, 3, 4)).astype("f"),
        "filters": rng.normal(size=(3, 2, 2, 3)).astype("f"),
        "bytes_": rng.integers(0, 256, (6, 5, 3)).astype("uint8"),
        "colours": rng.random((5, 4, 3)).astype("f"),
        "signal": rng.normal(size=(2, 24)).astype("f"),
        "svd_back": lambda s, u, v: (u * s) @ _transposed(v),
    }


def _transposed(v):
    return np.swapaxes(np.asarray(v), -1, -2)


def found(tf, expression: str):
    """What the line gives, as JSON keeps it: [type, shape, numbers] of a tensor, lists of several,
    or the thing itself.
    """

    def grad(function, at):
        t = tf.convert_to_tensor(at)
        with tf.GradientTape() as tape:
            tape.watch(t)
            y = function(t)
        return tape.gradient(y, t)

    helpers = {"tf": tf, "grad": grad, "raised": raised, "defaults": defaults}
    helpers["csv_batches"] = csv_batches
    return plain(eval(expression, helpers | data()))


def csv_batches(make, **options) -> list:
    """The batches of two that make(path, 2, **options) reads from a small file, as pairs."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "some.csv")
        Path(path).write_text("a,b,c,y\n1,u,0.5,0\n2,v,,1\n,w,2.5,1\n", encoding="utf-8")
        batches = list(make(path, 2, **options))
    parts = [batch if isinstance(batch, tuple) else (batch, 0) for batch in batches]
    return [[*sorted(columns), *[columns[k] for k in sorted(columns)], y] for columns, y in parts]


def defaults(function, names: str) -> list:
    """The defaults of these arguments."""
    parameters = inspect.signature(function).parameters
    return [parameters[name].default for name in names.split()]


def raised(function) -> bool:
    """Whether the function raises an error of a wrong value."""
    try:
        function()
    except Exception as error:
        return "Error" in type(error).__name__
    return False


def plain(value):
    """A result as JSON keeps it."""
    if isinstance(value, (list, tuple)) or hasattr(value, "as_list"):
        return [plain(v) for v in value]
    if hasattr(value, "numpy"):
        value = value.numpy()
    if isinstance(value, bytes):
        return ["string", [], value.decode()]
    if isinstance(value, (np.ndarray, np.generic)):
        kind = "string" if value.dtype.kind == "O" else value.dtype.name
        numbers = [v.decode() if isinstance(v, bytes) else v for v in value.ravel().tolist()]
        short = [float(f"{v:.7g}") if isinstance(v, float) else v for v in numbers]
        return [kind, list(value.shape), short]
    return value


def same(ours, theirs, rtol=2e-5, atol=2e-6) -> bool:
    """Whether two results agree: numbers by rtol and atol, all else exactly."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return bool(np.isclose(ours, theirs, rtol, atol, equal_nan=True))
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(same(a, b) for a, b in zip(ours, theirs))
    return type(ours) is type(theirs) and ours == theirs


def tutorial(tf, script: str) -> dict:
    """The facts that a script of tests/tutorials finds, in the current folder."""
    begin(tf.keras)
    return plain_facts(importlib.import_module(f"tutorials.{script}").main(tf))


@functools.cache
def recorded(part: str) -> dict:
    """What TensorFlow finds, by line ('lines', 'conflicts') or script ('tutorials')."""
    return json.loads(GOLDENS.read_text(encoding="utf-8"))[part]


def not_in(tf, names) -> list[str]:
    """Those of minidl's names of TensorFlow that it does not have, neither in tf.math."""

    def has(path):
        try:
            functools.reduce(getattr, path.split("."), tf)
        except AttributeError:
            return False
        return True

    return [name for name in names if not has(name) and not has(f"math.{name}")]


def write(path) -> None:
    """Write what TensorFlow finds, one row a case."""
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    import tensorflow as tf

    from minidl.compat.tensorflow import names

    facts = {
        "lines": {line: found(tf, line) for line in EXPRESSIONS},
        "conflicts": {line: found(tf, line) for line in CONFLICTS},
        "tutorials": {},
    }
    for script in SCRIPTS:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            facts["tutorials"][script] = tutorial(tf, script)
            os.chdir(Path(__file__).parent)
    about = {"tensorflow": tf.__version__, "only_here": not_in(tf, names())}
    parts = [f"  {json.dumps(name)}: {json.dumps(about[name])}" for name in about]
    for name, rows in facts.items():
        lines = [f"   {json.dumps(row)}: {json.dumps(value)}" for row, value in rows.items()]
        parts.append(f"  {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n  }")
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    Path(path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]).resolve())
