"""Older arguments of compile and fit."""

import numpy as np
import pytest
from older_cases import a_model, warned

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
Y = X.sum(axis=1, keepdims=True)


def test_compile_and_fit_take_what_means_nothing_today():
    model = a_model()
    warned(
        lambda: model.compile(
            "sgd", "mse", sample_weight_mode=None, experimental_run_tf_function=False
        ),
        "left out",
        "left out",
    )
    model, today = a_model(), a_model()
    history = warned(
        lambda: model.fit(
            X,
            Y,
            shuffle=False,
            verbose=0,
            nb_epoch=2,
            workers=2,
            use_multiprocessing=True,
            max_queue_size=5,
        ),
        "epochs=",
        "workers=",
        "use_multiprocessing=",
        "max_queue_size=",
    )
    assert len(history.history["loss"]) == 2
    today.fit(X, Y, shuffle=False, verbose=0, epochs=2)
    np.testing.assert_array_equal(model.predict(X, verbose=0), today.predict(X, verbose=0))
    with pytest.raises(TypeError, match="steps_per_epoch"):
        model.fit(X, Y, samples_per_epoch=8)
    with pytest.raises(TypeError, match="help"):
        model.fit(X, Y, nonsense=8)


def test_class_weight_by_a_word():
    model, today, labels = a_model(), a_model(), np.array([0, 0, 0, 1] * 2, np.float32)
    warned(
        lambda: model.fit(X, labels, class_weight="auto", shuffle=False, verbose=0),
        "class_weight='auto' is today left out",
    )
    today.fit(X, labels, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], today.get_weights()[0])
    with pytest.raises(
        TypeError, match=r"received 'balanced'; for classes that count alike: (.*), y being"
    ) as error:
        model.fit(X, labels, class_weight="balanced", verbose=0)
    cure = str(error.value).split("alike: ")[1].split(", y being")[0]
    assert eval(cure, {"y": labels}) == {0: pytest.approx(8 / 12), 1: 2}


def test_train_on_batch_can_go_on_counting():
    model = a_model()
    first = model.train_on_batch(X[:4], Y[:4])
    both = model.train_on_batch(X[4:], Y[4:], reset_metrics=False)
    twin = a_model()
    assert twin.train_on_batch(X[:4], Y[:4]) == first
    assert both == pytest.approx((first + twin.train_on_batch(X[4:], Y[4:])) / 2)
    assert model.test_on_batch(X[:4], Y[:4], reset_metrics=False) != model.test_on_batch(
        X[:4], Y[:4]
    )
