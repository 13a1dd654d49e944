"""How fast is minidl? Two small networks on MNIST against NumPy by hand, PyTorch and Keras.

    python tests/benchmarks/mnist_mlp.py
    python tests/benchmarks/mnist_mlp.py --only wide --peers numpy,torch --threads 1
    python tests/benchmarks/mnist_mlp.py --python keras-tf=../tf-env/bin/python --json result.json

The networks (batch size, optimizer and loss as in the tutorials; contenders.py has the code):
    quickstart   Flatten, Dense(128, relu), Dropout(0.2), Dense(10); Adam; integer labels, batch 32,
    float64 images
    wide         Dense(512, relu), Dense(10, softmax); RMSprop; one-hot labels, batch 128, float32
    images

What is measured:
    epoch     A whole `fit` with accuracy and shuffling, divided by its epochs. One worker process
    per contender stays
              alive; in every round each trains --epochs epochs while the others sleep, in rotation,
              so that a machine that slows down slows all of them. The first two epochs warm up and
              are not counted, so that the first round is of epochs 3 to 5: by then what fades in
              the optimizers has become small.
    process   A fresh Python process, from its start to its end: import, load, train five epochs,
    evaluate.
    memory    The largest resident memory of those processes (on Linux and macOS).
    import    `import minidl` against `import numpy`, each in fresh processes; and, as `names`, with
              Sequential, layers.Dense and datasets.mnist named.
All are interleaved; a ratio is taken within each round, and the median over the rounds is reported
with the range.
On Linux, rounds that other programs disturbed are noticed and repeated (interleaving.py).

Exit status: 0 if every bar that was measured is met, 1 if one is missed, 2 if minidl itself could
not be measured.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from contenders import CONTENDERS
from interleaving import Contender, Failed, Setting, interleave, once, say


def machine_name():
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        return next(
            line.split(":", 1)[1].strip()
            for line in info.splitlines()
            if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


TITLES = {
    "minidl": "minidl",
    "numpy": "NumPy by hand",
    "torch": "PyTorch",
    "torch-fused": "PyTorch, fused Adam",
    "keras-jax": "Keras on JAX",
    "keras-tf": "Keras on TensorFlow",
}
NETWORKS = ["quickstart", "wide"]
MAKER = "AMD" if "AMD" in machine_name() else "Intel"
BARS = {  # (what, network, peer): the largest allowed minidl / peer
    ("epoch", "quickstart", "numpy"): 1.10,
    ("epoch", "wide", "numpy"): 1.08,
    ("epoch", "quickstart", "torch"): 0.55,
    ("epoch", "wide", "torch"): 0.72,
    ("epoch", "quickstart", "keras-jax"): {"AMD": 0.75, "Intel": 1.15}[MAKER],
    ("epoch", "quickstart", "keras-tf"): 0.35,
    ("process", "quickstart", "keras-jax"): 0.85,
    ("process", "wide", "keras-jax"): 0.85,
    ("memory", "quickstart", "keras-jax"): 0.42,
    ("import", "", "numpy"): 1.10,
    ("names", "", "numpy"): 1.60,
}
NAMED = "minidl; minidl.Sequential, minidl.layers.Dense, minidl.datasets.mnist"


def measure_epochs(setting, names, network, rounds, epochs):
    say(f"{network}: {rounds} rounds of {epochs} epochs")
    workers, versions = {}, {}

    def warm_up(name):
        workers[name] = Contender(setting, name, network, "serve")
        versions[name] = workers[name].answer()["versions"]
        return workers[name].ask("train 2")

    def turn(name):
        answer = workers[name].ask(f"train {epochs}")
        return answer["seconds"] / epochs, answer["cpu"]

    try:
        seconds = interleave(once(names, warm_up), rounds, turn)
        accuracy = once(seconds, lambda name: workers[name].ask("evaluate")["accuracy"])
    finally:
        for worker in workers.values():
            worker.close()
    for name in filter(seconds.get, accuracy):
        say(
            f"  {TITLES[name]:20s} {statistics.median(seconds[name]):6.2f} s an epoch,"
            f" test accuracy {accuracy[name]:.3f}"
        )
    return {name: seconds[name] for name in accuracy}, versions


def measure_processes(setting, names, network, rounds):
    say(f"{network}: whole process, {rounds} rounds")

    def run(name):
        start = time.perf_counter()
        contender = Contender(setting, name, network, "whole")
        try:
            accuracy = contender.answer()["accuracy"]
        finally:
            cpu, peak = contender.close()
        return (time.perf_counter() - start, peak, accuracy), cpu

    runs = interleave(names, rounds, run)
    for name in filter(runs.get, runs):
        seconds, peaks, accuracies = zip(*runs[name], strict=True)
        memory = f", {statistics.median(peaks):5.0f} MB at most" if None not in peaks else ""
        say(
            f"  {TITLES[name]:20s} {statistics.median(seconds):6.2f} s{memory},"
            f" test accuracy {min(accuracies):.3f} or more"
        )
    return (
        {name: [seconds for seconds, _, _ in runs[name]] for name in runs},
        {name: [peak for _, peak, _ in runs[name] if peak] for name in runs},
    )


def measure_imports(setting, names, rounds):
    say(f"import: {rounds} rounds")
    code = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
    names = once(names, lambda name: setting.run(name, code.format(name)))  # writes the bytecode
    codes = {name: code.format(name) for name in names}
    if "minidl" in names:
        codes["names"] = code.format(NAMED)
    seconds = interleave(
        codes,
        rounds,
        lambda name: (float(setting.run("minidl" if name == "names" else name, codes[name])), None),
    )
    for name in filter(seconds.get, seconds):
        say(f"  {name:20s} {1000 * statistics.median(seconds[name]):6.1f} ms")
    return seconds


def compare(what, network, values):
    """One row for each peer: the median over the rounds of minidl / peer, the range, and the bar if
    there is one.
    """
    rows = []
    for peer in values:
        if peer != "minidl" and values[peer] and values.get("minidl"):
            ratios = [
                ours / theirs for ours, theirs in zip(values["minidl"], values[peer], strict=True)
            ]
            ratio, bar = statistics.median(ratios), BARS.get((what, network, peer))
            verdict = "" if bar is None else "met" if ratio <= bar else "not met"
            rows.append(
                {
                    "what": what,
                    "network": network,
                    "peer": peer,
                    "minidl": statistics.median(values["minidl"]),
                    "theirs": statistics.median(values[peer]),
                    "ratio": ratio,
                    "low": min(ratios),
                    "high": max(ratios),
                    "bar": bar,
                    "verdict": verdict,
                }
            )
    return rows


def markdown(rows):
    forms = {
        "epoch": "{:.2f} s",
        "process": "{:.1f} s",
        "memory": "{:.0f} MB",
        "import": "{:.3f} s",
        "names": "{:.3f} s",
    }
    lines = [
        "| measured | network | peer | minidl | the peer | minidl / peer (range) | bar | |",
        "|---|---|---|--:|--:|--:|--:|---|",
    ]
    for row in rows:
        form = forms[row["what"]].format
        bar = "" if row["bar"] is None else f"{row['bar']:.2f}"
        lines.append(
            f"| {row['what']} | {row['network']} | {TITLES[row['peer']]} | {form(row['minidl'])} |"
            f" {form(row['theirs'])} | **{row['ratio']:.2f}** ({row['low']:.2f} to "
            f"{row['high']:.2f}) |"
            f" {bar} | {row['verdict']} |"
        )
    return "\n".join(lines)


def machine(threads):
    return (
        f"{machine_name()}, {os.cpu_count()} cores, {threads or 'default'} threads, "
        f"{platform.system()} {platform.release()}, {datetime.date.today()}"
    )


def installed(setting, name):
    packages = CONTENDERS[name][2]
    code = (
        f"from importlib.util import find_spec; print(all(find_spec(name) for name in {packages}))"
    )
    try:
        return setting.run(name, code).strip() == "True"
    except (Failed, OSError) as error:
        say(f"{TITLES[name]}: its interpreter does not run: {error}")
        return False


def peer_names(text):
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in CONTENDERS or name == "minidl":
            raise argparse.ArgumentTypeError(
                f"{name!r} is none of {', '.join(k for k in CONTENDERS if k != 'minidl')}"
            )
    return names


def interpreter(text):
    name, _, path = text.partition("=")
    if name not in CONTENDERS or not path:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not PEER=PATH, for example keras-tf=/opt/tf/bin/python"
        )
    return name, path


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5, help="counted rounds of epochs")
    parser.add_argument(
        "--epochs", type=int, default=3, help="epochs in one turn, which is one call of fit"
    )
    parser.add_argument(
        "--whole-repeats", type=int, default=3, help="rounds of whole processes; 0 leaves them out"
    )
    parser.add_argument(
        "--import-repeats", type=int, default=15, help="rounds of imports; 0 leaves them out"
    )
    parser.add_argument(
        "--peers",
        type=peer_names,
        default="numpy,torch,keras-jax,keras-tf",
        help="default: %(default)s; there is torch-fused besides",
    )
    parser.add_argument("--only", choices=NETWORKS, help="one of the two networks")
    parser.add_argument(
        "--threads", type=int, help="threads for everyone; default: what each one chooses"
    )
    parser.add_argument(
        "--python",
        type=interpreter,
        action="append",
        default=[],
        metavar="PEER=PATH",
        help="run this contender in another interpreter",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="NPZ",
        help="x_train, y_train, x_test, y_test; default: minidl's",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write every single measurement there"
    )
    return parser.parse_args()


def measure_all(setting, arguments, names):
    """Everything that was asked for: the rows of the table, the versions seen and the single
    measurements.
    """
    rows, versions, raw = [], {}, {}

    def add(what, network, values):
        raw[f"{what} {network}".strip()] = values
        rows.extend(compare(what, network, values))

    for network in [arguments.only] if arguments.only else NETWORKS:
        epochs, seen = measure_epochs(setting, names, network, arguments.repeats, arguments.epochs)
        versions.update(seen)
        add("epoch", network, epochs)
        barred = [name for name in names if name == "minidl" or ("process", network, name) in BARS]
        processes, peaks = measure_processes(setting, barred, network, arguments.whole_repeats)
        add("process", network, processes)
        if network == "quickstart":
            add("memory", network, peaks)
    imports = measure_imports(
        setting, [name for name in ("minidl", "numpy") if name in names], arguments.import_repeats
    )
    named = {"minidl": imports.pop("names", []), "numpy": imports.get("numpy", [])}
    add("import", "", imports)
    add("names", "", named)
    return rows, versions, raw


def main():
    arguments = parse()
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(arguments, Path(folder))
        names = []
        for name in ["minidl", *arguments.peers]:
            if installed(setting, name):
                names.append(name)
            else:
                say(f"{TITLES[name]}: not installed")
        try:
            setting.write_data()
        except Failed as error:
            say(f"minidl does not load MNIST: {error}")
            return 2
        rows, versions, raw = measure_all(setting, arguments, names)
    say("\n" + machine(arguments.threads))
    for name, seen in versions.items():
        say(f"{TITLES[name]}: {seen}")
    say("\n" + markdown(rows))
    if arguments.json:
        report = {
            "machine": machine(arguments.threads),
            "versions": versions,
            "ratios": rows,
            "measurements": raw,
        }
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    missed = [row for row in rows if row["verdict"] == "not met"]
    say(f"\n{len(missed)} of {sum(row['bar'] is not None for row in rows)} bars missed")
    if any("minidl" not in values for values in raw.values()):
        return 2
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
