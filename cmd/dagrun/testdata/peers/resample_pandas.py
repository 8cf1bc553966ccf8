import sys, time
import pandas as pd
start = time.perf_counter()
d = pd.read_csv(sys.argv[1])
d.index = pd.to_datetime(d["date"] + " " + d["time"], format="%Y-%m-%d %H:%M:%S")
hourly = d["temperatura"].resample("1h").agg(["mean", "min", "max", "count"])
hourly[hourly["count"] > 0].to_csv(sys.argv[2])
print(time.perf_counter() - start)
