pipeline "p" {}

step "duckdb_load" "a" {
  database = "w.duckdb"
  source   = "a.csv"
  table    = "t"
}

step "duckdb_load" "b" {
  database = "./w.duckdb"
  source   = "b.csv"
  table    = "main.T"
}
