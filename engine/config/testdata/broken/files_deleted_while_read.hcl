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

step "s3_put" "backup" {
  source        = step.csv_resample.clean.output
  key           = "k"
  delete_source = true
}
