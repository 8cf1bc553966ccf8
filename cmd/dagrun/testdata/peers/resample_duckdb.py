import sys, time
import duckdb
db = duckdb.connect()
start = time.perf_counter()
db.execute(f"""
    COPY (
        SELECT date_trunc('hour', "date" + "time") AS t, avg(temperatura) AS mean, min(temperatura) AS min, max(temperatura) AS max, count(temperatura) AS count
        FROM read_csv('{sys.argv[1]}') GROUP BY t ORDER BY t
    ) TO '{sys.argv[2]}' (HEADER)""")
print(time.perf_counter() - start)
