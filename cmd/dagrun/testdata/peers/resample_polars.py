import sys, time
import polars as pl
start = time.perf_counter()
v = pl.col("temperatura")
(
    pl.scan_csv(sys.argv[1])
    .select((pl.col("date") + " " + pl.col("time")).str.to_datetime("%Y-%m-%d %H:%M:%S").dt.truncate("1h").alias("t"), v)
    .group_by("t")
    .agg(v.mean().alias("mean"), v.min().alias("min"), v.max().alias("max"), v.count().alias("count"))
    .sort("t")
    .collect()
    .write_csv(sys.argv[2])
)
print(time.perf_counter() - start)
