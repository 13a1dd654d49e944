"""Classifying patients by a table of numbers, categories and words: a data frame becomes a Dataset,
a FeatureSpace makes numbers of its columns, and of two models one learns from these and the other
answers for raw rows.
"""

import numpy as np

from .common import fixed, numbers


def patients(n=60):
    """Columns as in the data about hearts, and who is ill."""
    rng = np.random.default_rng(18)
    columns = {
        "age": rng.integers(29, 78, n),
        "sex": rng.integers(0, 2, n),
        "cp": rng.integers(0, 5, n),
        "trestbps": rng.integers(94, 200, n),
        "chol": rng.integers(126, 565, n),
        "oldpeak": rng.integers(0, 40, n) / 10,
        "ca": rng.integers(0, 4, n),
        "thal": rng.choice(["normal", "fixed", "reversible", "1"], n, p=[0.5, 0.2, 0.28, 0.02]),
    }
    ill = columns["age"] / 30 + columns["ca"] + 2 * (columns["thal"] == "reversible") > 3.5
    return columns | {"target": ill.astype("int64")}


def main(tf):
    keras = tf.keras
    FeatureSpace = keras.utils.FeatureSpace
    table = patients()
    parts = [{name: values[i:j] for name, values in table.items()} for i, j in ((0, 45), (45, 60))]

    def dataframe_to_dataset(columns):
        columns = dict(columns)
        labels = columns.pop("target")
        ds = tf.data.Dataset.from_tensor_slices((dict(columns), labels))
        return ds.shuffle(buffer_size=1)

    train_ds, val_ds = (dataframe_to_dataset(part) for part in parts)
    shapes = [(sorted(x), str(x["thal"].numpy()), int(y)) for x, y in train_ds.take(1)]
    train_ds, val_ds = train_ds.batch(8), val_ds.batch(8)

    feature_space = FeatureSpace(
        features={
            "sex": "integer_categorical",
            "cp": FeatureSpace.integer_categorical(num_oov_indices=0),
            "ca": "integer_categorical",
            "thal": "string_categorical",
            "age": FeatureSpace.float_discretized(num_bins=6),
            "trestbps": "float_normalized",
            "chol": FeatureSpace.float_normalized(),
            "oldpeak": "float",
        },
        crosses=[
            FeatureSpace.cross(feature_names=("sex", "age"), crossing_dim=16),
            FeatureSpace.cross(feature_names=("thal", "ca"), crossing_dim=16),
        ],
        output_mode="concat",
    )
    feature_space.adapt(train_ds.map(lambda x, _: x))
    for x, _ in train_ds.take(1):
        preprocessed_x = feature_space(x)
        first = preprocessed_x.numpy()

    def prepared(ds):
        ds = ds.map(lambda x, y: (feature_space(x), y), num_parallel_calls=tf.data.AUTOTUNE)
        return ds.prefetch(tf.data.AUTOTUNE)

    dict_inputs = feature_space.get_inputs()
    encoded_features = feature_space.get_encoded_features()
    x = keras.layers.Dense(8, activation="relu")(encoded_features)
    x = keras.layers.Dropout(0.0)(x)
    predictions = keras.layers.Dense(1, activation="sigmoid")(x)
    training_model = keras.Model(inputs=encoded_features, outputs=predictions)
    inference_model = keras.Model(inputs=dict_inputs, outputs=predictions)
    fixed(training_model, 2, 0.2)
    training_model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    history = training_model.fit(
        prepared(train_ds), epochs=4, validation_data=prepared(val_ds), shuffle=False, verbose=0
    )

    sample = {name: values[7].item() for name, values in table.items() if name != "target"}
    input_dict = {name: tf.convert_to_tensor([value]) for name, value in sample.items()}
    chance = inference_model.predict(input_dict, verbose=0)
    feature_space.save("features.keras")
    again = keras.models.load_model("features.keras")
    same = bool((again(sample).numpy() == feature_space(sample).numpy()).all())
    return {
        "shapes": shapes,
        "first": [first.shape, first.sum(axis=0), first[2]],
        "inputs": sorted(dict_inputs),
        "features": list(encoded_features.shape),
        "history": numbers(history),
        "chance": chance[0].tolist(),
        "saved": same,
    }
