"""The figures that each chapter leaves, by its number."""

FIGURES = {
    "ch01": {"sizes", "batch", "channels", "broadcasting"},
    "ch02": {"steps", "graph", "layer"},
    "ch03": {"xor_linear", "xor_relu", "activations", "initialisation", "gradients"},
    "ch04": {"constants", "cross_entropy", "shapes"},
    "ch05": {"history", "spirals"},
    "ch06": {
        "cost",
        "cost_3d",
        "dip",
        "rates",
        "rates_cost",
        "schedules",
        "schedules_paths",
        "search",
    },
    "ch07": {"digits", "history", "mistakes"},
    "ch08": {"paths", "cost"},
    "ch09": {
        "zigzag",
        "book",
        "lookahead",
        "standstill",
        "side_by_side",
        "race",
        "landscape",
        "heights",
        "adagrad_slots",
        "rmsprop_slots",
        "window",
        "muon",
        "family",
    },
    "ch10": {"two_valleys", "no_promise", "saddle", "saddle_3d"},
    "ch11": {"loss", "accuracy", "seeds"},
    "ch12": {"overfitting", "remedies"},
    "ch13": {"regression_history", "regression", "sine", "moons_neuron", "moons_network"},
    "ch14": {
        "activity",
        "confusion",
        "dead",
        "fooled",
        "gradients",
        "hidden",
        "mistakes",
        "templates",
    },
    "ch15": {"two_heads", "siamese"},
    "ch16": {"training"},
    "ch17": {"sliding", "edges", "matrix", "pooling", "moves", "digits", "video"},
    "ch18": {
        "augmented",
        "filters",
        "grad_cam",
        "maps",
        "mistakes",
        "network",
        "saliency",
        "transfer",
    },
    "ch19": {"gradients", "memory", "clipping", "sine", "prices"},
    "ch20": {"lines", "sums", "peaks", "mistakes"},
    "ch21": {"by_hand", "positions", "sorting", "cache", "temperature"},
    "ch22": {"time", "rates"},
}
ANIMATIONS = {"ch05": {"growing"}, "ch09": {"race"}, "ch10": {"two_valleys"}}


def files(number: str) -> set[str]:
    """The names of the files that a chapter writes."""
    animations = ANIMATIONS.get(number, set())
    return {f"{number}_{name}.png" for name in FIGURES[number]} | {
        f"{number}_{name}.gif" for name in animations
    }
