pipeline "p" {}

step "csv_resample" "clean" {
  input    = "in.csv"
  output   = "out.csv"
  interval = "1h"
}

step "duckdb_load" "store" {
  database = "w.duckdb"
  source   = step.csv_resample.clean.output
  table    = "t"
}

locals {
  rows = step.duckdb_load.store.rows
}

step "plot" "chart" {
  source = step.csv_resample.clean.output
  output = "c.png"
  y      = [local.rows]
}
