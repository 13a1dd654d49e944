"""Recognizing spoken commands: WAV files in folders, waves that are cut to one length, pictures of
their frequencies, a small convolution; and mel features of speech. Also a function whose gradient
is clipped, as in the guide to automatic differentiation.
"""

import numpy as np

from .common import fixed, numbers


def main(tf):
    layers = tf.keras.layers
    rng = np.random.default_rng(16)
    for word, pitch in (("no", 300), ("yes", 900)):
        for take, length in enumerate((1500, 2000, 2300, 1900)):
            wave = np.sin(2 * np.pi * pitch * np.arange(length) / 8000) / 2
            wave = (wave + rng.normal(0, 0.05, length)).astype("float32")
            sound = tf.audio.encode_wav(wave[:, None], 8000)
            tf.io.write_file(f"commands/{word}/{take}.wav", sound)

    train_ds, val_ds = tf.keras.utils.audio_dataset_from_directory(
        directory="commands",
        batch_size=3,
        validation_split=0.25,
        seed=0,
        output_sequence_length=2000,
        subset="both",
        verbose=False,
    )
    label_names = np.array(train_ds.class_names).tolist()
    in_order = tf.keras.utils.audio_dataset_from_directory(
        "commands", batch_size=4, shuffle=False, verbose=False
    )
    shapes = [[list(audio.shape), labels.numpy().tolist()] for audio, labels in in_order]

    def squeeze(audio, labels):
        return tf.squeeze(audio, axis=-1), labels

    def get_spectrogram(waveform):
        spectrogram = tf.signal.stft(waveform, frame_length=255, frame_step=128)
        spectrogram = tf.abs(spectrogram)
        return spectrogram[..., tf.newaxis]

    def make_spec_ds(ds):
        return ds.map(
            map_func=lambda audio, label: (get_spectrogram(audio), label),
            num_parallel_calls=tf.data.AUTOTUNE,
        )

    fixed_length = tf.keras.utils.audio_dataset_from_directory(
        "commands", batch_size=4, output_sequence_length=2000, shuffle=False, verbose=False
    ).map(squeeze, tf.data.AUTOTUNE)
    spectrograms = make_spec_ds(fixed_length)
    for example, _ in spectrograms.take(1):
        input_shape, first = list(example.shape[1:]), example[0, 3, 5:15, 0].numpy()
    norm_layer = layers.Normalization()
    norm_layer.adapt(data=spectrograms.map(map_func=lambda spec, label: spec))
    model = tf.keras.models.Sequential(
        [
            layers.Input(shape=input_shape),
            layers.Resizing(16, 16),
            norm_layer,
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    fixed_part = [layer for layer in model.layers if layer is not norm_layer]
    fixed(tf.keras.models.Sequential([layers.Input((16, 16, 1)), *fixed_part[1:]]), 3, 0.2)
    model.compile(
        optimizer=tf.keras.optimizers.SGD(0.05),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = model.fit(spectrograms.cache().prefetch(tf.data.AUTOTUNE), epochs=3, verbose=0)

    audio, rate = tf.audio.decode_wav(tf.io.read_file("commands/yes/0.wav"), desired_samples=1200)
    stfts = tf.signal.stft(audio[:, 0], frame_length=256, frame_step=80, fft_length=256)
    mel = tf.signal.linear_to_mel_weight_matrix(20, 129, rate, 80.0, 3800.0)
    log_mel = tf.math.log(tf.tensordot(tf.abs(stfts), mel, 1) + 1e-6)
    mfccs = tf.signal.mfccs_from_log_mel_spectrograms(log_mel)[..., :13]
    picture = layers.MelSpectrogram(
        fft_length=256, sequence_stride=100, sampling_rate=8000, num_mel_bins=10
    )(audio[:, 0])

    @tf.custom_gradient
    def clip_gradients(y):
        def backward(dy):
            return tf.clip_by_norm(dy, 0.5)

        return y, backward

    v = tf.Variable(2.0)
    with tf.GradientTape() as t:
        output = clip_gradients(v * v)
    return {
        "label_names": label_names,
        "kinds": [len(list(train_ds)), len(list(val_ds))],
        "shapes": shapes,
        "spectrogram": first,
        "history": numbers(history),
        "mfccs": mfccs[0].numpy(),
        "mel": picture[:, 4].numpy(),
        "clipped": float(t.gradient(output, v)),
    }
