#!/usr/bin/env python3
"""Makes what pandas answers, for TestResultsEqualThoseOfPandas.

    python3 expected.py               the fixtures in this folder
    python3 expected.py LOG.csv DIR   those of a probe's log, into DIR; then
                                      DAGRUN_PANDAS=DIR go test -run Pandas ..

A folder has readings.csv, cases.json (arguments by name of the case), and one
file for each case with what has to come out. Made with pandas 3.1.1.
"""

import json
import pathlib
import random
import shutil
import sys

import pandas as pd

HERE = pathlib.Path(__file__).parent


def write(folder, cases):
    """cases: name -> (arguments, frame with the time in its index)"""
    arguments = {}
    for name, (args, frame) in cases.items():
        arguments[name] = args
        frame.to_csv(folder / f"{name}.csv", index_label="t", date_format="%Y-%m-%d %H:%M:%S%z")
    (folder / "cases.json").write_text(json.dumps(arguments, indent=1) + "\n")


def log(source, folder):
    """A probe's log: record, date, time, temperatura."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / "readings.csv")
    d = pd.read_csv(source)
    d.index = pd.to_datetime(d["date"] + " " + d["time"])
    values = d[["record", "temperatura"]]
    base = {"time": ["date", "time"]}
    write(folder, {
        "first": ({**base, "interval": "1h", "method": "first"}, values.resample("1h").first()),
        "mean": ({**base, "interval": "1h", "method": "mean"}, values.resample("1h").mean()),
        "median": ({**base, "interval": "1h", "method": "median"}, values.resample("1h").median()),
        "linear": ({**base, "interval": "10m", "method": "mean", "fill": "linear"}, values.resample("10min").mean().interpolate("linear")),
        "four_hours": ({**base, "interval": "4h", "method": "mean"}, values.resample("4h").mean()),
    })


METHODS = ["first", "last", "mean", "min", "max", "sum", "median", "count"]


def sums_without_zero(resampled):
    """dagrun, like SQL, has no sum of nothing; pandas says 0 unless told."""
    return resampled.sum(min_count=1)


def apply(resampled, method):
    return sums_without_zero(resampled) if method == "sum" else getattr(resampled, method)()


def readings(folder):
    """Two probes with gaps, empty values, whole and negative numbers, equal
    times and rows out of order, over days on which Rome's clocks change."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(20240331)
    rows = []
    for probe, start in (("north", "2024-03-30 21:07"), ("south", "2024-03-29 05:40")):
        at = pd.Timestamp(start, tz="UTC")
        for i in range(220):
            at += pd.Timedelta(seconds=draw.choice([0, 300, 900, 900, 900, 901, 3600, 20000 if i % 40 == 0 else 600]))
            v = draw.choice(["", f"{draw.gauss(20, 9):.1f}", f"{draw.gauss(20, 9):.3f}", str(draw.randint(-5, 40)), "-0.05"])
            rows.append((probe, at, v, draw.randint(0, 10**9)))
    for i in range(0, len(rows) - 1, 7):
        rows[i], rows[i + 1] = rows[i + 1], rows[i]
    with open(folder / "readings.csv", "w") as f:
        f.write("probe,at,v,n\n")
        for probe, at, v, n in rows:
            f.write(f"{probe},{at:%Y-%m-%dT%H:%M:%SZ},{v},{n}\n")
    d = pd.DataFrame(rows, columns=["probe", "at", "v", "n"])
    d["v"] = pd.to_numeric(d["v"])
    d = d.set_index("at").sort_index(kind="stable")
    rome = d.tz_convert("Europe/Rome")
    v, vr = d[["v", "n"]], rome[["v", "n"]]
    t = {"time": "at"}
    cases = {}
    for m in METHODS:
        cases[m] = ({**t, "interval": "1h", "fill": "null", "aggregate": {"v": [m], "n": [m]}}, apply(v.resample("1h"), m))
    for m in METHODS[2:]:
        cases[f"rome_days_{m}"] = ({**t, "timezone": "Europe/Rome", "interval": "1d", "method": m}, apply(vr.resample("1D"), m))
    cases["rome_hours"] = ({**t, "timezone": "Europe/Rome", "interval": "1h", "fill": "null", "method": "mean"}, vr.resample("1h").mean())
    cases["seven_hours"] = ({**t, "interval": "7h", "fill": "null", "method": "max"}, v.resample("7h", origin="start_day").max())
    cases["two_days"] = ({**t, "interval": "2d", "method": "mean"}, v.resample("2D", origin="start_day").mean())
    cases["origin"] = ({**t, "interval": "4h", "origin": "2024-03-29T01:30", "fill": "null", "method": "min"},
                       v.resample("4h", origin=pd.Timestamp("2024-03-29 01:30", tz="UTC")).min())
    cases["period"] = ({**t, "interval": "1h", "period": "2024-03-31T06:00/2024-04-01T18:30", "fill": "null", "method": "mean"},
                       v[(v.index >= "2024-03-31 06:00") & (v.index < "2024-04-01 18:30")].resample("1h").mean())
    cases["previous"] = ({**t, "interval": "20m", "fill": "previous", "method": "mean"}, v.resample("20min").mean().ffill())
    cases["linear"] = ({**t, "interval": "20m", "fill": "linear", "method": "mean"}, v.resample("20min").mean().interpolate("linear", limit_area="inside"))
    for keep in ("first", "last"):
        kept = d[~d.reset_index().duplicated(["probe", "at"], keep=keep).values]
        groups = kept.groupby("probe")[["v", "n"]].resample("1h").mean()
        cases[f"keep_{keep}"] = ({**t, "interval": "1h", "fill": "null", "method": "mean", "group_by": "probe", "duplicates": f"keep_{keep}"},
                                 groups.reset_index("probe"))
    write(folder, cases)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        log(sys.argv[1], pathlib.Path(sys.argv[2]))
    else:
        log(HERE.parents[3] / "testdata" / "probe1_log.csv", HERE / "log")
        readings(HERE / "probes")
