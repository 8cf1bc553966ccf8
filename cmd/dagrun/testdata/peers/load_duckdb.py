import os, sys, time
import duckdb
if os.path.exists(sys.argv[2]):
    os.remove(sys.argv[2])
start = time.perf_counter()
db = duckdb.connect(sys.argv[2])
db.execute(f"CREATE TABLE readings AS SELECT * FROM read_csv('{sys.argv[1]}')")
db.close()
print(time.perf_counter() - start)
